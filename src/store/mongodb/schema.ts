import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.js";
import type { SchemaDocument } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { ensureUnique } from "./indexes.js";
import { LATEST_VERSION, MIGRATIONS } from "./migrations.js";
import { newMark } from "./outbox.js";

const ID = "schema";
/** Real milliseconds between two looks at who migrates. */
const LOOK_EVERY = 25;
/** Real milliseconds between two signs of life of who migrates. */
const BEAT_EVERY = 1000;
/** Without a sign of life for this long (real milliseconds), another process takes over. Each watches with its own clock. */
const SILENCE = 5000;

export async function readVersion(database: Database): Promise<number> {
  return (await readSchema(database))?.version ?? 0;
}

function readSchema(database: Database): Promise<SchemaDocument | null> {
  return database.collections.schema.findOne({ _id: ID }, { projection: { version: 1, owner: 1, beat: 1 } });
}

/**
 * Brings the collections up to date; answers with the names of what this call ran. Of many that start at once one writes its mark into the
 * schema's document and migrates; the others wait until it is done, and find nothing left.
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const owner = newMark();
  let seen = { sign: "", at: 0 };
  for (;;) {
    const schema = (await readSchema(database)) ?? (await firstSchema(database));
    if (schema.version >= LATEST_VERSION) {
      await ensureUnique(database);
      return [];
    }
    const sign = `${schema.owner} ${schema.beat} ${schema.version}`;
    if (seen.sign !== sign) seen = { sign, at: performance.now() };
    const isFree = schema.owner === null || performance.now() - seen.at > SILENCE;
    if (isFree && (await take(database, schema, owner))) return runAll(database, owner, schema.version);
    await sleep(LOOK_EVERY);
  }
}

async function firstSchema(database: Database): Promise<SchemaDocument> {
  const schema: SchemaDocument = { _id: ID, version: 0, owner: null, beat: 0 };
  try {
    await database.collections.schema.insertOne(schema);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return schema;
}

async function take(database: Database, schema: SchemaDocument, owner: string): Promise<boolean> {
  const { version, beat } = schema;
  const { matchedCount } = await database.collections.schema.updateOne(
    { _id: ID, version, owner: schema.owner, beat },
    { $set: { owner }, $inc: { beat: 1 } },
  );
  return matchedCount > 0;
}

async function runAll(database: Database, owner: string, from: number): Promise<readonly string[]> {
  const { schema } = database.collections;
  const beat = () => schema.updateOne({ _id: ID, owner }, { $inc: { beat: 1 } });
  const timer = setInterval(() => {
    beat().catch((error: unknown) =>
      database.warn({ err: error }, "a sign of life while migrating was lost"),
    );
  }, BEAT_EVERY);
  timer.unref();
  const names: string[] = [];
  try {
    for (const [at, migration] of MIGRATIONS.entries()) {
      if (at < from) continue;
      await migration.run(database);
      await schema.updateOne({ _id: ID, owner }, { $set: { version: at + 1 } });
      names.push(migration.name);
    }
  } finally {
    clearInterval(timer);
    await schema.updateOne({ _id: ID, owner }, { $set: { owner: null } });
  }
  return names;
}

import type { RecordKind } from "../contract.js";
import type { Database } from "./database.js";
import { type CollectionName, RECORD_COLLECTIONS, SPACE_COLLECTIONS } from "./documents.js";
import { codeOf } from "./errors.js";
import { ensureCollection } from "./indexes.js";
import { migrate } from "./schema.js";

const NAMESPACE_NOT_FOUND = 26;

/**
 * Users leave an empty collection with its unique index behind, and are deleted rather than dropped: MongoDB makes a
 * missing collection at the first insert of any server that runs, without a word and without the index, and two users
 * could have one name.
 */
export async function dropPart(database: Database, part: RecordKind | "all"): Promise<void> {
  if (part === "all")
    for (const name of [...RECORD_COLLECTIONS, ...SPACE_COLLECTIONS]) await empty(database, name);
  else await empty(database, part);
}

async function empty(database: Database, name: CollectionName): Promise<void> {
  if (name !== "users") return drop(database, name);
  await database.collections.users.deleteMany({});
  await ensureCollection(database, name);
}

async function drop(database: Database, name: CollectionName): Promise<void> {
  try {
    await database.collections[name].drop();
  } catch (error) {
    if (codeOf(error) !== NAMESPACE_NOT_FOUND && !/ns not found/i.test(String(error))) throw error;
  }
}

export async function createPart(database: Database, part: RecordKind | "all"): Promise<void> {
  if (part === "all") await migrate(database);
  else await ensureCollection(database, part);
}

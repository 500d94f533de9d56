import type { Collection, Document, IndexDirection } from "mongodb";
import { WatchwordError } from "../../base/errors.js";
import type { Database } from "./database.js";
import type { CollectionName } from "./documents.js";
import { codeOf, isDuplicateKey, reasonOf } from "./errors.js";

interface Index {
  readonly name: string;
  readonly key: Readonly<Record<string, IndexDirection>>;
  readonly unique?: true;
  /** A TTL index: the field holds the very moment. */
  readonly expireAfterSeconds?: 0;
}

const OUTBOX: Index = { name: "outbox", key: { outboxSince: 1 } };
const PURGE: Index = { name: "purge", key: { purgeAt: 1 }, expireAfterSeconds: 0 };

/**
 * What is unique besides `_id` is the users' keys alone, and users are whole on one shard: a sharded collection can have no unique index
 * but its shard key. No index holds what every use of a session moves.
 */
const INDEXES: { readonly [Name in CollectionName]: readonly Index[] } = {
  users: [
    { name: "keys", key: { keys: 1 }, unique: true },
    { name: "by-name", key: { sortName: 1, _id: 1 } },
    { name: "by-state", key: { state: 1, createdAt: 1 } },
    OUTBOX,
  ],
  sessions: [
    { name: "by-id", key: { id: 1 } },
    { name: "by-user", key: { userId: 1, id: 1 } },
    OUTBOX,
    PURGE,
  ],
  codes: [
    { name: "by-id", key: { id: 1 } },
    { name: "by-ticket", key: { ticketHash: 1 } },
    { name: "by-user", key: { userId: 1 } },
    { name: "by-end", key: { endsAt: 1 } },
    OUTBOX,
    PURGE,
  ],
  limits: [{ name: "by-end", key: { endsAt: 1 } }, PURGE],
  blocks: [OUTBOX],
  // Mails that were sent stay for a day, so `gone` comes first: nobody who looks for the next one reads through them.
  mails: [{ name: "by-due", key: { gone: 1, state: 1, dueAt: 1, _id: 1 } }, OUTBOX],
  audit: [{ name: "by-user", key: { userId: 1, _id: 1 } }],
  sequences: [],
  settings: [],
  turns: [],
  schema: [],
};

const NAMESPACE_NOT_FOUND = 26;
const NAMESPACE_EXISTS = 48;
const INDEX_OPTIONS_CONFLICT = 85;
const INDEX_KEY_SPECS_CONFLICT = 86;

/** Makes a collection with its indexes where they are missing, and looks whether the unique ones really are. */
export async function ensureCollection(database: Database, name: CollectionName): Promise<void> {
  const collection = collectionOf(database, name);
  try {
    await database.db.createCollection(collection.collectionName);
  } catch (error) {
    if (codeOf(error) !== NAMESPACE_EXISTS) throw error;
  }
  for (const index of INDEXES[name]) await ensureIndex(collection, index);
  await requireUnique(database, name);
}

/**
 * A name is unique by its index and by nothing else, so that index is there before the first user is written, and is what it says; else the
 * space is not opened.
 *
 * @throws WatchwordError `store-refused`
 */
export async function ensureUnique(database: Database): Promise<void> {
  for (const index of INDEXES.users)
    if (index.unique === true) await ensureIndex(collectionOf(database, "users"), index);
  await requireUnique(database, "users");
}

async function ensureIndex(collection: Collection<Document>, index: Index): Promise<void> {
  const { key, ...options } = index;
  try {
    await collection.createIndex(key, options);
  } catch (error) {
    const where = `the index "${index.name}" on ${collection.namespace}`;
    if (isDuplicateKey(error))
      throw new WatchwordError(
        "store-refused",
        `MongoDB cannot make ${where} unique, because documents with the same key are there already (${reasonOf(error)}). Find out which of them counts, remove or rename the others, and open the space again.`,
        { cause: error },
      );
    const code = codeOf(error);
    if (code !== INDEX_OPTIONS_CONFLICT && code !== INDEX_KEY_SPECS_CONFLICT) throw error;
    throw new WatchwordError(
      "store-refused",
      `There is another index where Watchword needs ${where} (${reasonOf(error)}). Drop that one, and open the space again.`,
      { cause: error },
    );
  }
}

/** Looks at what the server says of its indexes: one that takes `unique` without a word may not know what it means. */
async function requireUnique(database: Database, name: CollectionName): Promise<void> {
  const collection = collectionOf(database, name);
  const found = await listIndexes(collection);
  for (const { unique, key } of INDEXES[name]) {
    if (unique === undefined) continue;
    const field = Object.keys(key).join();
    const there = found.find((index) => Object.keys(index.key ?? {}).join() === field);
    if (there?.unique === true && there.sparse !== true && there.partialFilterExpression === undefined)
      continue;
    throw new WatchwordError(
      "store-refused",
      `The index on "${field}" of ${collection.namespace} ${there === undefined ? "is missing, though it was just made" : "is not a whole unique index"}, and without one two users could have the same name. ${there === undefined ? "Use a server that keeps unique indexes" : "Drop it"}, and open the space again.`,
    );
  }
}

async function listIndexes(collection: Collection<Document>): Promise<Document[]> {
  try {
    return await collection.listIndexes().toArray();
  } catch (error) {
    if (codeOf(error) === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}

function collectionOf(database: Database, name: CollectionName): Collection<Document> {
  return database.collections[name] as unknown as Collection<Document>;
}

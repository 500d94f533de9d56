import type { Filter } from "mongodb";
import type {
  KeyRecord,
  NewUser,
  PasswordRecord,
  StoreEvent,
  UserChange,
  UserRecord,
  UserWrite,
} from "../contract.js";
import type { Database } from "./database.js";
import type { UserDocument } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { bury, carrying, moveOn, newMark } from "./outbox.js";
import { Patience } from "./patience.js";
import {
  fieldsOf,
  namesAfter,
  readUser,
  USER_AND_PASSWORD,
  USER_FIELDS,
  userDocument,
} from "./user-documents.js";
import { text, texts, whole } from "./values.js";

/** The unique index on `keys` decides, in the insert itself. Only a refused one looks who is in the way. */
export async function createUser(
  database: Database,
  next: NewUser,
  pendingBefore: number,
  events: readonly StoreEvent[],
): Promise<{ readonly status: "created" } | { readonly status: "taken"; readonly key: string }> {
  const document = userDocument(next, events);
  const patience = new Patience(database);
  for (;;) {
    try {
      await database.collections.users.insertOne(document);
      break;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const taken = await freeKeys(database, next.keys, null, pendingBefore);
    if (taken !== null) return { status: "taken", key: taken };
    // Somebody with the very id who is dead already, or a key that was freed meanwhile.
    await bury(database, "users", { _id: document._id, gone: { $ne: null } });
    await patience.wait();
  }
  await moveOn(database, "users", document._id, events);
  return { status: "created" };
}

export async function findUser(
  database: Database,
  keys: readonly string[],
  options: { readonly pending?: boolean } = {},
): Promise<UserRecord | null> {
  const holders = await holdersOf(database, keys, USER_FIELDS);
  const found = firstOf(keys, options.pending === true ? holders : holders.filter(isActive));
  return found === null ? null : readUser(found);
}

export async function findSignIn(
  database: Database,
  keys: readonly string[],
): Promise<{ readonly user: UserRecord; readonly password: PasswordRecord | null } | null> {
  const found = firstOf(keys, await holdersOf(database, keys, USER_AND_PASSWORD));
  return found === null ? null : { user: readUser(found), password: found.password };
}

async function holdersOf(
  database: Database,
  keys: readonly string[],
  projection: Record<string, 0>,
): Promise<UserDocument[]> {
  if (keys.length === 0) return [];
  return database.collections.users.find({ keys: { $in: texts(keys) } }, { projection }).toArray();
}

function isActive(user: UserDocument): boolean {
  return user.state === "active";
}

function firstOf(keys: readonly string[], holders: readonly UserDocument[]): UserDocument | null {
  for (const key of keys) {
    const holder = holders.find((user) => user.keys.includes(key));
    if (holder !== undefined) return holder;
  }
  return null;
}

/** One write, found by id and version. Names are read before and set whole, which the version makes safe. */
export async function updateUser(
  database: Database,
  id: string,
  expectedVersion: number | null,
  change: UserChange,
  now: number,
  pendingBefore: number,
  events: readonly StoreEvent[],
): Promise<UserWrite> {
  const { users } = database.collections;
  const one = { _id: text(id), gone: null };
  const changesKeys = (change.addKeys ?? []).length + (change.removeKeys ?? []).length > 0;
  const { set, push } = carrying(events);
  const patience = new Patience(database);
  for (;;) {
    let version = expectedVersion === null ? null : whole(expectedVersion);
    let names = {};
    if (changesKeys) {
      const current = await users.findOne(one, { projection: { version: 1, names: 1 } });
      if (current === null) return { status: "not-found" };
      if (version !== null && version !== current.version) return { status: "conflict" };
      version = current.version;
      const after = namesAfter(current.names, change);
      names = { names: after, keys: after.map(({ key }) => key) };
    }
    try {
      const updated = await users.findOneAndUpdate(
        version === null ? one : { ...one, version },
        {
          $set: { ...fieldsOf(change), ...names, ...set, updatedAt: now },
          $inc: { version: 1, sessionEpoch: change.raiseEpoch === true ? 1 : 0 },
          ...push,
        },
        { returnDocument: "after", projection: USER_FIELDS },
      );
      if (updated !== null) {
        await moveOn(database, "users", id, events);
        return { status: "updated", user: readUser(updated) };
      }
      if (version === null) return { status: "not-found" };
      if (expectedVersion !== null)
        return { status: (await isThere(database, id)) ? "conflict" : "not-found" };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      const taken = await freeKeys(database, change.addKeys ?? [], id, pendingBefore);
      if (taken !== null) return { status: "taken", key: taken };
    }
    await patience.wait();
  }
}

export async function isThere(database: Database, id: string): Promise<boolean> {
  const found = await database.collections.users.findOne(
    { _id: text(id), gone: null },
    { projection: { _id: 1 } },
  );
  return found !== null;
}

export function deleteUser(
  database: Database,
  id: string,
  events: readonly StoreEvent[],
  expectedVersion?: number,
): Promise<boolean> {
  const condition = expectedVersion === undefined ? {} : { version: whole(expectedVersion) };
  return removeUser(database, id, condition, events);
}

/**
 * The first write frees the names, takes the credentials, kills every session (its user is gone) and tells of it. What hangs on the user,
 * and the user itself, go after it; where this process dies in between, the sweep goes on.
 */
export async function removeUser(
  database: Database,
  id: string,
  condition: Filter<UserDocument>,
  events: readonly StoreEvent[],
): Promise<boolean> {
  const mark = newMark();
  const { modifiedCount } = await database.collections.users.updateOne(
    { $and: [{ _id: text(id), gone: null }, condition] },
    {
      $set: {
        ...NOBODY,
        // Never empty: the unique index would count two empty lists as the same key.
        keys: [`gone:${id}`],
        gone: mark,
        outboxSince: Date.now(),
      },
      $inc: { version: 1, sessionEpoch: 1 },
      ...carrying(events).push,
    },
  );
  if (modifiedCount === 0) return false;
  await bury(database, "users", { _id: id, gone: mark });
  return true;
}

/** What is left of a user between the two steps of its removal. */
const NOBODY = {
  number: null,
  username: null,
  email: null,
  emailVerifiedAt: null,
  locale: null,
  active: false,
  admin: false,
  superuser: false,
  roles: [],
  blocked: null,
  secondFactor: null,
  data: "{}",
  names: [],
  password: null,
  factors: [],
  sortName: "",
  sortEmail: "",
} as const;

/**
 * Whose keys a refused write met: the first that somebody else has for good; or null, once the pending sign-ups whose time is over are
 * gone. All are looked at before any is removed.
 */
async function freeKeys(
  database: Database,
  wanted: readonly KeyRecord[],
  ownId: string | null,
  pendingBefore: number,
): Promise<string | null> {
  const keys = texts(wanted.map(({ key }) => key));
  const holders = await database.collections.users
    .find({ keys: { $in: keys } }, { projection: { keys: 1, state: 1, createdAt: 1 } })
    .toArray();
  const over = new Set<string>();
  for (const key of keys) {
    const holder = holders.find((user) => user.keys.includes(key));
    if (holder === undefined || holder._id === ownId) continue;
    if (holder.state !== "pending" || holder.createdAt >= pendingBefore) return key;
    over.add(holder._id);
  }
  for (const id of over)
    await removeUser(database, id, { state: "pending", createdAt: { $lt: whole(pendingBefore) } }, []);
  return null;
}

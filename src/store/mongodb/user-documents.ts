import type { Document } from "mongodb";
import type {
  BlockState,
  FactorRecord,
  KeyRecord,
  NewUser,
  PasswordRecord,
  StoreEvent,
  UserChange,
  UserRecord,
} from "../contract.js";
import type { UserDocument } from "./documents.js";
import { holding } from "./outbox.js";
import { lowerAscii } from "./values.js";

/**
 * All of a user, without what only the store itself needs; and what a sign-in reads of it. Reads name their fields also because a test server then gives
 * a copy, made under its lock, and not the document that the next write changes.
 */
export const WHOLE_USER = { outbox: 0, outboxSince: 0, sortName: 0, sortEmail: 0 } as const;
export const USER_AND_PASSWORD = { ...WHOLE_USER, names: 0, factors: 0 } as const;
export const USER_FIELDS = { ...USER_AND_PASSWORD, password: 0 } as const;

export function readUser(document: UserDocument): UserRecord {
  return {
    id: document._id,
    version: document.version,
    sessionEpoch: document.sessionEpoch,
    state: document.state,
    number: document.number ?? null,
    username: document.username,
    email: document.email,
    emailVerifiedAt: document.emailVerifiedAt,
    locale: document.locale,
    active: document.active,
    admin: document.admin,
    superuser: document.superuser,
    roles: document.roles,
    blocked: document.blocked,
    secondFactor: document.secondFactor,
    data: document.data ?? "",
    createdAt: document.createdAt,
    updatedAt: document.updatedAt,
    lastSignInAt: document.lastSignInAt,
  };
}

export function userDocument(
  { user, keys, password, factors }: NewUser,
  events: readonly StoreEvent[],
): UserDocument {
  return {
    _id: user.id,
    version: user.version,
    sessionEpoch: user.sessionEpoch,
    state: user.state,
    number: user.number,
    username: user.username,
    email: user.email,
    emailVerifiedAt: user.emailVerifiedAt,
    locale: user.locale,
    active: user.active,
    admin: user.admin,
    superuser: user.superuser,
    roles: user.roles,
    blocked: blockOf(user.blocked),
    secondFactor: user.secondFactor,
    data: user.data,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
    lastSignInAt: user.lastSignInAt,
    keys: keys.map(({ key }) => key),
    names: keys.map(({ key, kind, value }) => ({ key, kind, value })),
    password: passwordOf(password),
    factors: (factors ?? []).map(factorOf),
    sortName: lowerAscii(user.username ?? ""),
    sortEmail: lowerAscii(user.email ?? ""),
    ...holding(events),
  };
}

/** Field by field: nothing else that a caller's object may hold goes along. */
export function passwordOf(password: PasswordRecord | null): PasswordRecord | null {
  if (password === null) return null;
  const { hash, scheme, normalization, pepperId, flags, changedAt } = password;
  return { hash, scheme, normalization, pepperId, flags, changedAt };
}

function factorOf({ type, name, sealed, changedAt }: FactorRecord): FactorRecord {
  return { type, name, sealed, changedAt };
}

function blockOf(block: BlockState | null): BlockState | null {
  return block === null ? null : { since: block.since, until: block.until, reason: block.reason };
}

const CHANGEABLE = [
  "state",
  "number",
  "username",
  "email",
  "emailVerifiedAt",
  "locale",
  "active",
  "admin",
  "superuser",
  "roles",
  "secondFactor",
  "data",
  "lastSignInAt",
] as const satisfies readonly (keyof UserChange)[];

/** The fields that a change sets, names and keys aside. */
export function fieldsOf(change: UserChange): Document {
  const fields: Document = {};
  for (const name of CHANGEABLE) if (change[name] !== undefined) fields[name] = change[name];
  if (change.blocked !== undefined) fields.blocked = blockOf(change.blocked);
  if (change.username !== undefined) fields.sortName = lowerAscii(change.username ?? "");
  if (change.email !== undefined) fields.sortEmail = lowerAscii(change.email ?? "");
  return fields;
}

/** The names after a change: those that are removed gone, those that are added in the place of their old spelling or behind. */
export function namesAfter(names: readonly KeyRecord[], change: UserChange): KeyRecord[] {
  const removed = new Set(change.removeKeys);
  const after = new Map(names.filter(({ key }) => !removed.has(key)).map((name) => [name.key, name]));
  for (const { key, kind, value } of change.addKeys ?? []) after.set(key, { key, kind, value });
  return [...after.values()];
}

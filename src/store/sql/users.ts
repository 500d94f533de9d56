import type {
  KeyRecord,
  NewUser,
  PasswordRecord,
  StoreEvent,
  UserChange,
  UserRecord,
  UserWrite,
} from "../contract.js";
import { insertEvents } from "./events.js";
import { insertRows } from "./insert.js";
import { all, first, type Operation, run, type SqlValue } from "./operation.js";
import { readPassword, writePassword } from "./passwords.js";
import { marks, writeTexts } from "./texts.js";
import { readUser, USER_COLUMNS, type UserRow, writeUser } from "./user-rows.js";

const USER_OF_KEY = `SELECT ${USER_COLUMNS.split(", ")
  .map((column) => `u.${column}`)
  .join(", ")} FROM watchword_identifiers AS k JOIN watchword_users AS u ON u.id = k.user_id WHERE k.key = ?`;
const INSERT_USER = `INSERT INTO watchword_users (${USER_COLUMNS}) VALUES (${marks(20)})`;

export function* createUser(
  next: NewUser,
  pendingBefore: number,
  events: readonly StoreEvent[],
): Operation<{ readonly status: "created" } | { readonly status: "taken"; readonly key: string }> {
  const claim = yield* examineKeys(next.keys, next.user.id, pendingBefore);
  if (claim.taken !== null) return { status: "taken", key: claim.taken };
  for (const id of claim.over) yield* removeUser(id);
  yield* run(INSERT_USER, ...writeUser(next.user));
  yield* insertKeys(next.user.id, next.keys);
  if (next.password !== null) yield* writePassword(next.user.id, next.password);
  yield* insertEvents(events);
  return { status: "created" };
}

export function* findUser(
  keys: readonly string[],
  options: { readonly pending?: boolean } = {},
): Operation<UserRecord | null> {
  for (const key of keys) {
    const row = yield* first<UserRow>(USER_OF_KEY, key);
    if (row !== null && (row.state === "active" || options.pending === true)) return readUser(row);
  }
  return null;
}

export function* findSignIn(
  keys: readonly string[],
): Operation<{ readonly user: UserRecord; readonly password: PasswordRecord | null } | null> {
  const user = yield* findUser(keys, { pending: true });
  if (user === null) return null;
  return { user, password: yield* readPassword(user.id) };
}

export function* updateUser(
  id: string,
  expectedVersion: number | null,
  change: UserChange,
  now: number,
  pendingBefore: number,
  events: readonly StoreEvent[],
): Operation<UserWrite> {
  const row = yield* first<{ version: number }>("SELECT version FROM watchword_users WHERE id = ?", id);
  if (row === null) return { status: "not-found" };
  if (expectedVersion !== null && row.version !== expectedVersion) return { status: "conflict" };
  const addKeys = change.addKeys ?? [];
  const claim = yield* examineKeys(addKeys, id, pendingBefore);
  if (claim.taken !== null) return { status: "taken", key: claim.taken };

  for (const other of claim.over) yield* removeUser(other);
  for (const key of change.removeKeys ?? [])
    yield* run("DELETE FROM watchword_identifiers WHERE key = ? AND user_id = ?", key, id);
  yield* insertKeys(id, addKeys);
  const { assignments, parameters } = assignmentsOf(change);
  const updated = yield* first<UserRow>(
    `UPDATE watchword_users SET version = version + 1, updated_at = ?${assignments} WHERE id = ? RETURNING ${USER_COLUMNS}`,
    now,
    ...parameters,
    id,
  );
  if (updated === null) return { status: "not-found" };
  yield* insertEvents(events);
  return { status: "updated", user: readUser(updated) };
}

export function* deleteUser(id: string, events: readonly StoreEvent[]): Operation<boolean> {
  const wasThere = yield* removeUser(id);
  if (wasThere) yield* insertEvents(events);
  return wasThere;
}

/** Frees the keys and clears what hangs on the user. Audit rows and mails stay: they tell what happened. */
export function* removeUser(id: string): Operation<boolean> {
  yield* run("DELETE FROM watchword_identifiers WHERE user_id = ?", id);
  yield* run("DELETE FROM watchword_credentials WHERE user_id = ?", id);
  yield* run("DELETE FROM watchword_sessions WHERE user_id = ?", id);
  yield* run("DELETE FROM watchword_codes WHERE user_id = ?", id);
  return (yield* run("DELETE FROM watchword_users WHERE id = ?", id)) > 0;
}

/**
 * Who holds the keys: the first that somebody else has for good, or the pending sign-ups whose time is over. Looking
 * comes before any change, so that a refusal leaves nothing behind; the primary key stands behind it.
 */
function* examineKeys(
  keys: readonly KeyRecord[],
  ownId: string,
  pendingBefore: number,
): Operation<{ readonly taken: string | null; readonly over: ReadonlySet<string> }> {
  const over = new Set<string>();
  for (const { key } of keys) {
    const holder = yield* first<{ id: string; state: string; created_at: number }>(
      `SELECT u.id, u.state, u.created_at FROM watchword_identifiers AS k
       JOIN watchword_users AS u ON u.id = k.user_id WHERE k.key = ?`,
      key,
    );
    if (holder === null || holder.id === ownId) continue;
    if (holder.state !== "pending" || holder.created_at >= pendingBefore) return { taken: key, over };
    over.add(holder.id);
  }
  return { taken: null, over };
}

function* insertKeys(userId: string, keys: readonly KeyRecord[]): Operation<void> {
  yield* writeKeys(keys.map((key) => [userId, key]));
}

export function* writeKeys(keys: readonly (readonly [userId: string, key: KeyRecord])[]): Operation<void> {
  yield* insertRows(
    "watchword_identifiers",
    "key, user_id, kind, value",
    keys.map(([userId, { key, kind, value }]) => [key, userId, kind, value]),
    "ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, value = excluded.value",
  );
}

/** Only the columns that are named are written: `data` may be large, and most changes leave it alone. */
function assignmentsOf(change: UserChange): {
  readonly assignments: string;
  readonly parameters: SqlValue[];
} {
  const columns: [string, SqlValue | undefined][] = [
    ["state", change.state],
    ["username", change.username],
    ["email", change.email],
    ["email_verified_at", change.emailVerifiedAt],
    ["locale", change.locale],
    ["active", numberOf(change.active)],
    ["admin", numberOf(change.admin)],
    ["superuser", numberOf(change.superuser)],
    ["roles", change.roles === undefined ? undefined : writeTexts(change.roles)],
    ["second_factor", change.secondFactor],
    ["data", change.data],
    ["last_sign_in_at", change.lastSignInAt],
  ];
  if (change.blocked !== undefined)
    columns.push(
      ["blocked_since", change.blocked?.since ?? null],
      ["blocked_until", change.blocked?.until ?? null],
      ["blocked_reason", change.blocked?.reason ?? null],
    );
  let assignments = change.raiseEpoch === true ? ", session_epoch = session_epoch + 1" : "";
  const parameters: SqlValue[] = [];
  for (const [column, value] of columns) {
    if (value === undefined) continue;
    assignments += `, ${column} = ?`;
    parameters.push(value);
  }
  return { assignments, parameters };
}

function numberOf(flag: boolean | undefined): number | undefined {
  return flag === undefined ? undefined : Number(flag);
}

/** The ids of pending sign-ups older than `before`, which housekeeping may remove. */
export function* pendingUsers(before: number, size: number): Operation<readonly string[]> {
  const rows = yield* all<{ id: string }>(
    "SELECT id FROM watchword_users WHERE state = 'pending' AND created_at < ? ORDER BY created_at LIMIT ?",
    before,
    size,
  );
  return rows.map((row) => row.id);
}

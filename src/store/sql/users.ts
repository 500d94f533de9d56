import type {
  KeyRecord,
  NewUser,
  PasswordRecord,
  StoreEvent,
  UserChange,
  UserRecord,
  UserWrite,
} from "../contract.js";
import type { Dialect } from "./dialect.js";
import { insertEvents } from "./events.js";
import { writeFactors } from "./factors.js";
import { insertRows, selectAny } from "./insert.js";
import { all, first, LostRace, type Operation, run, type SqlValue } from "./operation.js";
import { type CredentialRow, PASSWORD_COLUMNS, readPasswordRow, writePassword } from "./passwords.js";
import { marks, writeTexts } from "./texts.js";
import { readUser, USER_COLUMNS, type UserRow, writeUser } from "./user-rows.js";

const OF_USER = USER_COLUMNS.split(", ")
  .map((column) => `u.${column}`)
  .join(", ");
const BY_KEY = "FROM watchword_identifiers AS k JOIN watchword_users AS u ON u.id = k.user_id";
const WITH_PASSWORD = `LEFT JOIN watchword_credentials AS c ON c.user_id = u.id AND c.type = 'password' AND c.name = ''`;
const OF_PASSWORD = PASSWORD_COLUMNS.split(", ")
  .map((column) => `c.${column}`)
  .join(", ");
const INSERT_USER = `INSERT INTO watchword_users (${USER_COLUMNS}) VALUES (${marks(21)})`;

export function* createUser(
  dialect: Dialect,
  next: NewUser,
  pendingBefore: number,
  events: readonly StoreEvent[],
): Operation<{ readonly status: "created" } | { readonly status: "taken"; readonly key: string }> {
  const claim = yield* examineKeys(next.keys, next.user.id, pendingBefore);
  if (claim.taken !== null) return { status: "taken", key: claim.taken };
  yield* removeOver(dialect, claim.over, pendingBefore);
  yield* run(INSERT_USER, ...writeUser(next.user));
  yield* insertKeys(next.user.id, next.keys);
  if (next.password !== null) yield* writePassword(next.user.id, next.password);
  yield* writeFactors((next.factors ?? []).map((factor) => [next.user.id, factor] as const));
  yield* insertEvents(events);
  return { status: "created" };
}

type FoundUser = UserRow & { readonly found_by: string };
type FoundSignIn = FoundUser & { readonly [Column in keyof CredentialRow]: CredentialRow[Column] | null };

export function* findUser(
  keys: readonly string[],
  options: { readonly pending?: boolean } = {},
): Operation<UserRecord | null> {
  if (keys.length === 0) return null;
  const rows = yield* all<FoundUser>(
    `SELECT ${OF_USER}, k.key AS found_by ${BY_KEY} WHERE k.key IN (${marks(keys.length)})`,
    ...keys,
  );
  const row = firstOf(
    keys,
    rows.filter(({ state }) => state === "active" || options.pending === true),
  );
  return row === null ? null : readUser(row);
}

export function* findSignIn(
  keys: readonly string[],
): Operation<{ readonly user: UserRecord; readonly password: PasswordRecord | null } | null> {
  if (keys.length === 0) return null;
  const rows = yield* all<FoundSignIn>(
    `SELECT ${OF_USER}, ${OF_PASSWORD}, k.key AS found_by ${BY_KEY} ${WITH_PASSWORD}
     WHERE k.key IN (${marks(keys.length)})`,
    ...keys,
  );
  const row = firstOf(keys, rows);
  if (row === null) return null;
  return { user: readUser(row), password: hasPassword(row) ? readPasswordRow(row) : null };
}

/** The row that the earliest of the keys found. */
function firstOf<R extends FoundUser>(keys: readonly string[], rows: readonly R[]): R | null {
  for (const key of keys) {
    const row = rows.find(({ found_by }) => found_by === key);
    if (row !== undefined) return row;
  }
  return null;
}

function hasPassword(row: FoundSignIn): row is FoundSignIn & CredentialRow {
  return row.hash !== null;
}

export function* updateUser(
  dialect: Dialect,
  id: string,
  expectedVersion: number | null,
  change: UserChange,
  now: number,
  pendingBefore: number,
  events: readonly StoreEvent[],
): Operation<UserWrite> {
  const row = yield* first<{ version: number }>(
    `SELECT version FROM watchword_users WHERE id = ?${dialect.lock}`,
    id,
  );
  if (row === null) return { status: "not-found" };
  if (expectedVersion !== null && row.version !== expectedVersion) return { status: "conflict" };
  const addKeys = change.addKeys ?? [];
  const claim = yield* examineKeys(addKeys, id, pendingBefore);
  if (claim.taken !== null) return { status: "taken", key: claim.taken };

  yield* removeOver(dialect, claim.over, pendingBefore);
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

export function* deleteUser(
  dialect: Dialect,
  id: string,
  events: readonly StoreEvent[],
  expectedVersion?: number,
): Operation<boolean> {
  const user = yield* first<{ version: number }>(
    `SELECT version FROM watchword_users WHERE id = ?${dialect.lock}`,
    id,
  );
  if (user === null || (expectedVersion !== undefined && user.version !== expectedVersion)) return false;
  yield* removeUser(id);
  yield* insertEvents(events);
  return true;
}

/**
 * Frees the keys and clears what hangs on the user, whose row the caller has locked: a session that is made in this
 * moment waits for it and finds nobody. Audit rows and mails stay: they tell what happened.
 */
function* removeUser(id: string): Operation<void> {
  yield* run("DELETE FROM watchword_identifiers WHERE user_id = ?", id);
  yield* run("DELETE FROM watchword_credentials WHERE user_id = ?", id);
  yield* run("DELETE FROM watchword_sessions WHERE user_id = ?", id);
  yield* run("DELETE FROM watchword_codes WHERE user_id = ?", id);
  yield* run("DELETE FROM watchword_users WHERE id = ?", id);
}

/** False: it is no longer a pending sign-up whose time is over. */
export function* removePending(dialect: Dialect, id: string, before: number): Operation<boolean> {
  const user = yield* first<{ id: string }>(
    `SELECT id FROM watchword_users WHERE id = ? AND state = 'pending' AND created_at < ?${dialect.lock}`,
    id,
    before,
  );
  if (user === null) return false;
  yield* removeUser(id);
  return true;
}

/** The sign-ups that {@link examineKeys} found over. One that was confirmed, or removed, in between changes who holds what. */
function* removeOver(dialect: Dialect, ids: ReadonlySet<string>, pendingBefore: number): Operation<void> {
  for (const id of [...ids].sort())
    if (!(yield* removePending(dialect, id, pendingBefore))) throw new LostRace();
}

/**
 * Who holds the keys: the first that somebody else has for good, or the pending sign-ups whose time is over. Looking
 * comes before any change, so that a refusal leaves nothing behind; the primary key stands behind it ({@link writeKeys}).
 */
function* examineKeys(
  keys: readonly KeyRecord[],
  ownId: string,
  pendingBefore: number,
): Operation<{ readonly taken: string | null; readonly over: ReadonlySet<string> }> {
  const over = new Set<string>();
  const holders = yield* selectAny<{ key: string; id: string; state: string; created_at: number }>(
    `SELECT k.key, u.id, u.state, u.created_at ${BY_KEY}`,
    "k.key",
    keys.map(({ key }) => key),
  );
  for (const { key } of keys) {
    const holder = holders.find((each) => each.key === key);
    if (holder === undefined || holder.id === ownId) continue;
    if (holder.state !== "pending" || holder.created_at >= pendingBefore) return { taken: key, over };
    over.add(holder.id);
  }
  return { taken: null, over };
}

export const KEY_COLUMNS = "key, user_id, kind, value";

function* insertKeys(userId: string, keys: readonly KeyRecord[]): Operation<void> {
  yield* writeKeys(keys.map((key) => [userId, key]));
}

/** In the order of the keys, so that two who claim the same ones never wait for each other in a circle. */
export function* writeKeys(keys: readonly (readonly [userId: string, key: KeyRecord])[]): Operation<void> {
  const byKey = new Map(
    keys.map(([userId, { key, kind, value }]) => [key, [key, userId, kind, value] as const]),
  );
  const written = yield* insertRows(
    "watchword_identifiers",
    KEY_COLUMNS,
    [...byKey.values()].sort(([a], [b]) => (a < b ? -1 : 1)),
    `ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, value = excluded.value
     WHERE watchword_identifiers.user_id = excluded.user_id`,
  );
  // Somebody claimed one of them since they were examined.
  if (written < byKey.size) throw new LostRace();
}

/** Only the columns that are named are written: `data` may be large, and most changes leave it alone. */
function assignmentsOf(change: UserChange): {
  readonly assignments: string;
  readonly parameters: SqlValue[];
} {
  const columns: [string, SqlValue | undefined][] = [
    ["state", change.state],
    ["number", change.number],
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

import type { KeyRecord, NewUser, PasswordRecord, RecordWrite } from "../contract.js";
import { type FactorRow, readFactors, writeFactors } from "./factors.js";
import { insertRows, selectAny } from "./insert.js";
import { all, type Operation } from "./operation.js";
import { type CredentialRow, PASSWORD_COLUMNS, readPasswordRow, writePasswords } from "./passwords.js";
import { readUser, USER_COLUMNS, type UserRow, writeUser } from "./user-rows.js";
import { writeKeys } from "./users.js";

/** Users with all that hangs on them, which lies in the same range of ids. */
export function* readWholeUsers(after: string | null, size: number): Operation<readonly NewUser[]> {
  const users = yield* all<UserRow>(
    `SELECT ${USER_COLUMNS} FROM watchword_users WHERE id > ? ORDER BY id LIMIT ?`,
    after ?? "",
    size,
  );
  const last = users.at(-1);
  if (last === undefined) return [];
  const range = [after ?? "", last.id] as const;
  const keys = yield* all<KeyRow>(
    `SELECT user_id, key, kind, value FROM watchword_identifiers WHERE user_id > ? AND user_id <= ? ORDER BY key`,
    ...range,
  );
  const passwords = yield* all<CredentialRow & { user_id: string }>(
    `SELECT user_id, ${PASSWORD_COLUMNS} FROM watchword_credentials
     WHERE user_id > ? AND user_id <= ? AND type = 'password' AND name = ''`,
    ...range,
  );
  const factors = readFactors(
    yield* all<FactorRow>(
      `SELECT user_id, type, name, hash, changed_at FROM watchword_credentials
       WHERE user_id > ? AND user_id <= ? AND type <> 'password' ORDER BY user_id, type, name`,
      ...range,
    ),
  );
  const keysOf = new Map<string, KeyRecord[]>(users.map(({ id }) => [id, []]));
  for (const { user_id, key, kind, value } of keys) keysOf.get(user_id)?.push({ key, kind, value });
  const passwordOf = new Map<string, PasswordRecord>(
    passwords.map((row) => [row.user_id, readPasswordRow(row)]),
  );
  return users.map((row) => {
    const own = factors.get(row.id);
    return {
      user: readUser(row),
      keys: keysOf.get(row.id) ?? [],
      password: passwordOf.get(row.id) ?? null,
      ...(own === undefined ? {} : { factors: own }),
    };
  });
}

type KeyRow = {
  readonly user_id: string;
  readonly key: string;
  readonly kind: KeyRecord["kind"];
  readonly value: string;
};

/** Looks before it writes, so that one whose name is taken keeps none of the others out; the primary keys stand behind it. */
export function* writeWholeUsers(users: readonly NewUser[]): Operation<readonly RecordWrite[]> {
  const found = yield* selectAny<{ id: string }>(
    "SELECT id FROM watchword_users",
    "id",
    users.map(({ user }) => user.id),
  );
  const ids = new Set(found.map(({ id }) => id));
  const held = yield* selectAny<{ key: string; user_id: string }>(
    "SELECT key, user_id FROM watchword_identifiers",
    "key",
    users.flatMap(({ keys }) => keys.map(({ key }) => key)),
  );
  const holders = new Map(held.map(({ key, user_id }) => [key, user_id]));

  const wanted: NewUser[] = [];
  const answers = users.map((next): RecordWrite => {
    const { id } = next.user;
    if (ids.has(id)) return { status: "there" };
    const taken = next.keys.find(({ key }) => (holders.get(key) ?? id) !== id);
    if (taken !== undefined) return { status: "taken", key: taken.key };
    ids.add(id);
    for (const { key } of next.keys) holders.set(key, id);
    wanted.push(next);
    return { status: "written" };
  });
  yield* insertRows(
    "watchword_users",
    USER_COLUMNS,
    wanted.map(({ user }) => writeUser(user)),
  );
  yield* writeKeys(wanted.flatMap(({ user, keys }) => keys.map((key) => [user.id, key] as const)));
  yield* writePasswords(
    wanted.flatMap(({ user, password }) => (password === null ? [] : [[user.id, password] as const])),
  );
  yield* writeFactors(
    wanted.flatMap(({ user, factors = [] }) => factors.map((one) => [user.id, one] as const)),
  );
  return answers;
}

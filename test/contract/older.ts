import { expect } from "vitest";
import { idKey } from "#dist/base/keys.js";
import type { Store } from "#dist/store/contract.js";
import type { Dialect } from "#dist/store/sql/dialect.js";
import { MIGRATIONS } from "#dist/store/sql/migrations/migrations.js";
import { NOW, numberKey, sampleSession, sampleUser } from "./samples.js";

/** Who lies in a database that a program of before has written, and one of her sessions. */
export const ADA = sampleUser({ username: "ada", email: "ada@example.com", data: '{"plan":"gold"}' });
export const SESSION = sampleSession(ADA.user.id);

/** A statement with what stands for its question marks. */
export type Statement = readonly [sql: string, ...parameters: (string | number | null)[]];

/** The statements of the released migrations up to a version, and the rows of ADA as the program of that time wrote them. */
export function olderDatabase(dialect: Dialect, version: number): readonly Statement[] {
  const migrations = MIGRATIONS.slice(0, version);
  const { id, createdAt, data } = ADA.user;
  return [
    [
      `CREATE TABLE watchword_schema (version ${dialect.whole} NOT NULL PRIMARY KEY, name ${dialect.text} NOT NULL)`,
    ],
    ...migrations.flatMap((migration) => migration.statements(dialect)).map((sql): Statement => [sql]),
    ...migrations.map(
      ({ name }, at): Statement => [
        "INSERT INTO watchword_schema (version, name) VALUES (?, ?)",
        at + 1,
        name,
      ],
    ),
    [
      `INSERT INTO watchword_users (id, version, session_epoch, state, username, email, active, admin, superuser, roles,
         created_at, updated_at, data) VALUES (?, 1, 0, 'active', 'ada', 'ada@example.com', 1, 0, 0, '[]', ?, ?, ?)`,
      id,
      createdAt,
      createdAt,
      data,
    ],
    ...ADA.keys.map(
      ({ key, kind, value }): Statement => [
        "INSERT INTO watchword_identifiers (key, user_id, kind, value) VALUES (?, ?, ?, ?)",
        key,
        id,
        kind,
        value,
      ],
    ),
    [
      `INSERT INTO watchword_sessions (token_hash, id, user_id, epoch, created_at, last_seen_at, expires_at, absolute_end,
         authenticated_at, methods, ip, user_agent, data) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, '["password"]', ?, ?, '{}')`,
      SESSION.tokenHash,
      SESSION.id,
      id,
      SESSION.createdAt,
      SESSION.lastSeenAt,
      SESSION.expiresAt,
      SESSION.absoluteEnd,
      SESSION.authenticatedAt,
      SESSION.ip,
      SESSION.userAgent,
    ],
  ];
}

/** Migrates the database of before, and gives out numbers in it. */
export async function becomesNumbered(store: Store, version: number): Promise<void> {
  expect((await store.schema()).version).toBe(version);
  const { latest } = await store.schema();
  expect(await store.migrate()).toHaveLength(latest - version);
  expect(await store.schema()).toEqual({ version: latest, latest });
  expect(await store.migrate()).toEqual([]);

  expect(await store.findUser([idKey(ADA.user.id)])).toEqual(ADA.user);
  const checked = await store.checkSession(SESSION.tokenHash, { data: true });
  expect(checked).toEqual({ session: SESSION, user: ADA.user });
  expect(await store.readRecords("users", null, 10)).toEqual([
    { ...ADA, keys: ADA.keys.toSorted((one, other) => (one.key < other.key ? -1 : 1)) },
  ]);
  expect(await store.readRecords("sequences", null, 10)).toEqual([]);

  const number = await store.nextNumber("users");
  const change = { number, addKeys: [numberKey(number)] };
  const written = await store.updateUser(ADA.user.id, 1, change, NOW + 1, 0, []);
  expect(written).toMatchObject({
    status: "updated",
    user: { ...ADA.user, number: 1, version: 2, updatedAt: NOW + 1 },
  });
  expect((await store.findUser(["n:1"]))?.id).toBe(ADA.user.id);
  const bob = sampleUser({ username: "bob", number: await store.nextNumber("users") });
  expect(await store.createUser(bob, 0, [])).toEqual({ status: "created" });
  expect(await store.findUser(["n:2"])).toEqual(bob.user);
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPiccolo, type Piccolo } from "watchword/compat/piccolo";
import { importedDatabase, portOptions } from "../helpers/compat.js";
import type { TestDatabase } from "../helpers/database.js";
import { DUMPED, expected } from "../helpers/import-source.js";

interface Expected {
  readonly users: readonly {
    readonly id: number;
    readonly username: string;
    readonly email: string;
    readonly first_name: string | null;
    readonly last_name: string | null;
    readonly active: boolean;
    readonly admin: boolean;
    readonly superuser: boolean;
    readonly last_login: string | null;
    readonly password: string | null;
    readonly wrong_passwords: readonly string[];
  }[];
  readonly unknown_users: readonly { readonly username: string; readonly password: string }[];
}

const DATABASES = [
  ["PostgreSQL", "piccolo/dump.sql", "piccolo/expected-postgres.json"],
  ["SQLite", "piccolo/users.sqlite", "piccolo/expected-sqlite.json"],
] as const;

/** As Watchword keeps an address: the domain does not tell case apart (RFC 5321 §2.4). */
function kept(email: string): string | null {
  const [name, domain = ""] = email.split("@");
  return email === "" ? null : `${name}@${domain.toLowerCase()}`;
}

describe.each(DATABASES)("a real database of Piccolo's, from %s", (_from, file, answers) => {
  const { users, unknown_users } = expected<Expected>(answers);
  let database: TestDatabase;
  let piccolo: Piccolo;
  beforeAll(async () => {
    database = await importedDatabase("piccolo", [file]);
    piccolo = await openPiccolo({ url: database.url, watchword: portOptions(database, DUMPED) });
  });
  afterAll(async () => {
    await piccolo.close();
    await database.drop();
  });

  const login = (username: string, password: string) => piccolo.BaseUser.login({ username, password });

  it("has everybody, under the old id, with what was known of them", async () => {
    expect(users.length).toBeGreaterThan(15);
    expect(await piccolo.space.users.count()).toBe(users.length);
    for (const { id, username, email, first_name, last_name, last_login, ...user } of users)
      expect(await piccolo.space.users.find({ number: id })).toMatchObject({
        username,
        email: kept(email),
        active: user.active,
        admin: user.admin,
        superuser: user.superuser,
        data: { first_name, last_name },
        lastSignInAt: last_login === null ? null : new Date(`${last_login.slice(0, 23)}Z`),
      });
  });

  it.each(users.map((user) => [user.username.slice(0, 20), user] as const))(
    "lets %s in with the old password and no other",
    async (_name, { id, username, password, wrong_passwords }) => {
      // One against the hash of the original, the others against what becomes of it.
      const [first = "", ...others] = wrong_passwords.toReversed();
      expect(await login(username, first)).toBeNull();
      expect(password === null ? null : await login(username, password)).toBe(password === null ? null : id);
      for (const wrong of others) expect(await login(username, wrong)).toBeNull();
      if (password !== null) expect(await login(username, password)).toBe(id);
    },
  );

  it("knows nobody who was deleted before", async () => {
    for (const { username, password } of unknown_users) expect(await login(username, password)).toBeNull();
  });

  it("changes a password by the old id, and goes on counting behind the last", async () => {
    const last = Math.max(...users.map(({ id }) => id));
    const [bob] = users;
    await piccolo.BaseUser.updatePassword({ user: bob?.id ?? 0, password: "a new one" });
    expect(await login("bob", "a new one")).toBe(bob?.id);
    const made = await piccolo.BaseUser.createUser({ username: "newcomer", password: "secret" });
    expect(made.id).toBe(last + 1);
  });
});

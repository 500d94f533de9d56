import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openUserSpace, type UserSpace } from "watchword";
import {
  authenticate,
  close,
  createUser,
  deleteUser,
  getUser,
  getUsers,
  initialize,
  updateUser,
} from "watchword/compat/minimus-users";
import { importedDatabase, portOptions } from "../helpers/compat.js";
import { newDatabase, openStoreOf, STORE, type TestDatabase } from "../helpers/database.js";
import { expected } from "../helpers/import-source.js";

// The users of a real minimus-users, in the port over a database that `watchword import` filled.

interface Person {
  readonly _id: string;
  readonly username: string;
  readonly password: string | null;
  readonly wrong_passwords: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
}

const told = expected<{ readonly users: readonly Person[]; readonly unknown_users?: readonly Person[] }>(
  "minimus-users/expected.json",
);
/** Nobody signs in with the empty name, neither there nor here; such rows are told of and stay behind. */
const people = told.users.filter(({ username }) => username !== "");

const databases: TestDatabase[] = [];
afterEach(async () => {
  await close();
  for (const database of databases.splice(0)) await database.drop();
});

async function open(database: TestDatabase): Promise<TestDatabase> {
  databases.push(database);
  await initialize(STORE === "sqlite" ? database.folder : database.url, { watchword: portOptions(database) });
  return database;
}

async function beside<Result>(
  database: TestDatabase,
  use: (space: UserSpace) => Promise<Result>,
): Promise<Result> {
  const space = await openUserSpace(database.url, database.options);
  try {
    return await use(space);
  } finally {
    await space.close();
  }
}

/** A value of MongoDB's canonical Extended JSON, as a program in JavaScript has it. */
function plain(json: unknown): unknown {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map(plain);
  const { $numberInt, $numberLong, $numberDouble, $date } = json as Record<string, string | undefined>;
  if ($date !== undefined) return new Date(Number(plain($date)));
  const number = $numberInt ?? $numberLong ?? $numberDouble;
  if (number !== undefined) return Number(number);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, plain(value)]));
}

const recordOf = ({ _id, username, fields }: Person) => ({
  _id,
  username,
  ...(plain(fields) as Record<string, unknown>),
});

describe.each(["minimus-users/montydb", "minimus-users/users.ndjson"])("everybody of %s", (file) => {
  it("signs in with the old password, and with no other", { timeout: 120_000 }, async () => {
    await open(await importedDatabase("minimus-users", [file]));
    expect(people.length).toBe(told.users.length - 2);
    for (const { username, password, wrong_passwords } of people) {
      for (const wrong of wrong_passwords)
        expect([username, wrong, await authenticate(username, wrong)]).toEqual([username, wrong, false]);
      if (password !== null)
        expect([username, await authenticate(username, password)]).toEqual([username, true]);
      else for (const none of ["", "null"]) expect(await authenticate(username, none)).toBe(false);
    }
    for (const { username, password } of told.unknown_users ?? [])
      expect(await authenticate(username, password ?? "")).toBe(false);
  });

  it("has the fields and the _id that they had", async () => {
    await open(await importedDatabase("minimus-users", [file]));
    for (const person of people) {
      expect(await getUser({ username: person.username })).toEqual(recordOf(person));
      expect(await getUser({ uid: person._id })).toEqual(recordOf(person));
    }
    const byId = (one: { readonly _id: string }, other: { readonly _id: string }) =>
      one._id < other._id ? -1 : 1;
    expect((await getUsers()).sort(byId)).toEqual(people.map(recordOf).sort(byId));
  });
});

describe("somebody who came along", () => {
  const JOHN = "6b02abe858392acc1a7cddd2";

  it("has a hash of today once they were there", async () => {
    const database = await open(await importedDatabase("minimus-users", ["minimus-users/montydb"]));
    const schemeOf = async (username: string) => {
      const store = await openStoreOf(database);
      try {
        return (await store.findSignIn([`u:${username}`]))?.password?.scheme;
      } finally {
        await store.close();
      }
    };
    expect(await schemeOf("john")).toBe("pbkdf2_sha256");
    expect(await authenticate("john", "john’s secret")).toBe(true);
    await close();
    expect(await schemeOf("john")).toBe("argon2id");
    await initialize(database.url, { watchword: portOptions(database) });
    expect(await authenticate("john", "john’s secret")).toBe(true);
    expect(await authenticate("john", "JOHN’S SECRET")).toBe(false);
  });

  it("is changed and deleted by what the program knows of them", async () => {
    await open(await importedDatabase("minimus-users", ["minimus-users/montydb"]));
    const john = await getUser({ username: "john" });
    expect(await createUser("john", "another")).toBe(false);
    expect(await createUser("somebody", "a secret", { _id: JOHN }).catch((error) => error.code)).toBe(
      "conflict",
    );
    expect(await updateUser("john", { display_name: null, nick: "jd" })).toBe(true);
    const { display_name: gone, ...rest } = { display_name: undefined, ...john };
    expect(gone).toBe("John Doe II");
    expect(await deleteUser({ uid: JOHN })).toEqual({ ...rest, nick: "jd" });
    expect(await getUser({ uid: JOHN })).toBeNull();
    expect(await authenticate("john", "john’s secret")).toBe(false);
  });

  it("has the address as Watchword's own, until the program changes the field", async () => {
    const database = await open(await importedDatabase("minimus-users", ["minimus-users/montydb"]));
    const email = "John.Doe@mini.example";
    const own = () =>
      beside(database, async (space) => (await space.users.find({ username: "john" }))?.email ?? null);
    expect(await own()).toBe(email);
    expect(await updateUser("john", { nick: "jd" })).toBe(true);
    expect(await own()).toBe(email);
    expect(await updateUser("john", { email: "new@mini.example" })).toBe(true);
    expect([await own(), (await getUser({ username: "john" }))?.email]).toEqual([null, "new@mini.example"]);
    expect(await updateUser("admin", { email: null })).toBe(true);
    expect(await getUser({ username: "admin" })).not.toHaveProperty("email");
  });

  it("keeps the address as a field when the name becomes another one", async () => {
    await open(await importedDatabase("minimus-users", ["minimus-users/montydb"]));
    const uid = JOHN;
    expect(await updateUser("john", { username: "jd@mini.example" })).toBe(true);
    expect(await getUser({ uid })).toMatchObject({
      username: "jd@mini.example",
      email: "John.Doe@mini.example",
    });
    expect(await authenticate("jd@mini.example", "john’s secret")).toBe(true);
    expect(await updateUser("jd@mini.example", { username: "jd", email: "jd@new.example" })).toBe(true);
    expect(await getUser({ uid })).toMatchObject({ username: "jd", email: "jd@new.example" });
    // Somebody's address, of those who came along, is nobody else's name.
    expect(await createUser("admin@mini.example", "a secret")).toBe(false);
  });

  it("with a name that has an @ goes on under it", async () => {
    const rows = [
      { _id: "1", username: "ada@old.example", password: "engine", email: "ada@new.example" },
      { _id: "2", username: "@bob", password: "builder" },
    ];
    const database = await openRows(rows);
    for (const { _id, username, password, ...fields } of rows) {
      expect(await authenticate(username, password)).toBe(true);
      expect(await getUser({ uid: _id })).toEqual({ _id, username, ...fields });
      expect(await updateUser(username, { email: `changed${_id}@new.example` })).toBe(true);
      expect(await getUser({ username })).toEqual({ _id, username, email: `changed${_id}@new.example` });
      const own = await beside(database, (space) => space.users.find({ username }));
      expect(own?.email).toBeNull();
      expect(await updateUser(username, { username: `plain${_id}` })).toBe(true);
      expect(await authenticate(`plain${_id}`, password)).toBe(true);
    }
  });

  it("with another hash of Passlib signs in with the password, and not with the hash", async () => {
    const password = "correct horse battery staple";
    const rows = [
      "$1$XLF4z2V2$ysGdM1x3Vz1o10jGSDahs0",
      "$5$rounds=1000$nNDdOXuvxxhDi7kY$tZ6R7O2UIDmG4jtKZQ5nM0kQovZeyVB6hU8J8lt8Mf3",
      "$pbkdf2$1000$cU4pRWjN.T9HyLmXEiIkZA$/s9u5G6waiY1rtms1TCT6fqL44M",
      "$bcrypt-sha256$v=2,t=2b,r=5$H3TgU9O0CVvEFOnPGw6mx.$cydPcStwD5EFHGAvLjLvvUi0mEw4oZO",
      "$scrypt$ln=10,r=8,p=1$bw2h9L5XCuHc27sXIsTYWw$na7q6b3sOtat2LuNTpDb6IFvFFmz4WHJIXlF93tMU20",
    ].map((hash, at) => ({ _id: String(at), username: `user${at}`, password: hash }));
    const odd = { _id: "odd", username: "odd", password: "$1$looks like a hash$ and is none" };
    await openRows([...rows, odd]);
    for (const { username, password: hash } of rows) {
      expect([username, await authenticate(username, password)]).toEqual([username, true]);
      expect([username, await authenticate(username, hash)]).toEqual([username, false]);
    }
    expect(await authenticate("odd", odd.password)).toBe(true);
  });

  async function openRows(rows: readonly object[]): Promise<TestDatabase> {
    const database = await newDatabase();
    const file = join(database.folder, "users.ndjson");
    await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await open(database);
    await beside(database, (space) => space.transfer.import({ from: "minimus-users", input: [file] }));
    return database;
  }
});

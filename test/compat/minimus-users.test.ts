import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openUserSpace, type UserSpace } from "watchword";
import * as minimus from "watchword/compat/minimus-users";
import {
  authenticate,
  close,
  createUser,
  deleteUser,
  getUser,
  getUsers,
  initialize,
  renderLogin,
  updateUser,
  userServicesCli,
} from "watchword/compat/minimus-users";
import { portOptions } from "../helpers/compat.js";
import { newDatabase, openStoreOf, STORE, type TestDatabase } from "../helpers/database.js";

// Rows `4` of the contract (minimus-users), and rows `B4` of what the original really answered.

const NOT_YET = "Database not initialized!";
const refusal = (code: string) => expect.objectContaining({ code });

let database: TestDatabase;
beforeEach(async () => {
  database = await newDatabase();
});
afterEach(async () => {
  await close();
  await database.drop();
});

/** As programs open it: a folder for SQLite, the URL of a server. */
function open(folder = database.folder): Promise<void> {
  return initialize(STORE === "sqlite" ? folder : database.url, { watchword: portOptions(database) });
}

/** The same space, beside the port. */
async function beside<Result>(use: (space: UserSpace) => Promise<Result>): Promise<Result> {
  const space = await openUserSpace(database.url, database.options);
  try {
    return await use(space);
  } finally {
    await space.close();
  }
}

interface Vector {
  readonly scheme: string;
  readonly family: string;
  readonly password?: string;
  readonly hash: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly valid: boolean;
}

/** One hash of each scheme of Passlib, as it made them itself. */
async function passlibHashes(): Promise<ReadonlyMap<string, Vector>> {
  const file = new URL("../fixtures/password-hashes/vectors.json", import.meta.url);
  const { vectors } = JSON.parse(await readFile(file, "utf8")) as { readonly vectors: readonly Vector[] };
  return new Map(
    vectors
      .filter(({ family, valid, password }) => family === "passlib" && valid && password !== undefined)
      .map((vector) => [vector.scheme, vector]),
  );
}

describe("a program that used minimus-users", () => {
  it("goes on with its users", async () => {
    await open();
    const [fred, homer] = ["fred.flintstone", "homer.simpson"];
    expect(await getUsers()).toEqual([]);
    await deleteUser({ username: fred });
    await deleteUser({ username: homer });

    expect(await createUser(fred, "Wilma!")).toBe(true);
    expect(await createUser(fred, "Wilma!")).toBe(false);
    const family = { wife: "marge.simpson", children: ["Bart", "Lisa", "Maggie"], age: 40 };
    expect(await createUser(homer, "Doh!", family)).toBe(true);
    expect(await getUser({ username: homer })).toMatchObject(family);
    expect((await getUsers()).map(({ username }) => username).sort()).toEqual([fred, homer]);

    expect(await authenticate(fred, "Wilma!")).toBe(true);
    expect(await authenticate(fred, "Doh!")).toBe(false);

    expect(await updateUser(fred, { hometown: "Bedrock", pet: "Dino" })).toBe(true);
    expect(await getUser({ username: fred })).toMatchObject({
      username: fred,
      hometown: "Bedrock",
      pet: "Dino",
    });
    await updateUser(fred, { pet: null });
    expect(await getUser({ username: fred })).not.toHaveProperty("pet");

    expect((await deleteUser({ username: fred }))?.hometown).toBe("Bedrock");
    expect((await deleteUser({ username: homer }))?.age).toBe(40);
    expect(await getUsers()).toEqual([]);
  });

  it("signs people in on the login page of its blog", async () => {
    await open();
    await createUser("jeff", "let me write", { display_name: "Jeff" });
    const session: { username?: string } = {};
    async function login(request: Request): Promise<string> {
      if (request.method === "GET") return renderLogin();
      const form = new URLSearchParams(await request.text());
      const username = form.get("username") ?? "";
      if (!(await authenticate(username, form.get("password") ?? ""))) return renderLogin();
      session.username = username;
      return `Hello ${(await getUser({ username }))?.display_name}`;
    }
    const page = await login(new Request("http://localhost/login"));
    // What a browser sends of this page: its form's method, and the fields by their names.
    const method = /<form[^>]*method="(\w+)"/i.exec(page)?.[1] ?? "GET";
    const names = [...page.matchAll(/<input[^>]*\bname="(\w+)"[^>]*\btype="(\w+)"/g)].map(([, ...of]) => of);
    expect(names).toEqual([
      ["username", "text"],
      ["password", "password"],
    ]);
    const submit = (username: string, password: string) =>
      login(
        new Request("http://localhost/login", { method, body: new URLSearchParams({ username, password }) }),
      );
    expect(await submit("jeff", "let me read")).toBe(page);
    expect(session.username).toBeUndefined();
    expect(await submit("jeff", "let me write")).toBe("Hello Jeff");
    expect(session.username).toBe("jeff");
  });
});

describe("initialize", () => {
  const CALLS: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["authenticate", () => authenticate("ada", "engine")],
    ["getUser", () => getUser({ username: "ada" })],
    ["getUser()", () => getUser()],
    ["getUsers", () => getUsers()],
    ["createUser", () => createUser("ada", "engine")],
    ["createUser ''", () => createUser("", "engine")],
    ["updateUser", () => updateUser("ada", {})],
    ["deleteUser", () => deleteUser()],
    ["renderLogin", () => renderLogin()],
    ["userServicesCli", () => userServicesCli(["program"])],
  ];

  it.each(CALLS)("comes before %s", async (_name, call) => {
    await expect(call()).rejects.toThrow(NOT_YET);
    await open();
    await close();
    await expect(call()).rejects.toThrow(NOT_YET);
  });

  it("has told of all calls above", () => {
    const told = CALLS.map(([name]) => name.replace(/\W.*$/, ""));
    expect([...new Set(told), "close", "initialize"].sort()).toEqual(Object.keys(minimus).sort());
  });

  it("makes the folder and keeps the users there", async () => {
    if (STORE !== "sqlite") return;
    const folder = join(database.folder, "data", "of the blog");
    await open(folder);
    await createUser("ada", "engine");
    await close();
    expect(await readdir(folder)).toContain("users.db");
    await open(folder);
    expect(await authenticate("ada", "engine")).toBe(true);
  });

  it("takes the URL of a database, and keeps the users there", async () => {
    await initialize(database.url, { watchword: portOptions(database) });
    await createUser("ada", "engine");
    await close();
    await initialize(database.url, { watchword: portOptions(database) });
    expect(await authenticate("ada", "engine")).toBe(true);
  });

  it("changes over to another database, and opens the same one again", async () => {
    const other = await newDatabase();
    try {
      await open();
      await createUser("ada", "engine");
      await initialize(other.url, { watchword: portOptions(other) });
      expect(await getUsers()).toEqual([]);
      await Promise.all([open(), open()]);
      expect(await authenticate("ada", "engine")).toBe(true);
      await open();
      expect(await authenticate("ada", "engine")).toBe(true);
    } finally {
      await close();
      await other.drop();
    }
  });

  it("does not take MontyDB's folder for an empty one", async () => {
    const folder = join(database.folder, "montydb");
    await mkdir(folder);
    await writeFile(join(folder, ".monty.storage"), "flatfile");
    await expect(initialize(folder)).rejects.toThrow("watchword import --from minimus-users");
    expect(await readdir(folder)).toEqual([".monty.storage"]);
    await expect(getUsers()).rejects.toThrow(NOT_YET);
  });
});

describe("createUser", () => {
  beforeEach(() => open());

  it("is true for a new name, also in another case, and false for one that exists", async () => {
    expect(await createUser("ada", "engine")).toBe(true);
    expect(await createUser("ada", "another")).toBe(false);
    expect(await createUser("Ada", "capital")).toBe(true);
    expect([await authenticate("ada", "engine"), await authenticate("ada", "another")]).toEqual([
      true,
      false,
    ]);
    expect([await authenticate("Ada", "capital"), await authenticate("Ada", "engine")]).toEqual([
      true,
      false,
    ]);
  });

  it("is false for an empty name, however often", async () => {
    expect(await createUser("", "engine")).toBe(false);
    expect(await createUser("", "engine")).toBe(false);
    expect(await createUser(" \t", "engine")).toBe(false);
    expect(await createUser(null as unknown as string, "engine")).toBe(false);
    expect(await getUsers()).toEqual([]);
  });

  it("takes the empty password, and refuses none and one of 4,097 characters", async () => {
    expect(await createUser("empty", "")).toBe(true);
    expect([await authenticate("empty", ""), await authenticate("empty", " ")]).toEqual([true, false]);
    expect(await createUser("long", "x".repeat(4096))).toBe(true);
    expect(await authenticate("long", "x".repeat(4096))).toBe(true);
    expect(await authenticate("long", "x".repeat(4095))).toBe(false);
    await expect(createUser("longer", "x".repeat(4097))).rejects.toThrow(refusal("invalid-input"));
    await expect(createUser("none", null as unknown as string)).rejects.toThrow(refusal("invalid-input"));
    expect((await getUsers()).length).toBe(2);
  });

  it("keeps whatever fields there are, of any kind", async () => {
    const fields = {
      is_active: true,
      display_name: "John Doe",
      joined: new Date("2021-05-06T07:08:09.010Z"),
      children: ["Bart", { age: 10, pets: [null, "Snowball"] }],
      nested: { deep: { deeper: [1, 2.5, -0] }, $set: "no operator" },
      nothing: null,
      big: 2n ** 70n,
      bytes: new Uint8Array([0, 255]),
      tags: new Set(["a", "b"]),
      "a.b": 1,
      $inc: 2,
      ["__proto__"]: "a field like any other",
      realname: "",
    };
    expect(await createUser("john", "a secret", fields)).toBe(true);
    const john = await getUser({ username: "john" });
    expect(john).toEqual({ ...fields, username: "john", _id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(await getUsers()).toEqual([john]);
  });

  it("refuses fields that are above 64 KiB or that nothing can store, and makes nobody", async () => {
    await expect(createUser("ada", "engine", { biography: "x".repeat(70_000) })).rejects.toThrow(
      refusal("invalid-input"),
    );
    await expect(createUser("ada", "engine", { call: () => {} })).rejects.toThrow(refusal("invalid-input"));
    expect(await getUser({ username: "ada" })).toBeNull();
  });

  it("takes an _id of one's own, once", async () => {
    expect(await createUser("custom", "a secret", { _id: "custom-id-1", nick: "c" })).toBe(true);
    const record = { _id: "custom-id-1", username: "custom", nick: "c" };
    expect(await getUser({ uid: "custom-id-1" })).toEqual(record);
    expect(await getUser({ username: "custom" })).toEqual(record);
    await expect(createUser("other", "a secret", { _id: "custom-id-1" })).rejects.toThrow(
      refusal("conflict"),
    );
    expect(await getUser({ username: "other" })).toBeNull();
    for (const _id of [7, null, ""])
      await expect(createUser("other", "a secret", { _id })).rejects.toThrow(refusal("invalid-input"));
    expect(await deleteUser({ uid: "custom-id-1" })).toEqual(record);
    expect(await createUser("other", "a secret", { _id: "custom-id-1" })).toBe(true);
  });

  it("takes no _id that somebody has by Watchword", async () => {
    await open();
    await createUser("alice", "her secret");
    const alice = await getUser({ username: "alice" });
    await expect(createUser("mallory", "pw", { _id: String(alice?._id) })).rejects.toEqual(
      refusal("conflict"),
    );
    expect((await getUser({ uid: String(alice?._id) }))?.username).toBe("alice");
    expect(await getUser({ username: "mallory" })).toBeNull();
  });

  it("does not take name or password twice", async () => {
    await expect(createUser("ada", "engine", { username: "eve" })).rejects.toThrow(refusal("invalid-input"));
    await expect(createUser("ada", "engine", { password: "steam" })).rejects.toThrow(
      refusal("invalid-input"),
    );
    expect(await getUsers()).toEqual([]);
  });

  it("keeps an email as a field: two people may have the same, or one that is none", async () => {
    for (const [username, email] of [
      ["same-mail-1", "same@mini.example"],
      ["same-mail-2", "same@mini.example"],
      ["no-mail", "no address at all"],
    ] as const) {
      expect(await createUser(username, "a secret", { email })).toBe(true);
      expect(await getUser({ username })).toMatchObject({ username, email });
    }
    await beside(async (space) => expect(await space.users.find({ email: "same@mini.example" })).toBeNull());
  });

  it("gives a name to exactly one of 50 who want it at once", async () => {
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, at) => createUser("ada", `password ${at}`, { at })),
    );
    expect(made.filter((isMade) => isMade)).toHaveLength(1);
    const winner = made.indexOf(true);
    expect(await getUsers()).toMatchObject([{ username: "ada", at: winner }]);
    expect(await authenticate("ada", `password ${winner}`)).toBe(true);
  });

  it("tells of a name that cannot be one", async () => {
    for (const username of ["a\u0000b", "x".repeat(256), "@ada", "ada@", "a\u202eb"])
      await expect(createUser(username, "engine")).rejects.toThrow(refusal("invalid-identifier"));
    expect(await createUser("x".repeat(255), "engine")).toBe(true);
  });
});

describe("a username with an @", () => {
  beforeEach(() => open());
  const ADA = "ada@example.com";

  it("is taken as the user's own address, and signs in", async () => {
    expect(await createUser(ADA, "engine", { display_name: "Ada" })).toBe(true);
    expect(await createUser(ADA, "another")).toBe(false);
    expect(await authenticate(ADA, "engine")).toBe(true);
    expect(await getUser({ username: ADA })).toMatchObject({
      username: ADA,
      email: ADA,
      display_name: "Ada",
    });
    await beside(async (space) =>
      expect(await space.users.find({ email: ADA })).toMatchObject({ username: ADA, emailVerifiedAt: null }),
    );
  });

  it("keeps an email field of its own beside it", async () => {
    await createUser(ADA, "engine", { email: "lovelace@example.com" });
    expect(await getUser({ username: ADA })).toMatchObject({ username: ADA, email: "lovelace@example.com" });
    await updateUser(ADA, { email: "byron@example.com" });
    expect(await getUser({ username: ADA })).toMatchObject({ username: ADA, email: "byron@example.com" });
    await updateUser(ADA, { email: null });
    expect(await getUser({ username: ADA })).toMatchObject({ username: ADA, email: ADA });
  });

  it("is false where it is somebody else's address", async () => {
    await beside((space) => space.users.create({ username: "countess", email: ADA, password: "her own" }));
    expect(await createUser(ADA, "engine")).toBe(false);
    expect(await authenticate(ADA, "engine")).toBe(false);
    await createUser("eve", "a secret");
    expect(await updateUser("eve", { username: ADA })).toBe(false);
    expect((await getUsers()).map(({ username }) => username).sort()).toEqual(["countess", "eve"]);
  });

  it("is free again once the user has another name", async () => {
    await open();
    await createUser("ada@example.com", "hers");
    expect(await updateUser("ada@example.com", { username: "ada" })).toBe(true);
    expect(await getUser({ username: "ada" })).not.toHaveProperty("email");
    expect(await createUser("ada@example.com", "somebody else's")).toBe(true);
  });

  it("can be a new name, and go again", async () => {
    await createUser("ada", "engine", { email: "lovelace@example.com" });
    expect(await updateUser("ada", { username: ADA })).toBe(true);
    expect(await getUser({ username: ADA })).toMatchObject({ username: ADA, email: "lovelace@example.com" });
    expect(await updateUser(ADA, { username: "countess" })).toBe(true);
    expect([await authenticate("countess", "engine"), await authenticate(ADA, "engine")]).toEqual([
      true,
      false,
    ]);
  });
});

describe("getUser", () => {
  beforeEach(() => open());

  it("finds by name or uid, uid winning, and null for none, nobody and the empty text", async () => {
    await createUser("ada", "engine");
    await createUser("bob", "builder");
    const ada = await getUser({ username: "ada" });
    const bob = await getUser({ username: "bob" });
    const uid = ada?._id ?? "";
    expect(ada?.username).toBe("ada");
    expect(await getUser({ uid })).toEqual(ada);
    expect(await getUser({ username: "bob", uid })).toEqual(ada);
    expect(await getUser({ username: "bob", uid: "" })).toEqual(bob);
    expect(await getUser({ username: "bob", uid: null })).toEqual(bob);
    expect(await getUser({ username: "bob", uid: "nobody's" })).toBeNull();
    for (const name of [undefined, {}, { username: "" }, { uid: "" }, { username: "zoe" }, { uid: "zoe" }])
      expect(await getUser(name)).toBeNull();
    for (const odd of [5, {}, ["ada"], { $gt: "" }, "x".repeat(5000)] as unknown as string[]) {
      expect(await getUser({ username: odd })).toBeNull();
      expect(await getUser({ uid: odd })).toBeNull();
    }
  });

  it("never gives the hash, nor does any other call", async () => {
    await createUser("ada", "engine");
    const given = [
      await getUser({ username: "ada" }),
      await getUsers(),
      await deleteUser({ username: "ada" }),
    ];
    expect(JSON.stringify(given)).not.toMatch(/argon2|password/);
    expect(JSON.stringify(given)).toContain("ada");
  });
});

describe("authenticate", () => {
  it("is true or false, whatever it is given", async () => {
    await open();
    await createUser("ada", "engine");
    await createUser("off", "still lets in", { is_active: false });
    expect(await authenticate("ada", "engine")).toBe(true);
    expect(await authenticate("off", "still lets in")).toBe(true);
    const odd: unknown[] = ["", "steam", "zoe", null, undefined, 5, {}, { $ne: 1 }, ["engine"], "\ud800"];
    for (const value of [...odd, "x".repeat(5000)]) {
      expect(await authenticate("ada", value as string)).toBe(false);
      expect(await authenticate(value as string, "engine")).toBe(false);
    }
    expect(await authenticate(null as unknown as string, null as unknown as string)).toBe(false);
  });

  it("is false for a user without a password, and for a hash that nobody can check", async () => {
    await open();
    await createUser("none", "a secret");
    await updateUser("none", { password: null });
    await createUser("broken", "a secret");
    await beside(async (space) => {
      const broken = await space.users.find({ username: "broken" });
      const store = await openStoreOf(database);
      try {
        const record = { scheme: "argon2id", normalization: "nfkc", pepperId: null, flags: [] } as const;
        await store.replacePassword(
          broken?.id ?? "",
          undefined,
          { ...record, hash: "no hash at all", changedAt: 0 },
          { raiseEpoch: false, now: 0 },
          [],
        );
      } finally {
        await store.close();
      }
    });
    for (const password of ["a secret", "", "no hash at all"]) {
      expect(await authenticate("none", password)).toBe(false);
      expect(await authenticate("broken", password)).toBe(false);
    }
  });

  it("keeps out whom an operator of Watchword blocked or switched off", async () => {
    await open();
    for (const username of ["blocked", "inactive", "banned name"]) await createUser(username, "a secret");
    await beside(async (space) => {
      const id = async (username: string) => (await space.users.find({ username }))?.id ?? "";
      await space.users.block(await id("blocked"));
      await space.users.changePermissions(await id("inactive"), { active: false });
      await space.blocks.put("banned name", {});
    });
    for (const username of ["blocked", "inactive", "banned name"])
      expect(await authenticate(username, "a secret")).toBe(false);
  });

  it("is no way round a second factor", async () => {
    await open();
    await createUser("ada@example.com", "the engine");
    await beside(async (space) => {
      const ada = await space.users.find({ username: "ada@example.com" });
      await space.users.update(ada?.id ?? "", { emailVerified: true });
      expect((await space.users.setSecondFactor(ada?.id ?? "", "mail")).status).toBe("changed");
    });
    expect(await authenticate("ada@example.com", "the engine")).toBe(false);
  });

  it("takes as long for nobody as for somebody", async () => {
    await open();
    await createUser("ada", "engine");
    await beside(async (space) => {
      const before = space.passwords.statistics.done;
      await authenticate("zoe", "engine");
      await authenticate("", "engine");
      await authenticate("ada", "steam");
      expect(space.passwords.statistics.done - before).toBe(3);
    });
  });

  it("knows the hashes of every Passlib scheme", { timeout: 120_000 }, async () => {
    const hashes = await passlibHashes();
    await open();
    const known: string[] = [];
    await beside(async (space) => {
      for (const [scheme, { hash, context = {} }] of hashes) {
        try {
          await space.users.create({ username: scheme, passwordHash: { hash, scheme, context } });
          known.push(scheme);
        } catch (error) {
          // Of these the password could be read, so they are no hashes.
          expect([scheme, error]).toEqual([
            expect.stringMatching(/plaintext|cisco_type7/),
            refusal("invalid-input"),
          ]);
        }
      }
    });
    expect(known.length).toBeGreaterThan(65);
    for (const scheme of known) {
      const password = hashes.get(scheme)?.password ?? "";
      expect([scheme, await authenticate(scheme, password)]).toEqual([scheme, true]);
      expect([scheme, await authenticate(scheme, `wrong ${password}`)]).toEqual([scheme, false]);
    }
  });
});

describe("updateUser", () => {
  beforeEach(() => open());

  it("sets, changes and removes fields; true for no fields, false for nobody", async () => {
    await createUser("ada", "engine", { pet: "Dino", nick: "a" });
    expect(await updateUser("ada", { nick: "countess", joined: new Date(1000), gone: undefined })).toBe(true);
    const { _id, ...fields } = (await getUser({ username: "ada" })) ?? {};
    expect(fields).toEqual({ username: "ada", pet: "Dino", nick: "countess", joined: new Date(1000) });
    expect(await updateUser("ada", { pet: null, never: null })).toBe(true);
    expect(await getUser({ username: "ada" })).toEqual({
      _id,
      username: "ada",
      nick: "countess",
      joined: new Date(1000),
    });
    expect(await updateUser("ada")).toBe(true);
    expect(await updateUser("ada", {})).toBe(true);
    for (const nobody of ["zoe", "", null as unknown as string]) {
      expect(await updateUser(nobody, { nick: "z" })).toBe(false);
      expect(await updateUser(nobody)).toBe(false);
    }
    expect((await getUsers()).length).toBe(1);
  });

  it("hashes a password among the fields", async () => {
    await createUser("ada", "engine");
    expect(await updateUser("ada", { password: "a new secret", nick: "a" })).toBe(true);
    expect([await authenticate("ada", "a new secret"), await authenticate("ada", "engine")]).toEqual([
      true,
      false,
    ]);
    expect(await getUser({ username: "ada" })).not.toHaveProperty("password");
    await close();
    expect(await database.dump()).not.toContain("a new secret");
  });

  it("removes the password for null, and refuses one that is none", async () => {
    await createUser("ada", "engine");
    await expect(updateUser("ada", { password: 5 })).rejects.toThrow(refusal("invalid-input"));
    expect(await authenticate("ada", "engine")).toBe(true);
    expect(await updateUser("ada", { password: null })).toBe(true);
    for (const password of ["engine", "", "null"]) expect(await authenticate("ada", password)).toBe(false);
    expect(await updateUser("ada", { password: "" })).toBe(true);
    expect(await authenticate("ada", "")).toBe(true);
  });

  it("renames, but not to a name that is empty or somebody's", async () => {
    await createUser("ada", "engine");
    await createUser("bob", "builder");
    const ada = await getUser({ username: "ada" });
    expect(await updateUser("ada", { username: "bob", nick: "lost" })).toBe(false);
    expect(await updateUser("ada", { username: "" })).toBe(false);
    expect(await updateUser("ada", { username: null })).toBe(false);
    expect(await getUser({ username: "ada" })).toEqual(ada);
    expect(await updateUser("ada", { username: "countess" })).toBe(true);
    expect(await getUser({ uid: ada?._id ?? "" })).toEqual({ ...ada, username: "countess" });
    expect(await getUser({ username: "ada" })).toBeNull();
    expect(await createUser("ada", "another")).toBe(true);
  });

  it("writes nothing of what it refuses", async () => {
    await open();
    await createUser("alice", "her secret");
    const much = { x: "x".repeat(70_000) };
    for (const rest of [{ password: 123 }, { password: "\uD800" }, { password: "another", ...much }, much])
      await expect(updateUser("alice", { username: "alice2", ...rest })).rejects.toThrow();
    expect(await authenticate("alice", "her secret")).toBe(true);
    expect(await getUser({ username: "alice2" })).toBeNull();
  });

  it("leaves the _id as it is", async () => {
    await createUser("ada", "engine");
    const ada = await getUser({ username: "ada" });
    for (const _id of ["another", null])
      await expect(updateUser("ada", { _id })).rejects.toThrow(refusal("invalid-input"));
    expect(await getUser({ username: "ada" })).toEqual(ada);
  });

  it("loses none of 60 fields that are set at once", { timeout: 60_000 }, async () => {
    await createUser("ada", "engine");
    const done = await Promise.all(
      Array.from({ length: 60 }, (_, at) => updateUser("ada", { [`f${at}`]: at })),
    );
    expect(done.every((isDone) => isDone)).toBe(true);
    expect(Object.keys((await getUser({ username: "ada" })) ?? {})).toHaveLength(62);
  });
});

describe("deleteUser", () => {
  beforeEach(() => open());

  it("gives the record that it deleted, by name or uid, and null for nobody", async () => {
    await createUser("ada", "engine", { nick: "a" });
    await createUser("bob", "builder");
    const [ada, bob] = [await getUser({ username: "ada" }), await getUser({ username: "bob" })];
    expect(await deleteUser()).toBeNull();
    expect(await deleteUser({ username: "zoe" })).toBeNull();
    expect(await deleteUser({ username: "ada", uid: bob?._id ?? "" })).toEqual(bob);
    expect(await deleteUser({ username: "ada" })).toEqual(ada);
    expect(await deleteUser({ username: "ada" })).toBeNull();
    expect(await getUsers()).toEqual([]);
    expect(await authenticate("ada", "engine")).toBe(false);
    expect(await createUser("ada", "another")).toBe(true);
  });

  it("gives the record to exactly one of 50 who delete at once", async () => {
    await createUser("ada", "engine");
    const gone = await Promise.all(Array.from({ length: 50 }, () => deleteUser({ username: "ada" })));
    expect(gone.filter((record) => record !== null)).toHaveLength(1);
  });
});

describe("renderLogin", () => {
  beforeEach(() => open());

  it("gives a page that needs nothing from elsewhere", async () => {
    const page = await renderLogin();
    expect(page).toMatch(/^<!DOCTYPE html>/);
    expect(page).not.toMatch(/https?:|<script|src=/);
    expect(await renderLogin(null)).toBe(page);
  });

  it("gives the text of a file, and tells of one that is not there or no name at all", async () => {
    const file = join(database.folder, "login.html");
    await writeFile(file, "<h1>Anmeldung für Bücher</h1>\r\n");
    expect(await renderLogin(file)).toBe("<h1>Anmeldung für Bücher</h1>\r\n");
    const missing = join(database.folder, "missing.html");
    await expect(renderLogin(missing)).rejects.toThrow(missing);
    await expect(renderLogin(missing)).rejects.toThrow(refusal("not-found"));
    for (const odd of [5, true, {}, ["login.html"]])
      await expect(renderLogin(odd as unknown as string)).rejects.toThrow(TypeError);
  });
});

describe("the policy", () => {
  it("is off, which one line tells, and on where an application asks for it", async () => {
    const told: string[] = [];
    const logger = {
      debug() {},
      info() {},
      error() {},
      warn: (_: object, message: string) => told.push(message),
    };
    const options = { ...portOptions(database), logger };
    await initialize(database.url, { watchword: options });
    expect(told).toEqual([expect.stringContaining("minimus-users")]);
    expect(await createUser("ada", "a")).toBe(true);
    await close();
    told.length = 0;
    await initialize(database.url, {
      watchword: { ...options, passwords: { ...options.passwords, minLength: 8 } },
    });
    expect(told).toEqual([]);
    await expect(createUser("bob", "b")).rejects.toThrow(refusal("password-refused"));
    expect(await authenticate("ada", "a")).toBe(true);
  });
});

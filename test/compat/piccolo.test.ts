import { pbkdf2Sync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type OpenOptions, type UserSpace, WatchwordError } from "watchword";
import { type BaseUserTable, openPiccolo, type PiccoloOptions } from "watchword/compat/piccolo";
import type { TestClock } from "../helpers/clock.js";
import { portOptions } from "../helpers/compat.js";
import { newDatabase, openStoreOf, type TestDatabase } from "../helpers/database.js";
import { whenFree } from "../helpers/space.js";

let database: TestDatabase;
let clock: TestClock;
let space: UserSpace;
let BaseUser: BaseUserTable;
let close: () => Promise<void>;

async function open(watchword: OpenOptions = {}): Promise<void> {
  const options = portOptions(database);
  ({ clock } = options);
  const passwords = { ...options.passwords, ...watchword.passwords };
  ({ BaseUser, space, close } = await openPiccolo({
    url: database.url,
    watchword: { ...options, ...watchword, passwords },
  } satisfies PiccoloOptions));
}

beforeEach(async () => {
  database = await newDatabase();
  await open();
});
afterEach(async () => {
  await close();
  await database.drop();
});

/** The code and the message of what a call throws. */
async function failureOf(call: Promise<unknown>): Promise<readonly [code: string, message: string]> {
  const error = await call.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!(error instanceof WatchwordError)) throw new Error(`no WatchwordError: ${String(error)}`);
  return [error.code, error.message];
}

/** Whoever the port looks up next is deleted the moment after. */
function deleteOnceFound(): void {
  const find = space.users.find.bind(space.users);
  vi.spyOn(space.users, "find").mockImplementationOnce(async (reference) => {
    const user = await find(reference);
    if (user !== null) await space.users.delete(user.id);
    return user;
  });
}

/** What plain JavaScript, without types, can hand over. */
const anything = (value: unknown) => value as never;

const bob = { username: "bob", password: "bob123", email: "bob@example.com" };

describe("createUser", () => {
  it("answers with the user, numbered from 1 on, everything off and empty unless given", async () => {
    expect(await BaseUser.createUser({ username: "bob", password: "bob123" })).toEqual({
      id: 1,
      username: "bob",
      first_name: "",
      last_name: "",
      email: "",
      active: false,
      admin: false,
      superuser: false,
      last_login: null,
    });
    const alice = { username: "alice", email: "alice@example.com", first_name: "Alice", last_name: null };
    const rights = { active: true, admin: true, superuser: true };
    expect(await BaseUser.createUser({ ...alice, ...rights, password: "wonderland" })).toEqual({
      ...alice,
      ...rights,
      id: 2,
      last_login: null,
    });
  });

  it("keeps the names of a person in the data, and the rest where Watchword has it", async () => {
    const names = { first_name: "Bob", last_name: null };
    const { id } = await BaseUser.createUser({ ...bob, ...names, active: true, admin: true });
    expect(await space.users.find({ number: id })).toMatchObject({
      username: "bob",
      email: "bob@example.com",
      active: true,
      admin: true,
      superuser: false,
      data: names,
    });
  });

  it.each([
    [undefined, "A password must be provided."],
    [null, "A password must be provided."],
    ["", "A password must be provided."],
    ["12345", "The password is too short. (min 6)"],
    ["🔐".repeat(5), "The password is too short. (min 6)"],
    ["x".repeat(129), "The password is too long. (max 128)"],
    ["🔐".repeat(129), "The password is too long. (max 128)"],
    ["x".repeat(1_000_000), "The password is too long. (max 128)"],
    ["pbkdf2_sha256$600000$salt$abcdef", "Do not pass a hashed password."],
    [`pbkdf2_sha256${"x".repeat(116)}`, "The password is too long. (max 128)"],
  ])("refuses the password %j in the words of the original", async (password, message) => {
    const refusal = await failureOf(BaseUser.createUser({ ...bob, password: anything(password) }));
    expect(refusal).toEqual(["password-refused", message]);
    expect(await space.users.count()).toBe(0);
  });

  it.each(["123456", "x".repeat(128), "🔐".repeat(128), "nul\0nul", "BOB123", "password"])(
    "takes the password %j, and signs in with it and no other",
    async (password) => {
      const { id } = await BaseUser.createUser({ username: "bob", password });
      expect(await BaseUser.login({ username: "bob", password })).toBe(id);
      expect(await BaseUser.login({ username: "bob", password: `${password.slice(0, -1)}?` })).toBeNull();
    },
  );

  it.each([undefined, null, ""])("wants a username: %j is none", async (username) => {
    const call = BaseUser.createUser({ username: anything(username), password: "bob123" });
    expect(await failureOf(call)).toEqual(["invalid-identifier", "A username must be provided."]);
  });

  it("looks at the username before the password, and at both before anything else", async () => {
    const call = (input: object) => failureOf(BaseUser.createUser(anything(input)));
    expect((await call({ username: "", password: "", nosuch: 1 }))[1]).toBe("A username must be provided.");
    expect((await call({ username: "bob", password: "", nosuch: 1 }))[1]).toBe(
      "A password must be provided.",
    );
    expect(await call({ ...bob, nosuch: 1, id: 500 })).toEqual([
      "invalid-input",
      "Unrecognized columns - ['nosuch', 'id']",
    ]);
  });

  it("takes a username of 100 characters, which can sign in, and none of 101, which could not", async () => {
    const username = "é".repeat(100);
    expect(await BaseUser.createUser({ username, password: "bob123" })).toMatchObject({ id: 1, username });
    expect(await BaseUser.login({ username, password: "bob123" })).toBe(1);
    const longer = failureOf(BaseUser.createUser({ username: `${username}é`, password: "bob123" }));
    expect(await longer).toEqual(["invalid-identifier", "The username is too long. (max 100)"]);
  });

  it.each([
    ["username", 5],
    ["username", { $ne: null }],
    ["password", ["bob123"]],
    ["email", { $ne: null }],
    ["email", null],
    ["active", "yes"],
    ["admin", 1],
    ["superuser", null],
    ["first_name", 5],
    ["last_name", {}],
  ])("refuses %s %j", async (column, value) => {
    const [code] = await failureOf(BaseUser.createUser({ ...bob, [column]: value }));
    expect(code).toBe("invalid-input");
    expect(await space.users.count()).toBe(0);
  });

  it("refuses a taken username and a taken email with their codes; other case is another user", async () => {
    await BaseUser.createUser(bob);
    const other = { username: "carol", password: "carol1", email: "carol@example.com" };
    expect((await failureOf(BaseUser.createUser({ ...other, username: "bob" })))[0]).toBe("username-taken");
    expect((await failureOf(BaseUser.createUser({ ...other, email: bob.email })))[0]).toBe("email-taken");
    const twin = await BaseUser.createUser({ ...other, username: "BOB", email: "Bob@example.com" });
    expect(twin).toMatchObject({ username: "BOB", email: "Bob@example.com" });
    expect(await BaseUser.login({ username: "BOB", password: "carol1" })).toBe(twin.id);
    expect(await BaseUser.login({ username: "BOB", password: "bob123" })).toBeNull();
  });

  it("lets several users be without an email", async () => {
    for (const username of ["bob", "carol", "dan"])
      expect((await BaseUser.createUser({ username, password: "secret", email: "" })).email).toBe("");
    expect(await space.users.count()).toBe(3);
  });

  it("gives one success to 50 who want the same name at once", async () => {
    const attempts = Array.from({ length: 50 }, (_, index) =>
      BaseUser.createUser({ ...bob, email: `bob${index}@example.com` }).catch(
        (error: WatchwordError) => error.code,
      ),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === "username-taken")).toHaveLength(49);
    const [winner] = outcomes.filter((outcome) => typeof outcome === "object");
    expect(winner?.username).toBe("bob");
    expect(await space.users.count()).toBe(1);
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBe(winner?.id);
  });

  it("gives 50 who are made at once 50 different ids", async () => {
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        BaseUser.createUser({ username: `user ${index}`, password: "secret" }),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(50);
    for (const { id, username } of made)
      expect((await space.users.find({ number: id }))?.username).toBe(username);
  });
});

describe("login", () => {
  it("answers with the id, or null for whatever does not fit", async () => {
    const { id } = await BaseUser.createUser(bob);
    const login = (username: string, password: string) => BaseUser.login({ username, password });
    expect(await login("bob", "bob123")).toBe(id);
    expect(await login("bob", "bob124")).toBeNull();
    expect(await login("bob", "")).toBeNull();
    expect(await login("nobody", "bob123")).toBeNull();
    expect(await login("", "bob123")).toBeNull();
    expect(await login("BOB", "bob123")).toBeNull();
    expect(await login("bob@example.com", "bob123")).toBeNull();
  });

  it("sets last_login, by the space's clock, when it succeeds and not when it fails", async () => {
    const { id } = await BaseUser.createUser(bob);
    clock.advance(5000);
    await BaseUser.login({ username: "bob", password: "wrong!" });
    expect((await space.users.find({ number: id }))?.lastSignInAt).toBeNull();
    await BaseUser.login({ username: "bob", password: "bob123" });
    const first = clock.now();
    expect((await space.users.find({ number: id }))?.lastSignInAt).toEqual(new Date(first));
    clock.advance(60_000);
    await BaseUser.login({ username: "bob", password: "wrong!" });
    expect((await space.users.find({ number: id }))?.lastSignInAt).toEqual(new Date(first));
    await BaseUser.login({ username: "bob", password: "bob123" });
    expect((await space.users.find({ number: id }))?.lastSignInAt).toEqual(new Date(first + 60_000));
  });

  it("does not look at active", async () => {
    const { id } = await BaseUser.createUser({ ...bob, active: false });
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBe(id);
  });

  it.each([
    ["a name of 101 characters", "b".repeat(101), "bob123"],
    ["a name of a million", "b".repeat(1_000_000), "bob123"],
    ["a password of 129 characters", "bob", "x".repeat(129)],
    ["a password of a million", "bob", "x".repeat(1_000_000)],
    ["both", "b".repeat(101), "x".repeat(129)],
  ])("is null, and no error, for %s", async (_what, username, password) => {
    await BaseUser.createUser(bob);
    const before = space.passwords.statistics.done;
    expect(await BaseUser.login({ username, password })).toBeNull();
    expect(space.passwords.statistics.done).toBe(before);
  });

  it("works as much for a name that is nobody's as for a wrong password", async () => {
    await BaseUser.createUser(bob);
    for (const username of ["bob", "nobody", "", "\u202E"]) {
      const before = space.passwords.statistics.done;
      expect(await BaseUser.login({ username, password: "wrong!" })).toBeNull();
      expect(space.passwords.statistics.done - before).toBe(1);
    }
  });

  it.each([null, undefined, 5, { $ne: null }, ["bob"]])("takes text alone: %j is refused", async (value) => {
    await BaseUser.createUser(bob);
    const byName = BaseUser.login({ username: anything(value), password: "bob123" });
    expect((await failureOf(byName))[0]).toBe("invalid-input");
    const byPassword = BaseUser.login({ username: "bob", password: anything(value) });
    expect((await failureOf(byPassword))[0]).toBe("invalid-input");
  });

  it("is null for whom Watchword blocks, as long as the block holds", async () => {
    const { id } = await BaseUser.createUser(bob);
    const user = await space.users.find({ number: id });
    await space.users.block(user?.id ?? "");
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBeNull();
    await space.users.unblock(user?.id ?? "");
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBe(id);
  });

  it("is null for who chose a second factor, which it cannot ask for", async () => {
    const { id } = await BaseUser.createUser(bob);
    const user = await space.users.find({ number: id });
    await space.users.update(user?.id ?? "", { emailVerified: true });
    expect((await space.users.setSecondFactor(user?.id ?? "", "mail")).status).toBe("changed");
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBeNull();
  });

  it("gives users who were not made by it a number when it first meets them, 50 at once the same", async () => {
    await BaseUser.createUser(bob);
    await space.users.create({ username: "ada", password: "lovelace" });
    const login = () => BaseUser.login({ username: "ada", password: "lovelace" });
    // Of one account, few wait for a hash at once; the others come again.
    const ids = await Promise.all(Array.from({ length: 50 }, () => whenFree(login)));
    const ada = await space.users.find({ username: "ada" });
    expect(ada?.number).toBeGreaterThan(1);
    expect([...new Set(ids)]).toEqual([ada?.number]);
  });

  it("is null for who is deleted while it looks", async () => {
    await BaseUser.createUser(bob);
    deleteOnceFound();
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBeNull();
  });

  it("renews an old hash, that of a short password too", async () => {
    const salt = "5f0e".repeat(8);
    const hashed = (password: string, rounds: number) =>
      `pbkdf2_sha256$${rounds}$${salt}$${pbkdf2Sync(password, salt, rounds, 32, "sha256").toString("hex")}`;
    for (const [username, password] of [
      ["veteran", "since 2022"],
      ["tiny", "abc"],
    ] as const)
      await space.users.create({
        username,
        passwordHash: { hash: hashed(password, 10_000), source: "piccolo" },
      });
    const schemeOf = async (username: string) => {
      const store = await openStoreOf(database);
      try {
        return (await store.findSignIn([`u:${username}`]))?.password?.scheme;
      } finally {
        await store.close();
      }
    };
    expect(await schemeOf("tiny")).toBe("piccolo_pbkdf2_sha256");
    expect(await BaseUser.login({ username: "tiny", password: "abd" })).toBeNull();
    expect(await BaseUser.login({ username: "tiny", password: "abc" })).toBe(1);
    expect(await BaseUser.login({ username: "veteran", password: "since 2022" })).toBe(2);
    // Hashes are made anew behind the answer; closing waits for them.
    await close();
    expect([await schemeOf("tiny"), await schemeOf("veteran")]).toEqual(["argon2id", "argon2id"]);
    await open();
    expect(await BaseUser.login({ username: "tiny", password: "abc" })).toBe(1);
    expect(await BaseUser.login({ username: "tiny", password: "abd" })).toBeNull();
  });
});

describe("updatePassword", () => {
  const login = (password: string) => BaseUser.login({ username: "bob", password });

  it("takes an id, a username, and a username under its own name", async () => {
    const { id } = await BaseUser.createUser(bob);
    expect(await BaseUser.updatePassword({ user: id, password: "by the id" })).toBeUndefined();
    expect([await login("bob123"), await login("by the id")]).toEqual([null, id]);
    await BaseUser.updatePassword({ user: "bob", password: "by the name" });
    expect([await login("by the id"), await login("by the name")]).toEqual([null, id]);
    await BaseUser.updatePassword({ username: "bob", password: "password123" });
    expect([await login("by the name"), await login("password123")]).toEqual([null, id]);
  });

  it("takes digits in a text for a name, as the original does", async () => {
    const { id } = await BaseUser.createUser(bob);
    const named = await BaseUser.createUser({ username: "1", password: "number one" });
    expect(id).toBe(1);
    await BaseUser.updatePassword({ user: "1", password: "changed" });
    expect(await BaseUser.login({ username: "1", password: "changed" })).toBe(named.id);
    expect(await login("bob123")).toBe(id);
  });

  it.each([undefined, null, 1.5, Number.NaN, true, { $ne: null }, ["bob"]])(
    "wants to know whose: %j is neither an id nor a name",
    async (user) => {
      await BaseUser.createUser(bob);
      const call = BaseUser.updatePassword({ user: anything(user), password: "changed" });
      expect(await failureOf(call)).toEqual([
        "invalid-input",
        "The `user` arg must be a user id, or a username.",
      ]);
      expect(await login("bob123")).toBe(1);
    },
  );

  it("wants to know whose when nothing is said", async () => {
    const call = BaseUser.updatePassword(anything({ password: "changed" }));
    expect((await failureOf(call))[1]).toBe("The `user` arg must be a user id, or a username.");
  });

  it.each([
    2,
    0,
    -1,
    2 ** 31,
    2 ** 60,
    "nobody",
    "",
    "BOB",
    "bob@example.com",
    "b".repeat(100_000),
    "\u0000",
  ])("does nothing for %j, who is nobody", async (user) => {
    await BaseUser.createUser(bob);
    expect(await BaseUser.updatePassword({ user, password: "changed" })).toBeUndefined();
    expect([await login("bob123"), await login("changed")]).toEqual([1, null]);
  });

  it.each([
    ["", "A password must be provided."],
    ["12345", "The password is too short. (min 6)"],
    ["x".repeat(129), "The password is too long. (max 128)"],
    ["pbkdf2_sha256$1$a$b", "Do not pass a hashed password."],
  ])("refuses the password %j, of nobody too", async (password, message) => {
    await BaseUser.createUser(bob);
    for (const user of ["bob", "nobody", 1, 99])
      expect(await failureOf(BaseUser.updatePassword({ user, password }))).toEqual([
        "password-refused",
        message,
      ]);
    expect(await login("bob123")).toBe(1);
  });

  it("does nothing for who is deleted while it looks", async () => {
    await BaseUser.createUser(bob);
    deleteOnceFound();
    expect(await BaseUser.updatePassword({ user: "bob", password: "changed" })).toBeUndefined();
    expect(await space.users.count()).toBe(0);
  });

  it("ends the sessions that the user has in Watchword", async () => {
    const { id } = await BaseUser.createUser({ ...bob, active: true });
    const user = await space.users.find({ number: id });
    const { token } = await space.sessions.create({ userId: user?.id ?? "" });
    expect((await space.sessions.check(token)).status).toBe("ok");
    await BaseUser.updatePassword({ user: id, password: "changed" });
    expect((await space.sessions.check(token)).status).toBe("not-found");
  });

  it("leaves one of 50 passwords that are set at once, and the others sign nobody in", async () => {
    await BaseUser.createUser(bob);
    const wanted = Array.from({ length: 50 }, (_, index) => `password ${index}`);
    const outcomes = await Promise.allSettled(
      wanted.map((password) => BaseUser.updatePassword({ user: "bob", password })),
    );
    const done = wanted.filter((_, index) => outcomes[index]?.status === "fulfilled");
    expect(done.length).toBeGreaterThan(0);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "busy" });
    const right: string[] = [];
    for (const password of [...wanted, "bob123"]) if ((await login(password)) !== null) right.push(password);
    expect(right).toHaveLength(1);
    expect(done).toContain(right[0]);
  });
});

describe("the space of the port", () => {
  it("has the three calls, and no twins that would have to wait without waiting", () => {
    expect(Object.keys(BaseUser).sort()).toEqual(["createUser", "login", "updatePassword"]);
  });

  it("gives the hash to nobody", async () => {
    const user = await BaseUser.createUser(bob);
    expect(JSON.stringify(user)).not.toMatch(/password|argon2/);
  });

  it("tells names apart by case, and its sessions end as Watchword's do", () => {
    expect(space.identifiers).toBe("exact");
    expect(space.sessions.policy.absolute).toBe(30 * 24 * 3_600_000);
  });

  it("says once, at the opening, that the policy is the original's", async () => {
    const said: string[] = [];
    const logger = { debug() {}, info() {}, warn: (_: object, line: string) => said.push(line), error() {} };
    await close();
    await open({ logger });
    await BaseUser.createUser({ ...bob, password: "password" });
    expect(said).toEqual([
      "Passwords of 6 to 128 characters are taken, as Piccolo did; give passwords.minLength to have Watchword's policy.",
    ]);
  });

  it("has Watchword's policy where that is asked for, in the same words", async () => {
    await close();
    await open({ passwords: { minLength: 10, maxLength: 64 } });
    const refused = async (password: string) =>
      (await failureOf(BaseUser.createUser({ ...bob, password })))[1];
    expect(await refused("123456789")).toBe("The password is too short. (min 10)");
    expect(await refused("x".repeat(65))).toBe("The password is too long. (max 64)");
    expect(await refused("1234567890")).toMatch(/most common passwords/);
    expect(await BaseUser.createUser({ ...bob, password: "hens and a heron" })).toMatchObject({ id: 1 });
  });

  it("asks nobody to wait, however often a password was wrong", async () => {
    await BaseUser.createUser(bob);
    for (let i = 0; i < 120; i++) await BaseUser.login({ username: "bob", password: `wrong ${i}` });
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBe(1);
  });

  it("finds everything again when it is opened again", async () => {
    await BaseUser.createUser(bob);
    await close();
    await open();
    expect(await BaseUser.login({ username: "bob", password: "bob123" })).toBe(1);
    expect(await BaseUser.createUser({ username: "carol", password: "carol1" })).toMatchObject({ id: 2 });
  });
});

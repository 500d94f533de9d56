import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BadCallError, NOT_FOUND, OK, REJECTED, type UserSpace } from "watchword/compat/pgusers";
import { collect } from "../helpers/collect.js";
import { openUsers, race, type TestUsers } from "../helpers/pgusers.js";
import { whenFree } from "../helpers/space.js";

let test: TestUsers;
let users: UserSpace;
beforeEach(async () => {
  test = await openUsers();
  users = test.users;
});
afterEach(() => test.cleanup());

const badCall = (message: string | RegExp) =>
  expect.objectContaining({ name: "BadCallError", message: expect.stringMatching(message) });

describe("createUser", () => {
  it("gives each user a number of their own, one after the other", async () => {
    expect(await users.createUser("alice", "correct horse", "alice@example.com")).toBe(1);
    expect(await users.createUser("bob", "hunter2", "bob@example.com", { admin: true })).toBe(2);
    expect(await users.findUser({ userid: 2 })).toEqual({
      userid: 2,
      username: "bob",
      email: "bob@example.com",
      admin: true,
      extra_data: null,
    });
  });

  it("refuses a username that is taken, and a taken email too, and leaves nothing of the refused one", async () => {
    await users.createUser("alice", "pw", "alice@example.com");
    const again = users.createUser("alice", "pw", "other@example.com");
    await expect(again).rejects.toThrow(BadCallError);
    await expect(again).rejects.toThrow(badCall("^User 'alice' already in database$"));
    await expect(users.createUser("alice2", "pw", "alice@example.com")).rejects.toThrow(
      badCall("^Email 'alice@example.com' already in database$"),
    );
    expect((await collect(users.allUsers())).map(([, username]) => username)).toEqual(["alice"]);
    expect(await users.findUser({ email: "other@example.com" })).toBeNull();
  });

  it("refuses what is no text, no boolean and no id, as types would", async () => {
    await expect(users.createUser("alice", undefined as never, null)).rejects.toThrow(badCall("^password"));
    const alice = await users.createUser("alice", "pw", null);
    await expect(users.setAdmin(alice, "false" as never)).rejects.toThrow(badCall("^admin"));
    expect(await users.isAdmin(alice)).toBe(false);
    const [key] = await users.validateUser("alice", "pw");
    for (const nobody of ["", null, []]) await users.killSessions(nobody as never);
    expect((await users.checkKey(key))[0]).toBe(OK);
  });

  it("tells names and emails apart by case", async () => {
    const [small, capital] = [
      await users.createUser("alice", "small", "alice@example.com"),
      await users.createUser("Alice", "capital", "Alice@example.com"),
    ];
    expect((await users.findUser({ username: "Alice" }))?.userid).toBe(capital);
    expect((await users.findUser({ email: "alice@example.com" }))?.userid).toBe(small);
    expect((await users.validateUser("Alice", "small"))[0]).toBe("");
    expect((await users.validateUser("Alice", "capital"))[2]).toBe(capital);
  });

  it("takes 20 characters of a username and 128 of an email, and not one more", async () => {
    const email = (length: number) => `${"e".repeat(60)}@${"d".repeat(length - 60 - 6)}.test`;
    // Characters, not units of UTF-16: the owl is one.
    const owls = "🦉".repeat(20);
    expect(await users.createUser(owls, "pw", "owls@example.com")).toBe(1);
    await expect(users.createUser(`${owls}x`, "pw", "x@example.com")).rejects.toThrow(
      badCall("20 characters"),
    );
    const domain = "d".repeat(50);
    const longest = `${"e".repeat(20)}@${domain}.${domain}.test`;
    expect(longest).toHaveLength(20 + 1 + 101 + 5);
    expect(email(70)).toHaveLength(70);
    expect(await users.createUser("long", "pw", `e${longest}`)).toBe(2);
    await expect(users.createUser("longer", "pw", `ee${longest}`)).rejects.toThrow(badCall("128 characters"));
    expect(await users.findUser({ email: `e${longest}` })).toMatchObject({ username: "long" });
  });

  it("takes longer ones where the limit is turned off", async () => {
    const free = await openUsers({ limitLengths: false });
    try {
      const name = "n".repeat(200);
      const userid = await free.users.createUser(name, "pw", "n@example.com");
      expect(await free.users.findUser({ username: name })).toMatchObject({ userid });
      expect(await free.users.modifyUser(userid, { username: `${name}2` })).toBe(OK);
    } finally {
      await free.cleanup();
    }
  });

  it("takes any password, the empty one too, and a user without an email", async () => {
    const userid = await users.createUser("nomail", "", null);
    expect(await users.findUser({ userid })).toMatchObject({ email: null });
    expect((await users.validateUser("nomail", ""))[2]).toBe(userid);
    expect((await users.validateUser("nomail", " "))[2]).toBeNull();
  });

  it("says as a bad call what is no name, no email, no password or no yes or no", async () => {
    const make = (...given: unknown[]) => Reflect.apply(users.createUser, users, given) as Promise<number>;
    for (const given of [
      ["", "pw", "a@example.com"],
      ["nul\u0000", "pw", "a@example.com"],
      ["alice", "pw", "no address"],
      ["alice", "pw", ""],
      [null, "pw", "a@example.com"],
      ["alice", null, "a@example.com"],
      ["alice", "pw", "a@example.com", { admin: 1 }],
      ["alice", "pw", "a@example.com", { extraData: () => 1 }],
      ["alice", "pw", "a@example.com", { extraData: "x".repeat(70_000) }],
      ["mallory", "pw", "m@example.com", { extraData: new WeakMap() }],
      ["bob@example.com", "pw", "other@example.com"],
    ])
      await expect(make(...given)).rejects.toThrow(BadCallError);
    expect(await collect(users.allUsers())).toEqual([]);
  });

  it("has one winner among 50 who want a name at once, and one among 50 who want an email", async () => {
    const name = await race(50, (index) => users.createUser("alice", "pw", `a${index}@example.com`));
    expect([name.values.length, name.refused]).toEqual([1, 49]);
    const email = await race(50, (index) => users.createUser(`user${index}`, "pw", "one@example.com"));
    expect([email.values.length, email.refused]).toEqual([1, 49]);
  });

  it("gives 50 users who come at once 50 numbers", async () => {
    const { values } = await race(50, (index) =>
      users.createUser(`u${index}`, "pw", `u${index}@example.com`),
    );
    expect(new Set(values).size).toBe(50);
    for (const [index, userid] of values.entries())
      expect(await users.findUser({ userid })).toMatchObject({ username: `u${index}` });
  });
});

describe("extraData", () => {
  it("comes back equal, whatever it is", async () => {
    const extraData = {
      born: new Date("1999-12-31T23:59:58.123Z"),
      big: 2n ** 70n,
      small: 5n,
      bytes: new Uint8Array([0, 255]),
      tags: new Set(["a", 1]),
      map: new Map<unknown, unknown>([
        [1, "one"],
        ["two", [2]],
      ]),
      odd: [Number.NaN, -0, Number.NEGATIVE_INFINITY, null, undefined],
      $set: ["looks like a tag"],
      text: "naïve ☃ \u0000 🦉",
    };
    const userid = await users.createUser("alice", "pw", "alice@example.com", { extraData });
    expect((await users.findUser({ userid }))?.extra_data).toStrictEqual(extraData);
    for (const other of ["a bare text", 42, 0, false, "", [], {}, 7n]) {
      expect(await users.modifyUser(userid, { extraData: other })).toBe(OK);
      expect((await users.findUser({ userid }))?.extra_data).toStrictEqual(other);
    }
  });

  it("stands beside what else Watchword keeps on a user", async () => {
    const userid = await users.createUser("alice", "pw", "alice@example.com", { extraData: { a: 1 } });
    const id = await test.beneath(async (space) => {
      const user = await space.users.find({ number: userid });
      await space.users.data.setField(user?.id ?? "", "plan", "gold");
      return user?.id ?? "";
    });
    await users.modifyUser(userid, { extraData: ["new"] });
    expect(await test.beneath((space) => space.users.data.get(id))).toEqual({
      extra_data: ["new"],
      plan: "gold",
    });
  });
});

describe("findUser", () => {
  it("looks by the first of the three that is given", async () => {
    const alice = await users.createUser("alice", "pw", "alice@example.com");
    const bob = await users.createUser("bob", "pw", "bob@example.com");
    expect((await users.findUser({ username: "alice", email: "bob@example.com", userid: bob }))?.userid).toBe(
      alice,
    );
    expect((await users.findUser({ username: null, email: "bob@example.com", userid: alice }))?.userid).toBe(
      bob,
    );
    expect((await users.findUser({ userid: alice }))?.username).toBe("alice");
    // The empty name is a name that is given, and nobody's.
    expect(await users.findUser({ username: "", email: "bob@example.com" })).toBeNull();
    expect(await users.findUser({ username: "nobody" })).toBeNull();
    expect(await users.findUser({ username: "bob@example.com" })).toBeNull();
  });

  it("wants one of them", async () => {
    await expect(users.findUser({})).rejects.toThrow(badCall("'username', 'email' or 'userid' must be"));
  });

  it("takes a userid that is no number for nobody's, and goes on working", async () => {
    const userid = await users.createUser("alice", "pw", "alice@example.com");
    for (const none of [
      "abc",
      "1; drop table users",
      "",
      "0x1",
      "1e0",
      " 1",
      1.5,
      -1,
      Number.NaN,
      2 ** 60,
      "999999999999999999",
    ])
      expect(await users.findUser({ userid: none })).toBeNull();
    expect(await users.findUser({ userid: String(userid) })).toMatchObject({ username: "alice" });
  });

  it("gives a number to whom Watchword made otherwise, one that stays", async () => {
    await users.createUser("alice", "pw", "alice@example.com");
    await test.beneath((space) => space.users.create({ username: "zoe", password: "pw" }));
    const zoe = await users.findUser({ username: "zoe" });
    expect(zoe?.userid).toBe(2);
    expect(await users.findUser({ userid: 2 })).toEqual(zoe);
    expect((await users.validateUser("zoe", "pw"))[2]).toBe(2);
    expect(await collect(users.allUsers())).toEqual([
      [1, "alice", "alice@example.com", false],
      [2, "zoe", null, false],
    ]);
  });
});

describe("modifyUser", () => {
  it("writes no name where the extra data is refused", async () => {
    const alice = await users.createUser("alice", "pw", null);
    const change = users.modifyUser(alice, { username: "bobby", extraData: { x: "x".repeat(70_000) } });
    await expect(change).rejects.toThrow(BadCallError);
    expect((await users.findUser({ userid: alice }))?.username).toBe("alice");
  });

  it("changes what is given and leaves what is null", async () => {
    const userid = await users.createUser("alice", "pw", "alice@example.com", { extraData: { a: 1, b: 2 } });
    expect(await users.modifyUser(userid, { username: "alicia", email: null, extraData: null })).toBe(OK);
    expect(await users.findUser({ userid })).toMatchObject({
      username: "alicia",
      email: "alice@example.com",
      extra_data: { a: 1, b: 2 },
    });
    expect(await users.modifyUser(userid, { email: "a@example.net", extraData: { c: 3 } })).toBe(OK);
    expect(await users.findUser({ userid })).toMatchObject({
      username: "alicia",
      email: "a@example.net",
      extra_data: { c: 3 },
    });
    expect(await users.findUser({ username: "alice" })).toBeNull();
    expect((await users.validateUser("alicia", "pw"))[2]).toBe(userid);
  });

  it("does not find who is not there, and has nothing to do where nothing is given", async () => {
    expect(await users.modifyUser(9999, { email: "x@example.com" })).toBe(NOT_FOUND);
    expect(await users.modifyUser(9999, { extraData: 1 })).toBe(NOT_FOUND);
    expect(await users.modifyUser("abc", { username: "x" })).toBe(NOT_FOUND);
    expect(await users.modifyUser(9999)).toBe(OK);
  });

  it("refuses a taken name, so that both go on signing in, and changes nothing else then", async () => {
    const alice = await users.createUser("alice", "hers", "alice@example.com", { extraData: "hers" });
    const bob = await users.createUser("bob", "his", "bob@example.com");
    await expect(users.modifyUser(alice, { username: "bob", extraData: "changed" })).rejects.toThrow(
      badCall("^User 'bob' already in database$"),
    );
    await expect(users.modifyUser(alice, { email: "bob@example.com" })).rejects.toThrow(
      badCall("^Email 'bob@example.com' already in database$"),
    );
    await expect(users.modifyUser(alice, { username: "a".repeat(21) })).rejects.toThrow(BadCallError);
    await expect(users.modifyUser(alice, { username: "" })).rejects.toThrow(BadCallError);
    expect((await users.validateUser("alice", "hers"))[2]).toBe(alice);
    expect((await users.validateUser("bob", "his"))[2]).toBe(bob);
    expect(await users.findUser({ userid: alice })).toMatchObject({ extra_data: "hers" });
  });

  it("gives a name that 50 users want at once to one of them", async () => {
    const { values } = await race(50, (index) => users.createUser(`u${index}`, "pw", null));
    const wanted = await race(50, async (index) =>
      users.modifyUser(values[index] ?? 0, { username: "best" }),
    );
    expect([wanted.values.length, wanted.refused]).toEqual([1, 49]);
  });
});

describe("isAdmin and setAdmin", () => {
  it("give the right and take it, and no session ends by it", async () => {
    const alice = await users.createUser("alice", "pw", "alice@example.com");
    expect(await users.isAdmin(alice)).toBe(false);
    expect(await users.setAdmin(alice)).toBeUndefined();
    expect(await users.isAdmin(alice)).toBe(true);
    const [key, isAdmin] = await users.validateUser("alice", "pw");
    expect(isAdmin).toBe(true);
    await users.setAdmin(alice, false);
    expect(await users.isAdmin(alice)).toBe(false);
    expect((await users.checkKey(key))[0]).toBe(OK);
  });

  it("say of an unknown user that there is none", async () => {
    await expect(users.isAdmin(9999)).rejects.toThrow(badCall("^User 9999 not found.$"));
    await expect(users.setAdmin(9999)).rejects.toThrow(badCall("^User 9999 not found.$"));
  });
});

describe("allUsers", () => {
  it("gives everybody by username, beyond one page too", async () => {
    await race(520, (index) => users.createUser(`user${String(index).padStart(4, "0")}`, "pw", null));
    await users.setAdmin((await users.findUser({ username: "user0007" }))?.userid ?? 0);
    const all = await collect(users.allUsers());
    expect(all.map(([, username]) => username)).toEqual(
      Array.from({ length: 520 }, (_, index) => `user${String(index).padStart(4, "0")}`),
    );
    expect(all.filter(([, , , admin]) => admin).map(([, username]) => username)).toEqual(["user0007"]);
    expect(new Set(all.map(([userid]) => userid)).size).toBe(520);
  });
});

describe("deleteUser", () => {
  it("deletes by name or number, the name first, and ends the user's sessions", async () => {
    const alice = await users.createUser("alice", "pw", "alice@example.com");
    const bob = await users.createUser("bob", "pw", "bob@example.com");
    const [key] = await users.validateUser("alice", "pw");
    expect(await users.deleteUser({ username: "alice", userid: bob })).toBe(OK);
    expect(await users.findUser({ userid: alice })).toBeNull();
    expect(await users.checkKey(key)).toEqual([NOT_FOUND, null, null, null]);
    expect(await users.deleteUser({ userid: bob })).toBe(OK);
    expect(await users.deleteUser({ userid: bob })).toBe(NOT_FOUND);
    expect(await users.deleteUser({ username: "alice" })).toBe(NOT_FOUND);
    expect(await users.deleteUser({ userid: "abc" })).toBe(NOT_FOUND);
    // The name is free again, and the number is not.
    expect(await users.createUser("alice", "pw", "alice@example.com")).toBe(3);
  });

  it("wants one of the two", async () => {
    await expect(users.deleteUser({})).rejects.toThrow(badCall("'username' or 'userid' must be specified"));
  });

  it("is done once among 50 who do it at once", async () => {
    const userid = await users.createUser("alice", "pw", "alice@example.com");
    const { values } = await race(50, () => users.deleteUser({ userid }));
    expect(values.filter((rc) => rc === OK)).toHaveLength(1);
    expect(values.filter((rc) => rc === NOT_FOUND)).toHaveLength(49);
  });
});

describe("changePassword", () => {
  it("is unconditional without the old one, and compares it where it is given, the empty one too", async () => {
    const alice = await users.createUser("alice", "first", "alice@example.com");
    expect(await users.changePassword(alice, "second")).toBe(OK);
    expect(await users.changePassword(alice, "third", "first")).toBe(REJECTED);
    expect(await users.changePassword(alice, "third", "")).toBe(REJECTED);
    expect((await users.validateUser("alice", "second"))[2]).toBe(alice);
    expect(await users.changePassword(alice, "", "second")).toBe(OK);
    expect(await users.changePassword(alice, "fourth", "")).toBe(OK);
    expect((await users.validateUser("alice", "second"))[2]).toBeNull();
    expect((await users.validateUser("alice", "fourth"))[2]).toBe(alice);
    expect(await users.changePassword(9999, "x")).toBe(NOT_FOUND);
    expect(await users.changePassword(9999, "x", "y")).toBe(NOT_FOUND);
  });

  it("ends the user's sessions, and nobody else's", async () => {
    const alice = await users.createUser("alice", "first", "alice@example.com");
    await users.createUser("bob", "his", "bob@example.com");
    const [bobs] = await users.validateUser("bob", "his");
    for (const oldPassword of [null, "second"]) {
      const [key] = await users.validateUser("alice", oldPassword ?? "first");
      expect(await users.changePassword(alice, oldPassword === null ? "second" : "third", oldPassword)).toBe(
        OK,
      );
      expect((await users.checkKey(key))[0]).toBe(NOT_FOUND);
    }
    expect(await collect(users.listSessions(alice))).toEqual([]);
    expect((await users.checkKey(bobs))[0]).toBe(OK);
  });

  it("keeps them where the option says so", async () => {
    const kept = await openUsers({ keepSessions: true });
    try {
      const alice = await kept.users.createUser("alice", "first", "alice@example.com");
      const [key] = await kept.users.validateUser("alice", "first");
      expect(await kept.users.changePassword(alice, "second")).toBe(OK);
      expect(await kept.users.changePassword(alice, "third", "second")).toBe(OK);
      expect((await kept.users.checkKey(key))[0]).toBe(OK);
    } finally {
      await kept.cleanup();
    }
  });

  it("succeeds once among 50 who give the same old one", async () => {
    const alice = await users.createUser("alice", "old", "alice@example.com");
    // Two are compared at the same time, and find out by their writes that one was faster.
    const two = await Promise.all([1, 2].map(() => users.changePassword(alice, "middle", "old")));
    expect(two.sort()).toEqual([OK, REJECTED]);
    const { values } = await race(50, (index) => users.changePassword(alice, `new ${index}`, "middle"));
    expect(values.filter((rc) => rc === OK)).toHaveLength(1);
    expect(values.filter((rc) => rc === REJECTED)).toHaveLength(49);
    const winner = values.indexOf(OK);
    expect((await whenFree(() => users.validateUser("alice", `new ${winner}`)))[2]).toBe(alice);
  });

  it("mails nobody", async () => {
    const alice = await users.createUser("alice", "old", "alice@example.com");
    await users.changePassword(alice, "new");
    await users.changePassword(alice, "newer", "new");
    await users.setAdmin(alice);
    await users.modifyUser(alice, { email: "alice@example.net" });
    await users.deleteUser({ userid: alice });
    const mails = await test.beneath(async (space) => {
      await space.mail.deliver();
      return space.mail.outbox();
    });
    expect(mails).toEqual([]);
  });
});

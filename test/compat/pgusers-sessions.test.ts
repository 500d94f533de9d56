import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BadCallError,
  EXPIRED,
  NOT_FOUND,
  OK,
  REJECTED,
  UserSpace,
  type UserSpaceOptions,
} from "watchword/compat/pgusers";
import { collect } from "../helpers/collect.js";
import { portOptions } from "../helpers/compat.js";
import { openUsers, race, type TestUsers } from "../helpers/pgusers.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const NOBODY = ["", false, null];
const GONE = [NOT_FOUND, null, null, null];
const OVER = [EXPIRED, null, null, null];

let test: TestUsers;
let users: UserSpace;
let alice: number;
let bob: number;
beforeEach(async () => {
  test = await openUsers();
  users = test.users;
  alice = await users.createUser("alice", "correct horse", "alice@example.com", { admin: true });
  bob = await users.createUser("bob", "hunter2", "bob@example.com");
});
afterEach(() => test.cleanup());

async function signIn(username = "alice", password = "correct horse"): Promise<string> {
  const [key] = await users.validateUser(username, password);
  expect(key).not.toBe("");
  return key;
}

describe("the constants", () => {
  it("are the numbers that they were", () => {
    expect([OK, NOT_FOUND, EXPIRED, REJECTED]).toEqual([0, 1, 2, 3]);
  });
});

describe("validateUser", () => {
  it("answers with key, right and userid, and keeps extra data on the session", async () => {
    const extraData = { cart: new Set([1, 2]), since: new Date(0) };
    const [key, isAdmin, userid] = await users.validateUser("alice", "correct horse", { extraData });
    expect(key).toMatch(/^[\w-]{43}$/);
    expect([isAdmin, userid]).toEqual([true, alice]);
    expect(await users.checkKey(key)).toStrictEqual([OK, "alice", alice, extraData]);
    const plain = await users.validateUser("bob", "hunter2");
    expect(plain.slice(1)).toEqual([false, bob]);
    expect(await users.checkKey(plain[0])).toEqual([OK, "bob", bob, null]);
  });

  it("answers alike for a wrong password, an unknown name, an email and null", async () => {
    const all: readonly (readonly [string | null, string | null])[] = [
      ["alice", "wrong"],
      ["alice", ""],
      ["nobody", "correct horse"],
      ["alice@example.com", "correct horse"],
      ["ALICE", "correct horse"],
      ["", ""],
      [null, "correct horse"],
      ["alice", null],
      [null, null],
      ["alice", "x".repeat(100_000)],
      ["nobody", "x".repeat(100_000)],
      ["alice", "\ud800"],
    ];
    for (const [username, password] of all)
      expect(await users.validateUser(username, password)).toEqual(NOBODY);
    expect(await collect(users.listSessions(0))).toEqual([]);
  });

  it("takes as long for nobody's name as for somebody's", async () => {
    const hashes = async (name: string) => {
      const count = () => test.beneath(async (space) => space.passwords.statistics.done);
      const before = await count();
      await users.validateUser(name, "wrong");
      return (await count()) - before;
    };
    expect(await hashes("alice")).toBe(1);
    expect(await hashes("nobody")).toBe(1);
  });

  it("lets nobody in whom Watchword blocks or has switched off", async () => {
    await test.beneath(async (space) => {
      const { id } = (await space.users.find({ number: alice })) ?? { id: "" };
      await space.users.block(id);
      await space.users.changePermissions((await space.users.find({ number: bob }))?.id ?? "", {
        active: false,
      });
    });
    expect(await users.validateUser("alice", "correct horse")).toEqual(NOBODY);
    expect(await users.validateUser("bob", "hunter2")).toEqual(NOBODY);
  });

  it("refuses extra data that cannot be kept, and makes no session then", async () => {
    for (const extraData of [() => 1, new Map([[1, Symbol("x")]]), "x".repeat(20_000)])
      await expect(users.validateUser("alice", "correct horse", { extraData })).rejects.toThrow(BadCallError);
    expect(await collect(users.listSessions(0))).toEqual([]);
  });

  it("lets one user have hundreds of sessions, as many as they like", async () => {
    const first = await signIn();
    // The oldest is the one that Watchword would end.
    test.clock.advance(SECOND);
    const id = await test.beneath(async (space) => (await space.users.find({ number: alice }))?.id ?? "");
    await test.beneath((space) =>
      Promise.all(Array.from({ length: 150 }, () => space.sessions.create({ userId: id }))),
    );
    expect((await users.checkKey(first))[0]).toBe(OK);
  });
});

describe("the life of a session", () => {
  it("is renewed at each check, ends a minute after its time, is told to have expired once, and is listed and killed", async () => {
    await users.setSessionTTL(3600);
    const [mine, other, bobs] = [await signIn(), await signIn(), await signIn("bob", "hunter2")];
    for (let checks = 0; checks < 5; checks++) {
      test.clock.advance(59 * MINUTE);
      expect((await users.checkKey(mine))[0]).toBe(OK);
    }
    expect(await users.checkKey(other)).toEqual(OVER);
    expect(await users.checkKey(other)).toEqual(GONE);

    const until = (test.clock.now() + 60 * MINUTE) / 1000;
    const [listed, ...more] = await collect(users.listSessions(alice));
    expect(more).toEqual([]);
    expect(listed).toEqual(["alice", expect.stringMatching(/^[0-9a-f-]{36}$/), until]);
    expect(await collect(users.listSessions(bob, true))).toHaveLength(1);
    expect((await collect(users.listSessions(0))).map(([username]) => username)).toEqual(["alice", "bob"]);

    expect(await users.killSessions(0, true)).toBeUndefined();
    expect(await users.checkKey(bobs)).toEqual(GONE);
    expect((await users.checkKey(mine))[0]).toBe(OK);
    await users.killSessions(alice);
    expect(await users.checkKey(mine)).toEqual(GONE);
    await users.killSessions(alice);
  });

  it("lasts 10 days without use, and for ever with it", async () => {
    const [key, unused] = [await signIn(), await signIn()];
    test.clock.advance(10 * DAY - 1);
    expect((await users.checkKey(key))[0]).toBe(OK);
    test.clock.advance(1);
    expect(await users.checkKey(unused)).toEqual(OVER);
    for (let month = 0; month < 6; month++) {
      test.clock.advance(9 * DAY);
      expect((await users.checkKey(key))[0]).toBe(OK);
    }
  });

  it("is written at every check, before it answers: a second later, and for another process", async () => {
    const key = await signIn();
    test.clock.advance(SECOND);
    await users.checkKey(key);
    const [[, , expiration] = ["", "", 0]] = await collect(users.listSessions(alice));
    expect(expiration).toBe((test.clock.now() + 10 * DAY) / 1000);
  });

  it("tells one of 50 that it has expired, and the others that it is not there", async () => {
    const key = await signIn();
    test.clock.advance(11 * DAY);
    const { values } = await race(50, () => users.checkKey(key));
    expect(values.filter(([rc]) => rc === EXPIRED)).toHaveLength(1);
    expect(values.filter(([rc]) => rc === NOT_FOUND)).toHaveLength(49);
  });

  it("never comes back where 50 check it while it is killed", async () => {
    for (const kill of [() => users.killSessions(alice), () => users.killSessions(0)]) {
      const { values: keys } = await race(50, () => signIn());
      test.clock.advance(DAY);
      await Promise.all([
        ...keys.map((key) => users.checkKey(key)),
        kill(),
        ...keys.map((key) => users.checkKey(key)),
      ]);
      for (const key of keys) expect(await users.checkKey(key)).toEqual(GONE);
      expect(await collect(users.listSessions(alice))).toEqual([]);
    }
  });

  it("is nobody's by any other key", async () => {
    const key = await signIn();
    const [[, id] = ["", ""]] = await collect(users.listSessions(0));
    for (const none of [null, "", "x", `${key}x`, key.slice(1), id, "x".repeat(10_000)])
      expect(await users.checkKey(none)).toEqual(GONE);
  });
});

describe("setSessionTTL", () => {
  it("holds for new sessions and for those that are checked, a shorter one too", async () => {
    const [old, idle] = [await signIn(), await signIn()];
    await users.setSessionTTL(100);
    expect((await users.checkKey(old))[0]).toBe(OK);
    const young = await signIn();
    test.clock.advance(99 * SECOND);
    expect((await users.checkKey(young))[0]).toBe(OK);
    test.clock.advance(SECOND);
    expect(await users.checkKey(old)).toEqual(OVER);
    // Neither new nor checked since.
    expect((await users.checkKey(idle))[0]).toBe(OK);
    test.clock.advance(100 * SECOND);
    expect(await users.checkKey(idle)).toEqual(OVER);
  });

  it("is kept when the userspace is closed and opened again, whatever its options say", async () => {
    const given = await openUsers({ watchword: { sessions: { idle: DAY } } });
    try {
      await given.users.createUser("alice", "pw", null);
      await given.users.setSessionTTL(100);
      await given.users.close();
      const [key] = await given.users.validateUser("alice", "pw");
      given.clock.advance(100 * SECOND);
      expect(await given.users.checkKey(key)).toEqual(OVER);
    } finally {
      await given.cleanup();
    }
  });

  it("stays as another program set it meanwhile, when the userspace is closed and opened again", async () => {
    await users.setSessionTTL(10);
    await test.beneath((space) => space.sessions.setPolicy({ idle: 777 * SECOND }));
    await users.close();
    await users.validateUser("alice", "correct horse");
    const [[, , expiration] = ["", "", 0]] = await collect(users.listSessions(alice));
    expect(expiration * 1000).toBe(test.clock.now() + 777 * SECOND);
  });

  it("is kept in the database, for a process that opens it later", async () => {
    await users.setSessionTTL(100.5);
    await users.close();
    // In another process there is no object yet; here another way to write the URL stands for it.
    const again = new UserSpace({ ...spelledOtherwise(), watchword: portOptions(test.database) });
    expect(again).not.toBe(users);
    const [key] = await again.validateUser("alice", "correct horse");
    const [[, , expiration] = ["", "", 0]] = await collect(again.listSessions(alice));
    await again.close();
    expect(key).not.toBe("");
    expect(expiration * 1000).toBe(portOptions(test.database).clock.now() + 100_500);
  });

  it("is 864000 seconds where none is said", async () => {
    await users.setSessionTTL(100);
    await users.setSessionTTL();
    const key = await signIn();
    test.clock.advance(864_000 * SECOND - 1);
    expect((await users.checkKey(key))[0]).toBe(OK);
  });

  it("takes no time that is none", async () => {
    for (const none of [0, -100, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(users.setSessionTTL(none)).rejects.toThrow(BadCallError);
  });

  /** The same database under another name, which this process does not know yet. */
  function spelledOtherwise(): UserSpaceOptions {
    const { url } = test.database;
    return {
      url: url.startsWith("sqlite:")
        ? url.replace("sqlite:", "sqlite://")
        : url.replace("127.0.0.1", "localhost"),
    };
  }
});

describe("listSessions", () => {
  it("gives live and expired ones alike, or the expired ones alone, of one or of everybody", async () => {
    await signIn("bob", "hunter2");
    test.clock.advance(11 * DAY);
    await signIn();
    const names = async (uid: number, expired?: boolean) =>
      (await collect(users.listSessions(uid, expired))).map(([username]) => username).sort();
    expect(await names(0)).toEqual(["alice", "bob"]);
    expect(await names(0, true)).toEqual(["bob"]);
    expect(await names(alice)).toEqual(["alice"]);
    expect(await names(alice, true)).toEqual([]);
    expect(await names(bob, false)).toEqual(["bob"]);
    expect(await names(9999)).toEqual([]);
  });

  it("names a session by what signs nobody in, and keys rest nowhere in the database", async () => {
    const key = await signIn();
    const listed = await collect(users.listSessions(alice));
    expect(listed.flat()).not.toContain(key);
    for (const [, name] of listed) expect((await users.checkKey(name))[0]).toBe(NOT_FOUND);
    await users.close();
    const rests = await test.database.dump();
    expect(rests).toContain(listed[0]?.[1]);
    expect(rests).not.toContain(key);
  });

  it("gives no session that a new password has ended", async () => {
    await signIn();
    await users.changePassword(alice, "new");
    expect(await collect(users.listSessions(alice))).toEqual([]);
    expect(await collect(users.listSessions(0, true))).toEqual([]);
  });
});

describe("killSessions", () => {
  it("ends those of one, of everybody, or the expired ones alone; none to end is fine", async () => {
    const old = await signIn("bob", "hunter2");
    test.clock.advance(11 * DAY);
    const [mine, his] = [await signIn(), await signIn("bob", "hunter2")];
    await users.killSessions(bob, true);
    expect(await users.checkKey(old)).toEqual(GONE);
    expect((await users.checkKey(his))[0]).toBe(OK);
    await users.killSessions(bob);
    expect(await users.checkKey(his)).toEqual(GONE);
    expect((await users.checkKey(mine))[0]).toBe(OK);
    await users.killSessions(9999);
    expect((await users.checkKey(mine))[0]).toBe(OK);
    await users.killSessions(0);
    expect(await users.checkKey(mine)).toEqual(GONE);
    await users.killSessions(0);
  });
});

describe("closing", () => {
  it("lets go of the database, and the next call opens it again", async () => {
    const key = await signIn();
    await users.close();
    await users.close();
    expect((await users.checkKey(key))[0]).toBe(OK);
    await users.close();
    expect((await Promise.all([users.isAdmin(alice), users.isAdmin(bob), users.checkKey(key)]))[0]).toBe(
      true,
    );
  });

  it("waits for what was called before, and lets what comes after it open anew", async () => {
    const before = users.createUser("carol", "pw", null);
    await before;
    const [, carol] = await Promise.all([
      users.close(),
      users.findUser({ username: "carol" }),
      users.close(),
    ]);
    expect(carol).toMatchObject({ username: "carol" });
    expect(await users.findUser({ username: "carol" })).toEqual(carol);
  });

  it("is done by `await using`, too", async () => {
    await users[Symbol.asyncDispose]();
    expect(await users.isAdmin(alice)).toBe(true);
  });
});

describe("opening the same userspace again", () => {
  it("gives the same object, whoever opens it, with its time to live", async () => {
    await users.setSessionTTL(100);
    const again = new UserSpace({ url: test.database.url });
    expect(again).toBe(users);
    const [key] = await again.validateUser("alice", "correct horse");
    test.clock.advance(100 * SECOND);
    expect(await users.checkKey(key)).toEqual(OVER);
  });
});

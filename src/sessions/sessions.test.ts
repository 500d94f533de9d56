import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createBlockGate } from "#dist/blocks/gate.js";
import { createPolicyInForce } from "#dist/sessions/policy.js";
import { createSessions } from "#dist/sessions/sessions.js";
import type { Store } from "#dist/store/contract.js";
import { openStoreOf } from "../../test/helpers/database.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const DAY = 86_400_000;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
let test: TestSpace;
let userId: string;
beforeEach(async () => {
  test = await openTestSpace();
  userId = (
    await test.space.users.create({ username: "ada", email: "ada@example.com", data: { plan: "pro" } })
  ).id;
});
afterEach(() => test.cleanup());

describe("checking", () => {
  it("says whose session a token is, without data unless asked", async () => {
    const { token, session } = await test.space.sessions.create({
      userId,
      data: { cart: 3 },
      ip: "192.0.2.1",
      userAgent: "Lynx",
      methods: ["password"],
    });
    const check = await test.space.sessions.check(token);
    expect(check).toMatchObject({
      status: "ok",
      user: { id: userId, username: "ada" },
      session: {
        id: session.id,
        ip: "192.0.2.1",
        userAgent: "Lynx",
        data: { cart: 3 },
        methods: ["password"],
      },
    });
    expect(check.status === "ok" && "data" in check.user).toBe(false);
    const full = await test.space.sessions.check(token, { data: true });
    expect(full).toMatchObject({ user: { data: { plan: "pro" } } });
  });

  it("knows no other token, and takes nonsense for none", async () => {
    const { token, session } = await test.space.sessions.create({ userId });
    for (const other of [
      "",
      session.id,
      `${token}x`,
      token.slice(1),
      "x".repeat(10_000),
      null,
      { $ne: null },
    ])
      expect(await test.space.sessions.check(other as string)).toEqual({ status: "not-found" });
  });

  it("keeps no token in the database", async () => {
    const { token, session } = await test.space.sessions.create({ userId });
    await test.space.close();
    const rests = await test.database.dump();
    expect(rests).toContain(session.id);
    expect(rests).not.toContain(token);
    await test.reopen();
  });
});

describe("expiry", () => {
  it("slides with use and ends after ten days without", async () => {
    const { token } = await test.space.sessions.create({ userId });
    test.clock.advance(9 * DAY);
    expect((await test.space.sessions.check(token)).status).toBe("ok");
    test.clock.advance(9 * DAY);
    expect((await test.space.sessions.check(token)).status).toBe("ok");
    test.clock.advance(10 * DAY);
    expect(await test.space.sessions.check(token)).toEqual({ status: "expired" });
  });

  it("slides for other processes too once it was written", async () => {
    const { token } = await test.space.sessions.create({ userId });
    test.clock.advance(9 * DAY);
    await test.space.sessions.check(token);
    await test.reopen();
    test.clock.advance(9 * DAY);
    expect((await test.space.sessions.check(token)).status).toBe("ok");
  });

  it("ends after thirty days however much it is used", async () => {
    const { token, session } = await test.space.sessions.create({ userId });
    for (let day = 0; day < 29; day++) {
      test.clock.advance(DAY);
      expect((await test.space.sessions.check(token)).status).toBe("ok");
    }
    test.clock.advance(DAY);
    expect(await test.space.sessions.check(token)).toEqual({ status: "expired" });
    expect(session.absoluteEnd?.getTime()).toBe(test.clock.now());
  });

  it("follows the options of the space, down to every single use", async () => {
    const short = await openTestSpace({ sessions: { idle: 60_000, absolute: null, touchEvery: 0 } });
    try {
      const { id } = await short.space.users.create({ username: "ada" });
      const { token } = await short.space.sessions.create({ userId: id });
      for (let i = 0; i < 10; i++) {
        short.clock.advance(59_999);
        expect((await short.space.sessions.check(token)).status).toBe("ok");
      }
      short.clock.advance(60_000);
      expect(await short.space.sessions.check(token)).toEqual({ status: "expired" });
      await expect(openTestSpace({ sessions: { idle: -1 } })).rejects.toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    } finally {
      await short.cleanup();
    }
  });

  it("keeps the policy that the space was given, for a later opener who names none", async () => {
    const space = await openTestSpace({ sessions: { idle: 60_000, absolute: null } });
    try {
      const reopened = await space.reopen({ sessions: {} });
      expect(reopened.sessions.policy).toMatchObject({ idle: 60_000, absolute: null });
    } finally {
      await space.cleanup();
    }
  });
});

describe("listing and ending", () => {
  it("lists and ends one, the others, all, and the expired", async () => {
    const { sessions } = test.space;
    const old = await sessions.create({ userId });
    test.clock.advance(11 * DAY);
    const [a, b, c] = [
      await sessions.create({ userId }),
      await sessions.create({ userId }),
      await sessions.create({ userId }),
    ];
    const ids = async (state?: "live" | "expired" | "all") =>
      (await sessions.list({ userId, ...(state === undefined ? {} : { state }) })).items
        .map((item) => item.id)
        .sort();
    expect(await ids()).toEqual([a.session.id, b.session.id, c.session.id].sort());
    expect(await ids("expired")).toEqual([old.session.id]);
    expect(await ids("all")).toHaveLength(4);
    expect(await sessions.removeExpired({ userId })).toBe(1);
    expect(await sessions.check(old.token)).toEqual({ status: "not-found" });
    expect(await sessions.revoke(a.session.id)).toBe(true);
    expect(await sessions.revoke(a.session.id)).toBe(false);
    expect(await sessions.check(a.token)).toEqual({ status: "not-found" });
    expect(await sessions.revokeOthers(userId, b.session.id)).toBe(1);
    expect((await sessions.check(b.token)).status).toBe("ok");
    expect(await sessions.revokeAll({ userId })).toBe(1);
    expect(await sessions.check(b.token)).toEqual({ status: "not-found" });
  });

  it("lets people end their own sessions only", async () => {
    const { sessions, users } = test.space;
    const bea = await users.create({ username: "bea" });
    const own = await sessions.create({ userId: bea.id });
    const others = await sessions.create({ userId });
    const actor = { type: "user" as const, id: bea.id, admin: false, superuser: false };
    const denied = expect.objectContaining({ code: "not-allowed" });
    expect(await sessions.revoke(own.session.id, { actor })).toBe(true);
    await expect(sessions.revoke(others.session.id, { actor })).rejects.toThrow(denied);
    expect(await sessions.revoke(others.session.id, { userId: bea.id, actor })).toBe(false);
    await expect(sessions.revokeAll({ userId }, { actor })).rejects.toThrow(denied);
    await expect(sessions.revokeAll({ everyone: true }, { actor })).rejects.toThrow(denied);
    expect((await sessions.check(others.token)).status).toBe("ok");
  });

  it("signs everybody out", async () => {
    const { sessions } = test.space;
    const { token } = await sessions.create({ userId });
    expect(await sessions.revokeAll({ everyone: true })).toBe(1);
    expect(await sessions.check(token)).toEqual({ status: "not-found" });
  });

  it("revives no session that was ended while it was in use", async () => {
    const { sessions } = test.space;
    const made = await Promise.all(Array.from({ length: 50 }, () => sessions.create({ userId })));
    test.clock.advance(DAY);
    await Promise.all([
      ...made.map(({ token }) => sessions.check(token)),
      sessions.revokeAll({ userId }),
      ...made.map(({ token }) => sessions.check(token)),
      sessions.flush(),
    ]);
    await sessions.flush();
    for (const { token } of made) expect(await sessions.check(token)).toEqual({ status: "not-found" });
  });
});

describe("uses that are recorded each", () => {
  const each = () => test.reopen({ sessions: { idle: 60_000, absolute: null, touchEvery: 0 } });

  it("are written before the check answers", async () => {
    await each();
    const { token, session } = await test.space.sessions.create({ userId });
    const store = await openStoreOf(test.database);
    for (let use = 0; use < 3; use++) {
      test.clock.advance(30_000);
      const check = await test.space.sessions.check(token);
      const [record] = await store.listSessions({ filter: { id: session.id }, after: null, size: 1 });
      const expiresAt = test.clock.now() + 60_000;
      expect(record).toMatchObject({ lastSeenAt: test.clock.now(), expiresAt });
      expect(check).toMatchObject({
        session: { lastSeenAt: new Date(test.clock.now()), expiresAt: new Date(expiresAt) },
      });
    }
    await store.close();
  });

  it("cost one more round to the database, and none where they are collected", async () => {
    const store = await openStoreOf(test.database);
    const settings = await store.readSettings();
    if (settings === null) throw new Error("no settings");
    const rounds: string[] = [];
    const counted = new Proxy(store, {
      get(target, name: keyof Store) {
        const value = target[name];
        if (typeof value !== "function") return value;
        return (...parameters: never[]) => {
          rounds.push(name);
          return (value as (...parameters: never[]) => unknown).apply(target, parameters);
        };
      },
    });
    const { token } = await test.space.sessions.create({ userId });
    for (const [touchEvery, expected] of [
      [0, ["checkSession", "touchSessions"]],
      [1000, ["checkSession"]],
    ] as const) {
      const policy = createPolicyInForce({
        store,
        clock: test.clock,
        logger: quiet,
        settings,
        options: { touchEvery },
      });
      const gate = createBlockGate({ store, clock: test.clock, mode: "folded" });
      const sessions = createSessions({ store: counted, clock: test.clock, policy, gate, logger: quiet });
      rounds.length = 0;
      for (let use = 0; use < 3; use++) {
        test.clock.advance(60_000);
        expect((await sessions.service.check(token)).status).toBe("ok");
      }
      expect(rounds).toEqual([...expected, ...expected, ...expected]);
      await sessions.stop();
    }
    await store.close();
  });

  it("revive no session that ends at the same moment, of 50 who use it", async () => {
    await each();
    const { sessions } = test.space;
    for (let round = 0; round < 4; round++) {
      const made = await Promise.all(Array.from({ length: 50 }, () => sessions.create({ userId })));
      test.clock.advance(1000);
      const ways = [
        () => sessions.revokeAll({ userId }),
        () => Promise.all(made.map(({ token }) => sessions.remove(token))),
        () => test.space.passwords.set(userId, "a much longer secret of hers"),
        () => test.space.users.block(userId),
      ];
      await Promise.all([
        ...made.map(({ token }) => sessions.check(token)),
        ways[round]?.(),
        ...made.map(({ token }) => sessions.check(token)),
      ]);
      for (const { token } of made) expect(await sessions.check(token)).toEqual({ status: "not-found" });
      expect((await sessions.list({ userId })).items).toEqual([]);
    }
  });
});

describe("removing by token", () => {
  it("is done by exactly one of 50, of a session that is live and of one that is over", async () => {
    const { sessions, audit } = test.space;
    for (const isOver of [false, true]) {
      const { token } = await sessions.create({ userId });
      if (isOver) test.clock.advance(10 * DAY);
      const status = (await sessions.check(token)).status;
      expect(status).toBe(isOver ? "expired" : "ok");
      const removed = await Promise.all(Array.from({ length: 50 }, () => sessions.remove(token)));
      expect(removed.filter(Boolean)).toHaveLength(1);
      expect(await sessions.check(token)).toEqual({ status: "not-found" });
      expect(await sessions.remove(token)).toBe(false);
    }
    // One that ran out ended by itself: nothing to write down.
    expect((await audit.list({ action: "session.revoked" })).items).toHaveLength(1);
  });

  it("removes what is dead already, and nothing else than the session of that token", async () => {
    const { sessions, audit } = test.space;
    const [dead, other] = [await sessions.create({ userId }), await sessions.create({ userId })];
    await test.space.passwords.set(userId, "a much longer secret of hers");
    expect(await sessions.remove(dead.token, { requestId: "r-1" })).toBe(true);
    expect((await sessions.list({ userId, state: "all" })).items.map(({ id }) => id)).toEqual([
      other.session.id,
    ]);
    for (const none of ["", dead.session.id, `${other.token}x`, "x".repeat(10_000), null, { $ne: null }])
      expect(await sessions.remove(none as string)).toBe(false);
    expect((await sessions.list({ userId, state: "all" })).items).toHaveLength(1);
    expect((await audit.list({ action: "session.revoked" })).items).toEqual([]);
  });

  it("forgets the use that waits to be written, and says who did it", async () => {
    const { sessions, audit } = test.space;
    const { token } = await sessions.create({ userId });
    test.clock.advance(DAY);
    expect((await sessions.check(token)).status).toBe("ok");
    const actor = { type: "user", id: userId, admin: false, superuser: false } as const;
    expect(await sessions.remove(token, { actor, ip: "192.0.2.9" })).toBe(true);
    await sessions.flush();
    expect(await sessions.check(token)).toEqual({ status: "not-found" });
    expect((await audit.list({ action: "session.revoked" })).items).toMatchObject([
      { userId, actor: userId, ip: "192.0.2.9" },
    ]);
  });
});

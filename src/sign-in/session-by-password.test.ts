import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestSpace, type TestSpace, whenFree } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
/** So that there is time to do something else while it is compared. */
const SLOW = { passwords: { argon2: { memory: 65_536, passes: 6, lanes: 1 } } };
let test: TestSpace;
let userId: string;
beforeEach(async () => {
  test = await openTestSpace();
  userId = (await test.space.users.create({ username: "ada", password: GOOD })).id;
});
afterEach(() => test.cleanup());

/** Resolves while a hash is being computed. */
async function hashing(): Promise<void> {
  while (test.space.passwords.statistics.running === 0) await setImmediate();
}

describe("a session by password", () => {
  it("is made for the right one alone, as a sign-in that is recorded", async () => {
    const { sessions, users, audit } = test.space;
    expect(await sessions.createByPassword({ userId, password: `${GOOD}.` })).toEqual({
      status: "wrong-password",
    });
    expect((await sessions.list({ state: "all" })).items).toEqual([]);
    const context = { ip: "192.0.2.1", userAgent: "Lynx", data: { cart: 3 } };
    const made = await sessions.createByPassword({ userId, password: GOOD, ...context });
    if (made.status !== "created") throw new Error(made.status);
    expect(await sessions.check(made.token)).toMatchObject({
      status: "ok",
      user: { id: userId },
      session: { id: made.session.id, methods: ["password"], ...context },
    });
    expect((await users.get(userId)).lastSignInAt?.getTime()).toBe(test.clock.now());
    test.clock.advance(1);
    const other = await sessions.createByPassword({ userId, password: GOOD, methods: ["port"] });
    expect(other).toMatchObject({ status: "created", session: { methods: ["port"] } });
    expect((await audit.list({ action: "session.created", userId })).items).toMatchObject([
      { details: { methods: ["port"] } },
      { details: { methods: ["password"] }, ip: "192.0.2.1" },
    ]);
  });

  it("costs the one hash, for somebody without a password too; nobody at all is not found", async () => {
    const { sessions, users, passwords } = test.space;
    const bea = await users.create({ username: "bea" });
    const before = passwords.statistics.done;
    expect(await sessions.createByPassword({ userId: bea.id, password: GOOD })).toEqual({
      status: "wrong-password",
    });
    expect(passwords.statistics.done - before).toBe(1);
    for (const stranger of [bea.id.replace(/.$/, "x"), "nobody", ""])
      await expect(sessions.createByPassword({ userId: stranger, password: GOOD })).rejects.toMatchObject({
        code: "not-found",
      });
    for (const wrong of [undefined, null, { $ne: null }, 7]) {
      const input = { userId, password: wrong as unknown as string };
      await expect(sessions.createByPassword(input)).rejects.toMatchObject({ code: "invalid-input" });
    }
  });

  it("is made by the username too, and nobody's name costs the one hash and is as wrong", async () => {
    const { sessions, users, passwords } = test.space;
    await users.create({ email: "bea@example.com", password: GOOD });
    const made = await sessions.createByPassword({ username: "ADA", password: GOOD });
    expect(made).toMatchObject({ status: "created", session: { userId } });
    for (const username of ["nobody", "bea@example.com", "", "ada\u0000"]) {
      const before = passwords.statistics.done;
      expect(await sessions.createByPassword({ username, password: GOOD })).toEqual({
        status: "wrong-password",
      });
      expect(passwords.statistics.done - before, username).toBe(1);
    }
    for (const wrong of [undefined, null, { $ne: null }, 7]) {
      const input = { username: wrong as unknown as string, password: GOOD };
      await expect(sessions.createByPassword(input)).rejects.toMatchObject({ code: "invalid-input" });
    }
  });

  it("is for nobody who is blocked or switched off, and says so to whoever has the password", async () => {
    const { sessions, users } = test.space;
    const make = (password = GOOD) => sessions.createByPassword({ userId, password });
    await users.block(userId);
    expect(await make("not the password")).toEqual({ status: "wrong-password" });
    await expect(make()).rejects.toMatchObject({ code: "account-blocked" });
    await users.unblock(userId);
    await users.changePermissions(userId, { active: false });
    await expect(make()).rejects.toMatchObject({ code: "account-inactive" });
    expect((await sessions.list({ state: "all" })).items).toEqual([]);
  });

  it("is no way round a second factor", async () => {
    const { sessions, users } = test.space;
    await users.update(userId, { email: "ada@example.com", emailVerified: true });
    await users.setSecondFactor(userId, "mail");
    const make = (password: string) => sessions.createByPassword({ username: "ada", password });
    await expect(make(GOOD)).rejects.toMatchObject({ code: "not-allowed" });
    // Only whoever has the password learns that there is one.
    expect(await make("not the password")).toEqual({ status: "wrong-password" });
    expect((await sessions.list({ state: "all" })).items).toEqual([]);
  });

  it("is for the system and superusers to make", async () => {
    const actor = { type: "user", id: userId, admin: true, superuser: false } as const;
    const input = { userId, password: GOOD };
    await expect(test.space.sessions.createByPassword({ ...input, actor })).rejects.toMatchObject({
      code: "not-allowed",
    });
    const superuser = { ...actor, superuser: true };
    expect(await test.space.sessions.createByPassword({ ...input, actor: superuser })).toMatchObject({
      status: "created",
    });
  });

  it.each([
    ["the password is taken away", () => test.space.passwords.remove(userId)],
    ["the user is blocked", () => test.space.users.block(userId)],
  ])("is dead from the start where %s while the old one is compared", async (_, meanwhile) => {
    await test.reopen(SLOW);
    await test.space.passwords.set(userId, GOOD);
    const making = test.space.sessions.createByPassword({ userId, password: GOOD });
    await hashing();
    await meanwhile();
    expect(test.space.passwords.statistics.running).toBe(1);
    const made = await making;
    if (made.status !== "created") throw new Error(made.status);
    expect(await test.space.sessions.check(made.token)).toEqual({ status: "not-found" });
  });

  it("of an old password is live nowhere, of 50 that are made while it is changed", async () => {
    const { sessions, passwords } = test.space;
    const make = () => whenFree(() => sessions.createByPassword({ userId, password: GOOD }));
    const [made] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, make)),
      whenFree(() => passwords.set(userId, NEXT)),
    ]);
    for (const each of made)
      if (each.status === "created")
        expect(await sessions.check(each.token)).toEqual({ status: "not-found" });
    expect(await make()).toEqual({ status: "wrong-password" });
    expect(await sessions.createByPassword({ userId, password: NEXT })).toMatchObject({ status: "created" });
  });

  it("makes a weaker hash anew behind it, once, and goes on", async () => {
    const passwordHash = { hash: "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2" };
    const bea = await test.space.users.create({ username: "bea", passwordHash });
    const make = () => test.space.sessions.createByPassword({ userId: bea.id, password: GOOD });
    const made = await make();
    if (made.status !== "created") throw new Error(made.status);
    await test.reopen();
    const before = test.space.passwords.statistics.done;
    expect((await make()).status).toBe("created");
    await test.reopen();
    // The one hash that the check costs, and none behind it.
    expect(before).toBe(0);
    const { items } = await test.space.audit.list({ action: "password.renewed" });
    expect(items).toMatchObject([{ userId: bea.id }]);
    expect((await test.space.sessions.check(made.token)).status).toBe("ok");
  });
});

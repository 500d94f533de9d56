import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStoreOf } from "../../test/helpers/database.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const ADA = { username: "ada", email: "ada@example.com", emailVerified: true, password: GOOD };
let test: TestSpace;
let id: string;
beforeEach(async () => {
  test = await openTestSpace();
  id = (await test.space.users.create(ADA)).id;
});
afterEach(() => test.cleanup());

type From = { readonly ip?: string; readonly device?: string; readonly identifier?: string };
const signIn = async (password: string, from: From = {}) =>
  test.space.signIn({ identifier: "ada", password, ...from });

async function fail(times: number, from: From): Promise<void> {
  for (let tries = 0; tries < times; tries++) await signIn("wrong password", from);
}

describe("unlocking somebody", () => {
  it("ends the waits at every address and on every device, and nobody else's", async () => {
    const bea = await test.space.users.create({ username: "bea", password: GOOD });
    const first = await signIn(GOOD, { ip: "203.0.113.9" });
    if (first.status !== "signed-in") throw new Error(first.status);
    const everywhere: From[] = [
      { ip: "192.0.2.1" },
      { ip: "192.0.2.2", identifier: "ada@example.com" },
      { ip: "2001:db8::1" },
      { ip: "192.0.2.4", device: first.device },
    ];
    for (const from of everywhere) await fail(6, from);
    await fail(6, { ip: "192.0.2.1", identifier: "bea" });
    for (const from of everywhere) expect((await signIn(GOOD, from)).status).toBe("limited");
    const unlocked = await test.space.users.unlock(id);
    expect(unlocked).toMatchObject({ id, username: "ada" });
    for (const from of everywhere) expect((await signIn(GOOD, from)).status).toBe("signed-in");
    expect((await signIn(GOOD, { ip: "192.0.2.1", identifier: "bea" })).status).toBe("limited");
    await test.space.users.unlock(bea.id);
    expect((await signIn(GOOD, { ip: "192.0.2.1", identifier: "bea" })).status).toBe("signed-in");
  });

  it("ends the demand for a code after a hundred failures", async () => {
    await test.reopen({ limits: { signIn: false } });
    await fail(100, {});
    expect((await signIn(GOOD)).status).toBe("second-factor");
    await test.space.users.unlock(id);
    expect((await signIn(GOOD)).status).toBe("signed-in");
  });

  it("ends what was counted in sessions, and of wrong codes of every kind", async () => {
    await test.reopen({ limits: { signIn: false } });
    const actor = { type: "user", id, admin: false, superuser: false, sessionId: "s" } as const;
    const confirm = () => test.space.passwords.confirm({ userId: id, password: GOOD, actor });
    for (let tries = 0; tries < 100; tries++)
      await test.space.passwords.confirm({ userId: id, password: "wrong password", actor });
    expect((await confirm()).status).toBe("limited");
    await test.space.users.unlock(id);
    expect((await confirm()).status).toBe("confirmed");

    await test.space.codes.request("delete-account", { userId: id, withoutTicket: true });
    await test.space.mail.deliver();
    for (let tries = 0; tries < 3; tries++)
      await test.space.codes.confirm("delete-account", { userId: id, code: "AAAAAA", password: GOOD });
    const store = await openStoreOf(test.database);
    const kept = async () =>
      (await store.readRecords("limits", null, 1000)).filter(
        ({ key }) => key === `code:${id}:delete-account`,
      );
    expect(await kept()).toHaveLength(1);
    await test.space.users.unlock(id);
    expect(await kept()).toEqual([]);
    await store.close();
  });

  it("finds what was typed in a space that tells Alice from alice", async () => {
    const exact = await openTestSpace({ identifiers: "exact" });
    try {
      const user = await exact.space.users.create({ username: "Ada", password: GOOD });
      const attempt = (password: string) =>
        exact.space.signIn({ identifier: "Ada", password, ip: "192.0.2.1" });
      for (let tries = 0; tries < 6; tries++) await attempt("wrong password");
      expect((await attempt(GOOD)).status).toBe("limited");
      await exact.space.users.unlock(user.id);
      expect((await attempt(GOOD)).status).toBe("signed-in");
    } finally {
      await exact.cleanup();
    }
  });

  it("is for administrators and the system, and of a superuser for superusers, and is written down", async () => {
    const { users, audit } = test.space;
    const root = await users.create({ username: "root", superuser: true });
    const actor = (admin: boolean, superuser = false) =>
      ({ type: "user", id: "someone", admin, superuser }) as const;
    const denied = expect.objectContaining({ code: "not-allowed" });
    await expect(users.unlock(id, { actor: actor(false) })).rejects.toThrow(denied);
    await expect(users.unlock(id, { actor: { ...actor(false), id } })).rejects.toThrow(denied);
    await expect(users.unlock(root.id, { actor: actor(true) })).rejects.toThrow(denied);
    await expect(users.unlock("nobody")).rejects.toMatchObject({ code: "not-found" });
    await users.unlock(root.id, { actor: actor(true, true) });
    await users.unlock(id, { actor: actor(true), ip: "192.0.2.1" });
    expect((await audit.list({ action: "user.unlocked", userId: id })).items).toMatchObject([
      { actor: "someone", ip: "192.0.2.1" },
    ]);
  });

  it("forgets more failures than are read at once", async () => {
    await test.reopen({ limits: { signIn: { perAddress: { max: 1000, window: 3_600_000 } } } });
    const addresses = Array.from({ length: 600 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    const store = await openStoreOf(test.database);
    const now = test.clock.now();
    const rule = { max: 5, window: 86_400_000, lock: { base: 3_600_000, longest: 3_600_000 } };
    for (let hits = 0; hits < 6; hits++)
      await Promise.all(
        addresses.map((ip) => store.hitLimits([{ key: `fail:${id}:${ip}`, rule, refuse: false }], now)),
      );
    await test.space.users.unlock(id);
    const left = await store.readRecords("limits", null, 1000);
    expect(left.filter(({ key }) => key.startsWith(`fail:${id}`))).toEqual([]);
    await store.close();
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STORE } from "../../test/helpers/database.js";
import { codeIn, openTestSpace, type TestSpace, whenFree } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const MINUTE = 60_000;
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

const ada = () => test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });

describe("signing in", () => {
  it("works by username or email, in any spelling, and out again", async () => {
    const { id } = await ada();
    for (const identifier of ["ada", "ADA", " Ada ", "ada@example.com", "ADA@EXAMPLE.COM"]) {
      const result = await test.space.signIn({
        identifier,
        password: GOOD,
        ip: "192.0.2.1",
        userAgent: "Lynx",
      });
      expect(result).toMatchObject({
        status: "signed-in",
        user: { id },
        session: { userId: id, methods: ["password"] },
      });
      if (result.status !== "signed-in") return;
      expect((await test.space.sessions.check(result.token)).status).toBe("ok");
      expect(await test.space.signOut(result.token)).toBe(true);
      expect(await test.space.sessions.check(result.token)).toEqual({ status: "not-found" });
      expect(await test.space.signOut(result.token)).toBe(false);
    }
    expect((await test.space.users.get(id)).lastSignInAt).toEqual(new Date(test.clock.now()));
  });

  it("makes a new token each time", async () => {
    await ada();
    const tokens = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const result = await test.space.signIn({ identifier: "ada", password: GOOD });
      if (result.status === "signed-in") tokens.add(result.token);
    }
    expect(tokens.size).toBe(5);
  });

  it("answers alike for unknown people, wrong passwords and people without one, at the cost of one hash each", async () => {
    await ada();
    await test.space.users.create({ username: "bea" });
    for (const identifier of ["ada", "bea", "nobody", "nobody@example.com", "\u0000", ""]) {
      const before = test.space.passwords.statistics.done;
      expect(await test.space.signIn({ identifier, password: "wrong password" })).toEqual({
        status: "wrong-credentials",
      });
      expect(test.space.passwords.statistics.done - before).toBe(1);
    }
  });

  it("takes the same password in composed and decomposed form", async () => {
    await test.space.users.create({ username: "zoe", password: "Zoë Zoë Zoë Zoë".normalize("NFD") });
    expect(
      await test.space.signIn({ identifier: "zoe", password: "Zoë Zoë Zoë Zoë".normalize("NFC") }),
    ).toMatchObject({
      status: "signed-in",
    });
  });

  it("refuses an object where text belongs", async () => {
    await ada();
    const hostile = { $gt: "" } as unknown as string;
    const denied = expect.objectContaining({ code: "invalid-input" });
    await expect(test.space.signIn({ identifier: hostile, password: GOOD })).rejects.toThrow(denied);
    await expect(test.space.signIn({ identifier: "ada", password: hostile })).rejects.toThrow(denied);
  });

  it("asks people to verify their address where the space wants that", async () => {
    await ada();
    await test.reopen({ signIn: { requireVerifiedEmail: true } });
    const result = await test.space.signIn({ identifier: "ada", password: GOOD });
    expect(result.status).toBe("email-unverified");
    if (result.status !== "email-unverified") return;
    const [mail] = await test.mailsTo("ada@example.com");
    expect(
      await test.space.codes.confirm("verify-email", { ticket: result.ticket, code: codeIn(mail) }),
    ).toMatchObject({ status: "verified" });
    expect(await test.space.signIn({ identifier: "ada", password: GOOD })).toMatchObject({
      status: "signed-in",
    });
  });
});

describe("failures", () => {
  const wrong = (input: { identifier?: string; ip?: string; device?: string } = {}) =>
    test.space.signIn({ identifier: "ada", password: "wrong password", ip: "192.0.2.1", ...input });

  it("lock the pair of account and address after five, with growing waits, under any spelling", async () => {
    await ada();
    const spellings = ["ada", "ADA", " ada", "ada@example.com", "Ａda"];
    for (const identifier of spellings)
      expect((await wrong({ identifier })).status).toBe("wrong-credentials");
    const first = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.1" });
    expect(first).toEqual({
      status: "limited",
      retryAfter: 30_000,
      limit: 5,
      remaining: 0,
      window: 86_400_000,
    });
    test.clock.advance(30_000);
    expect((await wrong()).status).toBe("wrong-credentials");
    expect(await wrong()).toMatchObject({ status: "limited", retryAfter: 60_000 });
    test.clock.advance(60_000);
    expect(await test.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.1" })).toMatchObject({
      status: "signed-in",
    });
  });

  it("do not lock out the owner, who comes from elsewhere, nor end the sessions", async () => {
    await ada();
    const running = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.7" });
    for (let i = 0; i < 10; i++) await wrong();
    expect(await test.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.7" })).toMatchObject({
      status: "signed-in",
    });
    expect(running.status === "signed-in" && (await test.space.sessions.check(running.token)).status).toBe(
      "ok",
    );
  });

  it("are not cleared by somebody else's success", async () => {
    await ada();
    await test.space.users.create({ username: "eve", password: GOOD });
    for (let i = 0; i < 5; i++) {
      await wrong();
      await test.space.signIn({ identifier: "eve", password: GOOD, ip: "192.0.2.1" });
    }
    expect((await wrong()).status).toBe("limited");
  });

  it("compute no more hashes than the limit allows, however many come at once", async () => {
    await ada();
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => wrong()));
    const statuses = results.map((result) =>
      result.status === "fulfilled" ? result.value.status : result.reason.code,
    );
    // Whether anybody meets a place that is taken depends on how long a database takes to let them come.
    const possible = ["wrong-credentials", "limited", ...(STORE === "sqlite" ? ["busy"] : [])];
    expect(new Set(statuses.filter((status) => STORE === "sqlite" || status !== "busy"))).toEqual(
      new Set(possible),
    );
    expect(statuses.filter((status) => status === "wrong-credentials").length).toBeLessThanOrEqual(5);
    expect(test.space.passwords.statistics.done - 1).toBeLessThanOrEqual(5);
  });

  it("count for unknown people as for known ones", async () => {
    const spellings = ["nobody", "NOBODY", " nobody", "ｎobody", "NoBody"];
    for (const identifier of spellings)
      expect((await wrong({ identifier })).status).toBe("wrong-credentials");
    expect((await wrong({ identifier: "nobody" })).status).toBe("limited");
  });

  it("of many accounts from one address end in a wait, /64 by /64", async () => {
    for (let i = 0; i < 100; i++)
      await wrong({ identifier: `user${i}`, ip: `2001:db8:1:2::${i.toString(16)}` });
    expect((await wrong({ identifier: "user100", ip: "2001:db8:1:2:ffff::1" })).status).toBe("limited");
    expect((await wrong({ identifier: "user100", ip: "2001:db8:1:3::1" })).status).toBe("wrong-credentials");
  });

  it("ask for a mailed code too after a hundred, and say nothing about the password by it", async () => {
    await ada();
    for (let i = 0; i < 100; i++) await wrong({ ip: `203.0.113.${i}` });
    const guess = await wrong({ ip: "198.51.100.1" });
    expect(guess).toMatchObject({ status: "second-factor", sentTo: "email" });
    expect(await test.mailsTo("ada@example.com")).toHaveLength(0);
    const right = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.2" });
    expect(right.status).toBe("second-factor");
    if (right.status !== "second-factor" || guess.status !== "second-factor") return;
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await test.space.signIn({ ticket: guess.ticket, code })).toEqual({ status: "wrong-code" });
    expect(await test.space.signIn({ ticket: right.ticket, code })).toMatchObject({
      status: "signed-in",
      session: { methods: ["password", "email-code"] },
    });
    expect(await test.space.signIn({ ticket: right.ticket, code })).toEqual({ status: "wrong-code" });
    expect(await test.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.9" })).toMatchObject({
      status: "signed-in",
    });
  });

  it("elsewhere mean nothing to a browser that signed in before", async () => {
    await ada();
    const first = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.1" });
    if (first.status !== "signed-in") throw new Error(first.status);
    for (let i = 0; i < 110; i++) await wrong({ ip: `203.0.113.${i}` });
    for (let i = 0; i < 10; i++) await wrong({ ip: "192.0.2.1" });
    const device = first.device;
    expect(
      await test.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.1", device }),
    ).toMatchObject({
      status: "signed-in",
    });
  });

  it("on a known device are counted apart, and a device is good for its own user only", async () => {
    await ada();
    await test.space.users.create({ username: "eve", password: GOOD });
    const eve = await test.space.signIn({ identifier: "eve", password: GOOD, ip: "192.0.2.9" });
    const own = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.9" });
    if (eve.status !== "signed-in" || own.status !== "signed-in") throw new Error("not signed in");
    for (let i = 0; i < 5; i++) await wrong({ device: own.device, ip: "192.0.2.9" });
    expect((await wrong({ device: own.device, ip: "192.0.2.9" })).status).toBe("limited");
    expect((await wrong({ ip: "192.0.2.9" })).status).toBe("wrong-credentials");
    for (let i = 0; i < 4; i++) await wrong({ ip: "192.0.2.9" });
    for (const forged of [eve.device, `${own.device}x`, "a.b.c", "x".repeat(300)])
      expect((await wrong({ ip: "192.0.2.9", device: forged })).status).toBe("limited");
  });

  it("do not count when no hash was computed because the server was busy", async () => {
    const small = await openTestSpace({ passwords: { slots: 1, queue: 1 } });
    try {
      await small.space.users.create({ username: "ada", password: GOOD });
      for (let round = 0; round < 3; round++) {
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, () =>
            small.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.1" }),
          ),
        );
        for (const result of results)
          if (result.status === "rejected")
            expect(result.reason).toMatchObject({ code: "busy", status: 503 });
      }
      test.clock.advance(MINUTE);
      expect(
        await small.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.1" }),
      ).toMatchObject({ status: "signed-in" });
    } finally {
      await small.cleanup();
    }
  });
});

describe("racing a password change", () => {
  it("leaves no session of 50 sign-ins that still answers", async () => {
    const { id } = await ada();
    // One account has one place in the waiting line: whoever hears "busy" comes again, as a client does.
    const signIns = Array.from({ length: 50 }, () =>
      whenFree(() => test.space.signIn({ identifier: "ada", password: GOOD })),
    );
    const change = whenFree(() =>
      test.space.passwords.change({
        userId: id,
        currentPassword: GOOD,
        newPassword: "another good long password",
      }),
    );
    const results = await Promise.all(signIns);
    expect((await change).status).toBe("changed");
    const tokens = results.flatMap((result) => (result.status === "signed-in" ? [result.token] : []));
    for (const token of tokens)
      expect(await test.space.sessions.check(token)).toEqual({ status: "not-found" });
    expect(tokens.length).toBeGreaterThan(0);
    expect(await test.space.signIn({ identifier: "ada", password: GOOD })).toEqual({
      status: "wrong-credentials",
    });
  });
});

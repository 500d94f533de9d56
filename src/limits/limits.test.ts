import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";
import { addressKey } from "./address.js";

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

describe("limits of one's own", () => {
  const rule = { max: 3, window: 60_000 };

  it("count hits, refuse when there are too many, and start anew after the window", async () => {
    const { limits } = test.space;
    for (const remaining of [2, 1, 0])
      expect(await limits.checkAndHit("invite:ada", rule)).toEqual({
        allowed: true,
        remaining,
        max: 3,
        retryAfter: 0,
      });
    test.clock.advance(20_000);
    expect(await limits.checkAndHit("invite:ada", rule)).toEqual({
      allowed: false,
      remaining: 0,
      max: 3,
      retryAfter: 40_000,
    });
    expect((await limits.check("invite:ada", rule)).allowed).toBe(false);
    expect((await limits.check("invite:bea", rule)).allowed).toBe(true);
    expect(await limits.timeSince("invite:ada")).toBe(20_000);
    expect(await limits.timeSince("invite:bea")).toBeNull();
    test.clock.advance(40_000);
    expect((await limits.checkAndHit("invite:ada", rule)).remaining).toBe(2);
    await limits.reset("invite:ada");
    expect((await limits.check("invite:ada", rule)).remaining).toBe(2);
  });

  it("count exactly under 200 hits at once, and survive a restart", async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, () => test.space.limits.checkAndHit("race", { max: 50, window: null })),
    );
    expect(results.filter((result) => result.allowed)).toHaveLength(50);
    const space = await test.reopen();
    expect((await space.limits.checkAndHit("race", { max: 50, window: null })).allowed).toBe(false);
  });

  it("lock with growing waits", async () => {
    const locking = { max: 2, window: null, lock: { base: 1000, longest: 3000 } };
    const { limits } = test.space;
    await limits.checkAndHit("pin", locking);
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      await limits.checkAndHit("pin", locking);
      const { retryAfter } = await limits.checkAndHit("pin", locking);
      waits.push(retryAfter);
      test.clock.advance(retryAfter);
    }
    expect(waits).toEqual([1000, 2000, 3000, 3000]);
  });

  it("count without refusing, where something has happened already", async () => {
    const { limits } = test.space;
    const two = { max: 2, window: 60_000 };
    expect(await limits.hit("export", two)).toMatchObject({ allowed: true, remaining: 1 });
    expect(await limits.hit("export", two)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limits.hit("export", two)).toEqual({
      allowed: false,
      remaining: 0,
      max: 2,
      retryAfter: 60_000,
    });
    expect((await limits.checkAndHit("export", two)).allowed).toBe(false);
    // A check counts nothing: the same answer as often as it is asked.
    for (let i = 0; i < 3; i++)
      expect(await limits.check("free", two)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it("refuse rules that make no sense", async () => {
    for (const wrong of [
      { max: 0, window: 1 },
      { max: 1.5, window: null },
      { max: 1, window: -1 },
      { cooldown: 0 },
      { cooldown: 1.5 },
      { cooldown: 1, penalty: -1 },
      { cooldown: 4_000 * 86_400_000 },
      { cooldown: 1, max: 1, window: 1 },
      null,
      undefined,
    ])
      await expect(test.space.limits.checkAndHit("x", wrong as never)).rejects.toThrow();
  });

  it("of the application never meet Watchword's own", async () => {
    await test.space.users.create({ username: "ada", password: "correct horse battery staple" });
    await test.space.limits.checkAndHit("fail:space", { max: 1, window: null });
    await test.space.limits.checkAndHit("fail:space", { max: 1, window: null });
    expect(
      (await test.space.signIn({ identifier: "ada", password: "correct horse battery staple" })).status,
    ).toBe("signed-in");
  });
});

describe("cooldowns", () => {
  const rule = { cooldown: 10_000, penalty: 4_000 };

  it("refuse a request within the wait, begin it anew and add a penalty each time", async () => {
    const { limits } = test.space;
    const { clock } = test;
    expect(await limits.checkAndHit("ada", rule)).toEqual({
      allowed: true,
      remaining: 0,
      max: 1,
      retryAfter: 0,
    });
    clock.advance(9_000);
    expect(await limits.check("ada", rule)).toMatchObject({ allowed: false, retryAfter: 1_000 });
    expect(await limits.checkAndHit("ada", rule)).toMatchObject({ allowed: false, retryAfter: 14_000 });
    expect(await limits.timeSince("ada")).toBe(-4_000);
    clock.advance(1_000);
    expect(await limits.checkAndHit("ada", rule)).toMatchObject({ allowed: false, retryAfter: 18_000 });
    expect(await limits.timeSince("ada")).toBe(-8_000);
    clock.advance(8_000);
    expect(await limits.timeSince("ada")).toBe(0);
    expect(await limits.check("ada", rule)).toMatchObject({ allowed: false, retryAfter: 10_000 });
    clock.advance(10_000);
    expect(await limits.check("ada", rule)).toMatchObject({ allowed: true, retryAfter: 0 });
    expect((await limits.checkAndHit("ada", rule)).allowed).toBe(true);
    // The penalties ended with the request that passed.
    expect(await limits.checkAndHit("ada", rule)).toMatchObject({ allowed: false, retryAfter: 14_000 });
  });

  it("record a request without refusing it, and forget", async () => {
    const { limits } = test.space;
    expect((await limits.hit("ada", rule)).allowed).toBe(true);
    test.clock.advance(5_000);
    expect(await limits.hit("ada", rule)).toMatchObject({ allowed: false, retryAfter: 10_000 });
    expect(await limits.timeSince("ada")).toBe(0);
    await limits.reset("ada");
    expect(await limits.timeSince("ada")).toBeNull();
    expect((await limits.checkAndHit("ada", rule)).allowed).toBe(true);
  });

  it("stand apart from the windows of the same key", async () => {
    const { limits } = test.space;
    for (let i = 0; i < 50; i++) await limits.checkAndHit("ada", { max: 100, window: null });
    test.clock.advance(1_000);
    expect((await limits.checkAndHit("ada", rule)).allowed).toBe(true);
    expect(await limits.checkAndHit("ada", rule)).toMatchObject({ retryAfter: 14_000 });
    expect((await limits.check("ada", { max: 100, window: null })).remaining).toBe(49);
    await limits.reset("ada");
    expect((await limits.check("ada", { max: 100, window: null })).remaining).toBe(99);
  });

  it("go over to another key with all that was counted, windows too; the later of two stays", async () => {
    const { limits } = test.space;
    const pause = { cooldown: 10_000, penalty: 5000 };
    const window = { max: 3, window: null };
    const [from, to] = [{ identifier: "ada@example.com" }, { identifier: "lovelace@example.com" }];
    const hit = (key: typeof from) => limits.checkAndHit(key, pause);
    await hit(from);
    for (let times = 0; times < 2; times++) await hit(from);
    await limits.checkAndHit(from, window);
    expect(await limits.timeSince(from)).toBe(-10_000);
    await limits.move(from, to);
    expect(await limits.timeSince(from)).toBeNull();
    expect(await limits.timeSince(to)).toBe(-10_000);
    expect((await limits.check(to, window)).remaining).toBe(1);
    // The penalties go on from where they were.
    expect((await hit(to)).retryAfter).toBe(25_000);
    // A name of the same spelling is the same key, and what was never counted takes nothing along.
    await limits.move(to, { identifier: " LOVELACE@example.com" });
    await limits.move(from, to);
    expect(await limits.timeSince(to)).toBe(-15_000);

    test.clock.advance(60_000);
    await hit(from);
    await limits.move(to, from);
    expect(await limits.timeSince(from)).toBe(0);
    expect(await limits.timeSince(to)).toBeNull();
    test.clock.advance(1000);
    await hit(to);
    await limits.move(from, to);
    await limits.move(to, from);
    expect(await limits.timeSince(from)).toBe(0);
    // Nor does an older one stand in the way.
    await hit(to);
    test.clock.advance(1000);
    await limits.hit(from, pause);
    await limits.move(from, to);
    expect(await limits.timeSince(to)).toBe(0);
    expect(await limits.timeSince(from)).toBeNull();
  });

  it("let one of 200 at once pass, under ten spellings of one identifier, and outlive a restart", async () => {
    const spellings = [
      "ada@example.com",
      "ADA@example.com",
      "Ada@Example.Com",
      " ada@example.com",
      "ada@example.com ",
      "ada@EXAMPLE.com",
      "aDa@example.com",
      "\tada@example.com",
      "ada@example.COM",
      "AdA@eXaMpLe.CoM",
    ];
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        test.space.limits.checkAndHit({ identifier: spellings[at % 10] ?? "" }, rule),
      ),
    );
    expect(results.filter((result) => result.allowed)).toHaveLength(1);
    const space = await test.reopen();
    expect(await space.limits.timeSince({ identifier: "ada@example.com" })).toBe(-199 * 4_000);
    expect((await space.limits.checkAndHit({ identifier: "bea@example.com" }, rule)).allowed).toBe(true);
    // Text of one's own is taken as it is, and is no identifier.
    expect(await space.limits.timeSince("ada@example.com")).toBeNull();
  });
});

describe("addresses", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
  ])("%s counts as %s", (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });
});

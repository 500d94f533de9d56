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
      expect(await limits.hit("invite:ada", rule)).toEqual({
        allowed: true,
        remaining,
        max: 3,
        retryAfter: 0,
      });
    test.clock.advance(20_000);
    expect(await limits.hit("invite:ada", rule)).toEqual({
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
    expect((await limits.hit("invite:ada", rule)).remaining).toBe(2);
    await limits.reset("invite:ada");
    expect((await limits.check("invite:ada", rule)).remaining).toBe(2);
  });

  it("count exactly under 200 hits at once, and survive a restart", async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, () => test.space.limits.hit("race", { max: 50, window: null })),
    );
    expect(results.filter((result) => result.allowed)).toHaveLength(50);
    const space = await test.reopen();
    expect((await space.limits.hit("race", { max: 50, window: null })).allowed).toBe(false);
  });

  it("lock with growing waits", async () => {
    const locking = { max: 2, window: null, lock: { base: 1000, longest: 3000 } };
    const { limits } = test.space;
    await limits.hit("pin", locking);
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      await limits.hit("pin", locking);
      const { retryAfter } = await limits.hit("pin", locking);
      waits.push(retryAfter);
      test.clock.advance(retryAfter);
    }
    expect(waits).toEqual([1000, 2000, 3000, 3000]);
  });

  it("refuse rules that make no sense", async () => {
    for (const wrong of [
      { max: 0, window: 1 },
      { max: 1.5, window: null },
      { max: 1, window: -1 },
      undefined,
    ])
      await expect(test.space.limits.hit("x", wrong as never)).rejects.toThrow();
  });

  it("of the application never meet Watchword's own", async () => {
    await test.space.users.create({ username: "ada", password: "correct horse battery staple" });
    await test.space.limits.hit("fail:space", { max: 1, window: null });
    await test.space.limits.hit("fail:space", { max: 1, window: null });
    expect(
      (await test.space.signIn({ identifier: "ada", password: "correct horse battery staple" })).status,
    ).toBe("signed-in");
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

import { describe, expect, it } from "vitest";
import { limitForm } from "#dist/base/keys.js";
import type { CurrentStore } from "./contract.js";
import { DAY, NOW, together } from "./samples.js";

const FIVE = { max: 5, window: 1000 };

export function limitsContract(current: CurrentStore): void {
  describe("limits", () => {
    it("counts hits, refuses past the most, and starts anew after the window", async () => {
      const store = current();
      const hit = async (now: number) => (await store.hitLimits([{ key: "a", rule: FIVE }], now))[0];
      for (let count = 1; count <= 5; count++)
        expect(await hit(NOW + count)).toEqual({ allowed: true, count, max: 5, resetAt: NOW + 1001 });
      expect(await hit(NOW + 6)).toEqual({ allowed: false, count: 5, max: 5, resetAt: NOW + 1001 });
      expect(await store.readLimit("a")).toEqual({
        key: "a",
        count: 5,
        startedAt: NOW + 1,
        lastAt: NOW + 5,
        lockedUntil: null,
        endsAt: NOW + 1001,
      });
      expect(await hit(NOW + 1001)).toMatchObject({ allowed: true, count: 1 });
      expect(await store.readLimit("b")).toBeNull();
    });

    it("locks for longer and longer", async () => {
      const store = current();
      const rule = { max: 2, window: null, lock: { base: 100, longest: 300 } };
      const hit = async (now: number) => (await store.hitLimits([{ key: "a", rule }], now))[0];
      expect(await hit(NOW)).toMatchObject({ allowed: true, count: 1 });
      expect(await hit(NOW)).toMatchObject({ allowed: true, count: 2 });
      expect(await hit(NOW + 99)).toMatchObject({ allowed: false, count: 2, resetAt: NOW + 100 });
      expect(await hit(NOW + 100)).toMatchObject({ allowed: true, count: 3 });
      expect((await store.readLimit("a"))?.lockedUntil).toBe(NOW + 300);
      expect(await hit(NOW + 300)).toMatchObject({ allowed: true, count: 4 });
      expect((await store.readLimit("a"))?.lockedUntil).toBe(NOW + 600);
    });

    it("hits all limits of a list or none", async () => {
      const store = current();
      const hits = [
        { key: "wide", rule: { max: 100, window: null } },
        { key: "narrow", rule: { max: 1, window: null } },
        { key: "last", rule: { max: 100, window: null } },
      ];
      expect(await store.hitLimits(hits, NOW)).toHaveLength(3);
      const refused = await store.hitLimits(hits, NOW);
      expect(refused.map(({ allowed }) => allowed)).toEqual([true, false]);
      expect((await store.readLimit("wide"))?.count).toBe(1);
      expect((await store.readLimit("last"))?.count).toBe(1);
    });

    it("counts twice what stands in a list twice", async () => {
      const store = current();
      const hit = { key: "a", rule: { max: 1, window: null } };
      const results = await store.hitLimits([hit, hit], NOW);
      expect(results.map(({ allowed }) => allowed)).toEqual([true, false]);
      expect(await store.readLimit("a")).toBeNull();
      expect(await store.hitLimits([], NOW)).toEqual([]);
    });

    it("is exact under 200 hits at once", async () => {
      const store = current();
      const hits = [
        { key: "all", rule: { max: 1000, window: null } },
        { key: "some", rule: { max: 37, window: 60_000 } },
      ];
      const results = await together(200, () => store.hitLimits(hits, NOW));
      expect(results.filter((list) => list.every(({ allowed }) => allowed))).toHaveLength(37);
      expect((await store.readLimit("some"))?.count).toBe(37);
      expect((await store.readLimit("all"))?.count).toBe(37);
    });

    it("takes a hit back, and forgets", async () => {
      const store = current();
      const rule = { max: 2, window: null, lock: { base: 100, longest: 100 } };
      await store.hitLimits([{ key: "a", rule }], NOW);
      await store.hitLimits([{ key: "a", rule }], NOW);
      await store.settleLimits([{ key: "a", action: "refund" }], NOW);
      expect(await store.readLimit("a")).toMatchObject({ count: 1, lockedUntil: null });
      await store.settleLimits(
        [
          { key: "a", action: "reset" },
          { key: "none", action: "refund" },
        ],
        NOW,
      );
      expect(await store.readLimit("a")).toBeNull();
      expect(await store.readLimit("none")).toBeNull();
    });

    it("loses no hit and no refund among many", async () => {
      const store = current();
      const rule = { max: 1000, window: null };
      await together(100, () => store.hitLimits([{ key: "a", rule }], NOW));
      await together(150, async (at) => {
        if (at % 3 === 0) await store.settleLimits([{ key: "a", action: "refund" }], NOW);
        else await store.hitLimits([{ key: "a", rule }], NOW);
      });
      expect((await store.readLimit("a"))?.count).toBe(150);
    });

    it("counts in any case where a hit refuses nothing", async () => {
      const store = current();
      const rule = { max: 2, window: 1000 };
      const allowed: boolean[] = [];
      for (let i = 0; i < 4; i++)
        for (const result of await store.hitLimits([{ key: "a", rule, refuse: false }], NOW))
          allowed.push(result.allowed);
      expect(allowed).toEqual([true, true, false, false]);
      expect((await store.readLimit("a"))?.count).toBe(4);
      // The rest of a list goes on behind it.
      const list = [
        { key: "a", rule, refuse: false },
        { key: "b", rule },
      ];
      expect((await store.hitLimits(list, NOW)).map((each) => each.allowed)).toEqual([false, true]);
      expect((await store.readLimit("b"))?.count).toBe(1);
      expect((await store.hitLimits([{ key: "a", rule }], NOW))[0]).toMatchObject({
        allowed: false,
        count: 5,
      });
    });

    it("waits a cooldown after a request, anew and longer after each refused one, until one passes", async () => {
      const store = current();
      const rule = { cooldown: 1000, penalty: 300 };
      const hit = async (now: number) => (await store.hitLimits([{ key: "a", rule }], now))[0];
      expect(await hit(NOW)).toEqual({ allowed: true, count: 1, max: 1, resetAt: NOW + 1000 });
      expect(await hit(NOW + 999)).toMatchObject({ allowed: false, resetAt: NOW + 999 + 1300 });
      expect(await store.readLimit("a")).toMatchObject({ lastAt: NOW + 999 + 300 });
      expect(await hit(NOW + 1000)).toMatchObject({ allowed: false, resetAt: NOW + 1000 + 1600 });
      expect(await hit(NOW + 2599)).toMatchObject({ allowed: false, resetAt: NOW + 2599 + 1900 });
      expect(await hit(NOW + 4499)).toMatchObject({ allowed: true, resetAt: NOW + 5499 });
      expect(await hit(NOW + 4500)).toMatchObject({ allowed: false, resetAt: NOW + 4500 + 1300 });
      const mere = { cooldown: 1000 };
      await store.hitLimits([{ key: "mere", rule: mere }], NOW);
      expect((await store.hitLimits([{ key: "mere", rule: mere }], NOW + 600))[0]?.resetAt).toBe(NOW + 1600);
    });

    it("begins a wait anew for a request that is only counted, and shortens none", async () => {
      const store = current();
      const rule = { cooldown: 1000, penalty: 5000 };
      const hit = async (now: number, refuse: boolean) =>
        (await store.hitLimits([{ key: "a", rule, refuse }], now))[0];
      expect(await hit(NOW, false)).toMatchObject({ allowed: true, resetAt: NOW + 1000 });
      expect(await hit(NOW + 400, false)).toMatchObject({ allowed: false, resetAt: NOW + 1400 });
      expect(await hit(NOW + 500, true)).toMatchObject({ allowed: false, resetAt: NOW + 6500 });
      expect(await hit(NOW + 600, false)).toMatchObject({ allowed: false, resetAt: NOW + 6500 });
      expect(await hit(NOW + 700, true)).toMatchObject({ allowed: false, resetAt: NOW + 11_700 });
    });

    it("keeps what a refused request of a cooldown adds, and takes the hits before it back", async () => {
      const store = current();
      const cooldown = { key: "cool", rule: { cooldown: 1000, penalty: 500 } };
      const list = [{ key: "wide", rule: { max: 100, window: null } }, cooldown];
      await store.hitLimits(list, NOW);
      const refused = await store.hitLimits(list, NOW + 10);
      expect(refused.map(({ allowed }) => allowed)).toEqual([true, false]);
      expect((await store.readLimit("wide"))?.count).toBe(1);
      expect((await store.readLimit("cool"))?.lastAt).toBe(NOW + 510);
    });

    it("lets one of 200 requests at once through a cooldown, and adds each penalty", async () => {
      const store = current();
      const rule = { cooldown: 1000, penalty: 10 };
      const results = await together(200, () => store.hitLimits([{ key: "a", rule }], NOW));
      expect(results.filter(([result]) => result?.allowed)).toHaveLength(1);
      expect((await store.readLimit("a"))?.lastAt).toBe(NOW + 199 * 10);
    });

    it("adds penalties up to ten years and no further", async () => {
      const store = current();
      const tenYears = 3650 * DAY;
      const hit = { key: "a", rule: { cooldown: tenYears, penalty: tenYears } };
      for (let i = 0; i < 3; i++) await store.hitLimits([hit], NOW);
      expect((await store.readLimit("a"))?.lastAt).toBe(NOW + tenYears);
    });

    it("counts ten spellings of one identifier in one place, 200 at once", async () => {
      const store = current();
      const spellings = ["ada", "ADA", "Ada", " ada", "ada ", "Ａda", "aＤa", "adA", "\tada", "ａｄａ"];
      const rule = { max: 7, window: 60_000 };
      const results = await together(200, (at) =>
        store.hitLimits([{ key: `x:${limitForm(spellings[at % 10] ?? "")}`, rule }], NOW),
      );
      expect(results.filter(([result]) => result?.allowed)).toHaveLength(7);
    });

    it("removes a cooldown a day after its wait is over, and no earlier", async () => {
      const store = current();
      const clean = (now: number) =>
        store.cleanup({
          now,
          sessionsBefore: 0,
          auditBefore: null,
          pendingBefore: 0,
          mailBefore: 0,
          size: 100,
        });
      await store.hitLimits([{ key: "a", rule: { cooldown: 1000 } }], NOW);
      await clean(NOW + DAY + 999);
      expect(await store.readLimit("a")).not.toBeNull();
      await clean(NOW + DAY + 1001);
      expect(await store.readLimit("a")).toBeNull();
    });
  });
}

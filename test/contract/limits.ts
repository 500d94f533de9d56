import { describe, expect, it } from "vitest";
import type { CurrentStore } from "./contract.js";
import { NOW, together } from "./samples.js";

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
  });
}

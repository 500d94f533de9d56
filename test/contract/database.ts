import { describe, expect, it } from "vitest";
import type { CurrentStore } from "./contract.js";
import {
  NOW,
  sampleAudit,
  sampleMail,
  sampleSession,
  sampleSettings,
  sampleUser,
  together,
} from "./samples.js";

export function databaseContract(current: CurrentStore): void {
  describe("the database itself", () => {
    it("has version 0 and no settings before its first migration, and the latest after it", async () => {
      const store = current();
      const { version, latest } = await store.schema();
      expect(version).toBe(0);
      expect(latest).toBeGreaterThan(0);
      expect(await store.readSettings()).toBeNull();

      const names = await store.migrate();
      expect(names).toHaveLength(latest);
      expect(await store.schema()).toEqual({ version: latest, latest });
    });

    it("migrates once, however many ask at once", async () => {
      const store = current();
      const runs = await together(50, () => store.migrate());
      expect(runs.filter((names) => names.length > 0)).toHaveLength(1);
    });

    it("sets the settings by compare and set", async () => {
      const store = current();
      await store.migrate();
      const settings = sampleSettings();
      expect(await store.writeSettings(1, settings)).toBe(false);
      expect(await store.writeSettings(null, settings)).toBe(true);
      expect(await store.writeSettings(null, settings)).toBe(false);
      expect(await store.readSettings()).toEqual(settings);

      const next = { ...settings, secretFingerprints: ["second", "first"], version: 2 };
      expect(await store.writeSettings(1, next)).toBe(true);
      expect(await store.writeSettings(1, next)).toBe(false);
      expect(await store.readSettings()).toEqual(next);
    });

    it("lets one of many openers write the first settings", async () => {
      const store = current();
      await store.migrate();
      const wins = await together(50, (at) =>
        store.writeSettings(null, sampleSettings({ name: `space ${at}` })),
      );
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect((await store.readSettings())?.name).toBe(`space ${wins.indexOf(true)}`);
    });

    it("answers a ping and tells its time", async () => {
      const store = current();
      await store.ping();
      expect(Math.abs((await store.now()) - Date.now())).toBeLessThan(5000);
    });

    it("counts what it holds", async () => {
      const store = current();
      await store.migrate();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, [sampleAudit(), sampleMail()]);
      await store.createSession(
        sampleSession(ada.user.id),
        { recordSignIn: false, keep: 1000, settle: [] },
        [],
      );
      await store.hitLimits([{ key: "a", rule: { max: 1, window: null } }], NOW);
      const statistics = await store.statistics();
      expect(statistics).toMatchObject({
        users: 1,
        sessions: 1,
        codes: 0,
        limits: 1,
        mailsQueued: 1,
        mailsFailed: 0,
        audit: 1,
        sequences: 0,
      });
      expect(statistics.dataBytes).toBeGreaterThan(0);
      expect(statistics.indexBytes).toBeGreaterThan(0);
      expect(statistics.storageBytes).toBeGreaterThanOrEqual(statistics.dataBytes + statistics.indexBytes);
      expect(statistics.raw).toBeTypeOf("object");
    });

    it("finishes what was accepted when it closes, and says so to whoever comes later", async () => {
      const store = current();
      await store.migrate();
      const writes = together(50, () => store.addEvents([sampleAudit()]));
      const closing = store.close();
      await writes;
      await closing;
      await store.close();
      await expect(store.ping()).rejects.toMatchObject({ code: "closed" });
      await expect(store.addEvents([sampleAudit()])).rejects.toMatchObject({ code: "closed" });
      await expect(store.countUsers({})).rejects.toMatchObject({ code: "closed" });
    });
  });
}

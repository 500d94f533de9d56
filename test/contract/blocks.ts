import { describe, expect, it } from "vitest";
import type { BlockRecord } from "#dist/store/contract.js";
import type { CurrentStore } from "./contract.js";
import { NOW, sampleAudit } from "./samples.js";

function sampleBlock(more: Partial<BlockRecord> = {}): BlockRecord {
  return {
    key: "e:eve@example.com",
    value: "Eve@example.com",
    since: NOW,
    until: null,
    reason: null,
    ...more,
  };
}

export function blocksContract(current: CurrentStore): void {
  describe("blocks on names", () => {
    it("lays one, finds it by its key, and replaces it", async () => {
      const store = current();
      await store.putBlock(sampleBlock(), [sampleAudit({ action: "block.laid" })]);
      expect(await store.findBlocks(["e:nobody@example.com", "e:eve@example.com"])).toEqual([sampleBlock()]);
      const next = sampleBlock({ reason: "spam", until: NOW + 1000 });
      await store.putBlock(next, []);
      expect(await store.findBlocks([next.key])).toEqual([next]);
      expect(await store.findBlocks([])).toEqual([]);
      expect((await store.listAudit({ before: null, size: 10 })).map((row) => row.action)).toEqual([
        "block.laid",
      ]);
    });

    it("removes one once, and tells of it only then", async () => {
      const store = current();
      await store.putBlock(sampleBlock(), []);
      const lifted = [sampleAudit({ action: "block.lifted" })];
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          store.removeBlock("e:eve@example.com", [sampleAudit({ action: "block.lifted" })]),
        ),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.removeBlock("e:eve@example.com", lifted)).toBe(false);
      expect(await store.listAudit({ before: null, size: 100 })).toHaveLength(1);
    });

    it("lists them by key, page by page", async () => {
      const store = current();
      const keys = ["e:a@example.com", "e:b@example.com", "u:carl"];
      for (const key of [...keys].reverse())
        await store.putBlock(sampleBlock({ key, value: key.slice(2) }), []);
      const first = await store.listBlocks({ after: null, size: 2 });
      expect(first.map((block) => block.key)).toEqual(keys.slice(0, 2));
      const rest = await store.listBlocks({ after: "e:b@example.com", size: 2 });
      expect(rest.map((block) => block.key)).toEqual(keys.slice(2));
    });

    it("forgets those that have lifted by themselves, in housekeeping", async () => {
      const store = current();
      await store.putBlock(sampleBlock({ key: "e:over@example.com", until: NOW }), []);
      await store.putBlock(sampleBlock({ key: "e:later@example.com", until: NOW + 1 }), []);
      await store.putBlock(sampleBlock({ key: "e:ever@example.com" }), []);
      const counts = await store.cleanup({
        now: NOW,
        sessionsBefore: 0,
        auditBefore: null,
        pendingBefore: 0,
        mailBefore: 0,
        size: 10,
      });
      expect(counts.blocks).toBe(1);
      const left = await store.listBlocks({ after: null, size: 10 });
      expect(left.map((block) => block.key)).toEqual(["e:ever@example.com", "e:later@example.com"]);
    });
  });
}

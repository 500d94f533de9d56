import { describe, expect, it } from "vitest";
import type { RecordKind } from "#dist/store/contract.js";
import type { CurrentStore } from "./contract.js";
import {
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  sampleSession,
  sampleSettings,
  sampleUser,
} from "./samples.js";

const KINDS: readonly RecordKind[] = [
  "users",
  "sessions",
  "codes",
  "limits",
  "blocks",
  "mails",
  "audit",
  "sequences",
];

/** One record of each kind. */
async function fill(store: ReturnType<CurrentStore>): Promise<void> {
  const ada = sampleUser({ username: "ada" });
  await store.createUser(ada, 0, [sampleAudit(), sampleMail()]);
  await store.createSession(sampleSession(ada.user.id), { recordSignIn: false, keep: 10, settle: [] }, []);
  await store.putCode(sampleCode({ userId: ada.user.id }), []);
  await store.hitLimits([{ key: "spec", rule: { max: 1, window: null } }], NOW);
  await store.putBlock({ key: "u:eve", value: "eve", since: NOW, until: null, reason: null }, []);
  await store.nextNumber("spec");
}

async function countEach(store: ReturnType<CurrentStore>): Promise<Record<RecordKind, number>> {
  const { users, sessions, codes, limits, blocks, mailsQueued, audit, sequences } = await store.statistics();
  return { users, sessions, codes, limits, blocks, mails: mailsQueued, audit, sequences };
}

const ONE_OF_EACH: Record<RecordKind, number> = {
  users: 1,
  sessions: 1,
  codes: 1,
  limits: 1,
  blocks: 1,
  mails: 1,
  audit: 1,
  sequences: 1,
};

export function partsContract(current: CurrentStore): void {
  describe("parts", () => {
    for (const kind of KINDS)
      it(`drops the ${kind} alone, and makes them again, empty and whole`, async () => {
        const store = current();
        await fill(store);
        expect(await countEach(store)).toEqual(ONE_OF_EACH);
        await store.dropPart(kind);
        await store.dropPart(kind);
        await store.createPart(kind);
        expect(await countEach(store)).toEqual({ ...ONE_OF_EACH, [kind]: 0 });
        await store.createPart(kind);
      });

    it("keeps names unique in users that were made again", async () => {
      const store = current();
      await store.dropPart("users");
      await store.createPart("users");
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => store.createUser(sampleUser({ username: "Ada" }), 0, [])),
      );
      expect(answers.filter((answer) => answer.status === "created")).toHaveLength(1);
    });

    it("leaves what is there alone when asked to make it", async () => {
      const store = current();
      await fill(store);
      for (const kind of KINDS) await store.createPart(kind);
      await store.createPart("all");
      expect(await countEach(store)).toEqual(ONE_OF_EACH);
    });

    it("drops everything, settings included, and begins anew", async () => {
      const store = current();
      await fill(store);
      await store.writeSettings(null, sampleSettings());
      await store.dropPart("all");
      expect((await store.schema()).version).toBe(0);
      expect(await store.readSettings()).toBeNull();
      await store.createPart("all");
      const { version, latest } = await store.schema();
      expect(version).toBe(latest);
      expect(await store.readSettings()).toBeNull();
      await fill(store);
      expect(await countEach(store)).toEqual(ONE_OF_EACH);
    });
  });
}

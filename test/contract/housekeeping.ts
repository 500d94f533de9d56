import { describe, expect, it } from "vitest";
import { idKey } from "#dist/base/keys.js";
import type { CleanupLimits } from "#dist/store/contract.js";
import type { CurrentStore } from "./contract.js";
import {
  DAY,
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  sampleSession,
  sampleUser,
  together,
} from "./samples.js";

const LIMITS: CleanupLimits = {
  now: NOW,
  sessionsBefore: NOW - 30 * DAY,
  auditBefore: NOW - 365 * DAY,
  pendingBefore: NOW - DAY,
  mailBefore: NOW - 30 * DAY,
  size: 100,
};
const NOTHING = { sessions: 0, codes: 0, limits: 0, users: 0, mails: 0, audit: 0, blocks: 0 };

export function housekeepingContract(current: CurrentStore): void {
  describe("turns", () => {
    it("gives a turn to one owner until it ends, and to the same again", async () => {
      const store = current();
      expect(await store.takeTurn("mail", "one", NOW + 100, NOW)).toBe(true);
      expect(await store.takeTurn("mail", "two", NOW + 200, NOW + 99)).toBe(false);
      expect(await store.takeTurn("other", "two", NOW + 200, NOW)).toBe(true);
      expect(await store.takeTurn("mail", "one", NOW + 150, NOW + 99)).toBe(true);
      expect(await store.takeTurn("mail", "two", NOW + 250, NOW + 149)).toBe(false);
      expect(await store.takeTurn("mail", "two", NOW + 250, NOW + 150)).toBe(true);
    });

    it("gives it to one of 100 who want it at once", async () => {
      const store = current();
      const wins = await together(100, (at) => store.takeTurn("mail", `owner ${at}`, NOW + 100, NOW));
      expect(wins.filter(Boolean)).toHaveLength(1);
    });
  });

  describe("cleanup", () => {
    it("removes what is over and keeps the rest", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      const oldPending = sampleUser({ username: "old", state: "pending", createdAt: NOW - DAY - 1 });
      const newPending = sampleUser({ username: "new", state: "pending", createdAt: NOW - DAY });
      for (const user of [ada, oldPending, newPending]) await store.createUser(user, 0, []);
      const [idle, aged, fresh] = [
        sampleSession(ada.user.id, { expiresAt: LIMITS.sessionsBefore - 1 }),
        sampleSession(ada.user.id, { absoluteEnd: LIMITS.sessionsBefore - 1 }),
        sampleSession(ada.user.id, { expiresAt: LIMITS.sessionsBefore, absoluteEnd: null }),
      ];
      for (const session of [idle, aged, fresh])
        await store.createSession(session, { recordSignIn: false, keep: 1000, settle: [] }, []);
      const [deadCode, openCode] = [sampleCode({ endsAt: NOW }), sampleCode({ endsAt: NOW + 1 })];
      await store.putCode(deadCode, []);
      await store.putCode(openCode, []);
      await store.hitLimits([{ key: "over", rule: { max: 5, window: 10 } }], NOW - 10);
      await store.hitLimits([{ key: "running", rule: { max: 5, window: 11 } }], NOW - 10);
      await store.hitLimits([{ key: "endless", rule: { max: 5, window: null } }], 0);
      await store.addEvents([
        sampleAudit({ at: NOW - 365 * DAY - 1 }),
        sampleAudit({ at: NOW - 365 * DAY }),
        sampleMail({ at: NOW - 90 * DAY }),
      ]);

      expect(await store.cleanup(LIMITS)).toEqual({
        sessions: 2,
        codes: 1,
        limits: 1,
        users: 1,
        mails: 0,
        audit: 1,
        blocks: 0,
      });
      expect(await store.cleanup(LIMITS)).toEqual(NOTHING);
      expect(await store.checkSession(fresh.tokenHash, { data: false })).not.toBeNull();
      expect(await store.findCode({ id: openCode.id })).not.toBeNull();
      expect(await store.findUser([idKey(oldPending.user.id)], { pending: true })).toBeNull();
      expect(await store.findUser([idKey(newPending.user.id)], { pending: true })).not.toBeNull();
      expect(await store.statistics()).toMatchObject({ limits: 2, audit: 1, mailsQueued: 1 });
    });

    it("removes mails that failed long ago, and never one that is queued", async () => {
      const store = current();
      const mail = sampleMail({ at: NOW - 90 * DAY });
      await store.addEvents([mail, sampleMail({ at: NOW - 91 * DAY })]);
      const then = NOW - 31 * DAY;
      await store.claimMail({ owner: "one", now: then, leaseUntil: then + 10, size: 10 });
      await store.settleMail(mail.id, "one", { status: "failed", error: "550" }, then);
      expect((await store.cleanup(LIMITS)).mails).toBe(1);
      expect(await store.listMail({ after: null, size: 10 })).toHaveLength(1);
    });

    it("keeps the audit where it has no end, and works in batches", async () => {
      const store = current();
      await store.addEvents(Array.from({ length: 10 }, () => sampleAudit({ at: NOW - 400 * DAY })));
      for (let at = 0; at < 10; at++) await store.putCode(sampleCode({ endsAt: NOW - 1 }), []);
      const small = { ...LIMITS, size: 4 };
      expect((await store.cleanup({ ...small, auditBefore: null })).audit).toBe(0);
      const counts = [await store.cleanup(small), await store.cleanup(small), await store.cleanup(small)];
      expect(counts.map(({ audit }) => audit)).toEqual([4, 4, 2]);
      expect(counts.map(({ codes }) => codes)).toEqual([4, 2, 0]);
    });

    it("removes no limit that is counted anew while it looks, 40 of each at once", async () => {
      const store = current();
      const rule = { max: 10_000, window: 1000 };
      const keys = Array.from({ length: 20 }, (_, at) => `key-${at}`);
      for (let round = 1; round <= 5; round++) {
        // All of the last round are over.
        const now = NOW + round * 10_000;
        const hits = together(40, () =>
          store.hitLimits(
            keys.map((key) => ({ key, rule })),
            now,
          ),
        );
        await Promise.all([hits, together(40, () => store.cleanup({ ...LIMITS, now }))]);
        for (const key of keys) expect((await store.readLimit(key))?.count).toBe(40);
      }
    });

    it("removes no sign-up that is confirmed while it looks", async () => {
      const store = current();
      const users = Array.from({ length: 30 }, (_, at) =>
        sampleUser({ username: `user-${at}`, state: "pending", createdAt: NOW - 9 * DAY }),
      );
      await store.writeRecords("users", users);
      const [answers] = await Promise.all([
        Promise.all(
          users.map(({ user }) => store.updateUser(user.id, null, { state: "active" }, NOW, 0, [])),
        ),
        together(10, () => store.cleanup({ ...LIMITS, pendingBefore: NOW, size: 7 })),
      ]);
      for (const [at, answer] of answers.entries()) {
        const found = await store.findUser([`u:user-${at}`]);
        expect(found?.state).toBe(answer.status === "updated" ? "active" : undefined);
        const byId = await store.findUser([idKey(users[at]?.user.id ?? "")]);
        expect(byId?.id).toBe(found?.id);
      }
    });
  });
}

import { describe, expect, it } from "vitest";
import type { CurrentStore } from "./contract.js";
import { NOW, sampleAudit, sampleMail, together } from "./samples.js";

export function eventsContract(current: CurrentStore): void {
  describe("audit", () => {
    it("lists what happened, newest first, by user and action, in pages", async () => {
      const store = current();
      const events = Array.from({ length: 6 }, (_, at) =>
        sampleAudit({
          at: NOW + at,
          userId: at % 2 === 0 ? "even" : null,
          action: at < 3 ? "first" : "second",
          actor: "somebody",
          ip: "203.0.113.7",
          userAgent: "Suite/1.0",
          requestId: "r1",
          details: '{"why":"because"}',
        }),
      );
      await store.addEvents(events);
      const newestFirst = events.toReversed();
      expect(await store.listAudit({ before: null, size: 10 })).toEqual(newestFirst);
      expect(await store.listAudit({ before: newestFirst[1]?.id ?? "", size: 2 })).toEqual(
        newestFirst.slice(2, 4),
      );
      expect(await store.listAudit({ userId: "even", before: null, size: 10 })).toEqual(
        newestFirst.filter(({ userId }) => userId === "even"),
      );
      expect(await store.listAudit({ userId: "even", action: "first", before: null, size: 10 })).toEqual([
        events[2],
        events[0],
      ]);
    });

    it("adds an event once, however often it comes", async () => {
      const store = current();
      const events = [sampleAudit(), sampleMail()];
      await together(5, () => store.addEvents(events));
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(1);
      expect(await store.listMail({ after: null, size: 10 })).toHaveLength(1);
    });
  });

  describe("mail", () => {
    it("queues mails, due at once", async () => {
      const store = current();
      expect(await store.nextMailAt()).toBeNull();
      const mail = sampleMail({ userId: "u", codeId: "c", payload: '{"a":1}' });
      await store.addEvents([mail, sampleMail({ at: NOW + 5 })]);
      expect(await store.nextMailAt()).toBe(NOW);
      expect((await store.listMail({ after: null, size: 1 }))[0]).toEqual({
        id: mail.id,
        template: mail.template,
        to: mail.to,
        userId: "u",
        locale: "en",
        codeId: "c",
        payload: '{"a":1}',
        createdAt: NOW,
        dueAt: NOW,
        tries: 0,
        state: "queued",
        lastError: null,
      });
      expect(await store.listMail({ state: "failed", after: null, size: 10 })).toEqual([]);
      expect(await store.listMail({ state: "queued", after: mail.id, size: 10 })).toHaveLength(1);
    });

    it("hands out what is due, longest due first, and leases it", async () => {
      const store = current();
      const mails = [NOW + 2, NOW, NOW + 1].map((at) => sampleMail({ at }));
      await store.addEvents([...mails, sampleMail({ at: NOW + 50 })]);
      const claim = { owner: "one", now: NOW + 10, leaseUntil: NOW + 100, size: 2 };
      const first = await store.claimMail(claim);
      expect(first.map(({ createdAt }) => createdAt)).toEqual([NOW, NOW + 1]);
      expect(first.map(({ tries }) => tries)).toEqual([1, 1]);
      expect((await store.claimMail(claim)).map(({ createdAt }) => createdAt)).toEqual([NOW + 2]);
      expect(await store.claimMail(claim)).toEqual([]);
      expect(await store.nextMailAt()).toBe(NOW + 50);
    });

    it("hands a mail out again when the lease is over, and hears no more of the first owner", async () => {
      const store = current();
      const mail = sampleMail();
      await store.addEvents([mail]);
      await store.claimMail({ owner: "one", now: NOW, leaseUntil: NOW + 100, size: 5 });
      expect(await store.nextMailAt()).toBe(NOW + 100);
      expect(await store.claimMail({ owner: "two", now: NOW + 99, leaseUntil: NOW + 200, size: 5 })).toEqual(
        [],
      );
      const again = await store.claimMail({ owner: "two", now: NOW + 100, leaseUntil: NOW + 200, size: 5 });
      expect(again).toMatchObject([{ id: mail.id, tries: 2 }]);
      expect(await store.settleMail(mail.id, "one", { status: "sent" }, NOW + 150)).toBe(false);
      expect(await store.settleMail(mail.id, "two", { status: "sent" }, NOW + 150)).toBe(true);
      expect(await store.settleMail(mail.id, "two", { status: "sent" }, NOW + 150)).toBe(false);
      expect(await store.nextMailAt()).toBeNull();
    });

    it("keeps a mail for later, or as failed", async () => {
      const store = current();
      const [later, never] = [sampleMail(), sampleMail({ at: NOW + 1 })];
      await store.addEvents([later, never]);
      const claim = { owner: "one", now: NOW + 5, leaseUntil: NOW + 100, size: 5 };
      await store.claimMail(claim);
      const retry = { status: "retry", dueAt: NOW + 60, error: "451 later" } as const;
      expect(await store.settleMail(later.id, "one", retry, NOW + 6)).toBe(true);
      expect(await store.settleMail(later.id, "one", retry, NOW + 6)).toBe(false);
      const failed = { status: "failed", error: "550 never" } as const;
      expect(await store.settleMail(never.id, "one", failed, NOW + 6)).toBe(true);
      expect(await store.nextMailAt()).toBe(NOW + 60);
      expect(await store.listMail({ state: "failed", after: null, size: 5 })).toMatchObject([
        { id: never.id, state: "failed", lastError: "550 never" },
      ]);
      expect(await store.claimMail({ ...claim, now: NOW + 500, leaseUntil: NOW + 600 })).toMatchObject([
        { id: later.id, lastError: "451 later", tries: 2 },
      ]);
      expect(await store.statistics()).toMatchObject({ mailsQueued: 1, mailsFailed: 1 });
    });

    it("revises a mail that nobody holds: due anew, or gone", async () => {
      const store = current();
      const [failed, held, waiting] = [
        sampleMail(),
        sampleMail({ at: NOW + 1 }),
        sampleMail({ at: NOW + 2 }),
      ];
      await store.addEvents([failed, held, waiting]);
      await store.claimMail({ owner: "one", now: NOW + 1, leaseUntil: NOW + 100, size: 2 });
      await store.settleMail(failed.id, "one", { status: "failed", error: "550 never" }, NOW + 5);
      const told = () => [sampleAudit()];
      expect(await store.reviseMail(failed.id, "retry", NOW + 9, told())).toBe(true);
      expect(await store.listMail({ id: failed.id, after: null, size: 5 })).toMatchObject([
        { id: failed.id, state: "queued", dueAt: NOW + 9, tries: 0 },
      ]);
      for (const revision of ["retry", "drop"] as const) {
        expect(await store.reviseMail(held.id, revision, NOW + 99, told())).toBe(false);
        expect(await store.reviseMail("nothing", revision, NOW + 99, told())).toBe(false);
      }
      expect(await store.reviseMail(waiting.id, "drop", NOW + 9, told())).toBe(true);
      expect(await store.reviseMail(held.id, "drop", NOW + 100, told())).toBe(true);
      expect(await store.listMail({ after: null, size: 5 })).toHaveLength(1);
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(3);
    });

    it("never hands one mail to two owners", async () => {
      const store = current();
      await store.addEvents(Array.from({ length: 100 }, () => sampleMail()));
      const claims = await together(50, (at) =>
        store.claimMail({ owner: `owner ${at}`, now: NOW, leaseUntil: NOW + 100, size: 7 }),
      );
      const ids = claims.flat().map(({ id }) => id);
      expect(ids).toHaveLength(100);
      expect(new Set(ids).size).toBe(100);
    });
  });
}

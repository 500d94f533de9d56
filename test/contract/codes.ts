import { describe, expect, it } from "vitest";
import { newId } from "#dist/base/ids.js";
import type { CodeRecord, CodeRedemption } from "#dist/store/contract.js";
import type { CurrentStore } from "./contract.js";
import { countOf, NOW, sampleAudit, sampleCode, sampleMail, together } from "./samples.js";

function redemption(code: CodeRecord, more: Partial<CodeRedemption> = {}): CodeRedemption {
  return {
    lookup: { id: code.id },
    kind: "short",
    hashes: ["short"],
    purpose: "verify-email",
    operationId: newId(NOW),
    now: NOW,
    ...more,
  };
}

export function codesContract(current: CurrentStore): void {
  describe("codes", () => {
    it("finds a code by id, ticket, or user and slot", async () => {
      const store = current();
      const code = sampleCode({ payload: '{"a":1}', purposes: ["verify-email", "change-email"] });
      await store.putCode(code, [sampleAudit(), sampleMail({ codeId: code.id })]);
      expect(await store.findCode({ id: code.id })).toEqual(code);
      expect(await store.findCode({ ticketHash: code.ticketHash ?? "" })).toEqual(code);
      expect(await store.findCode({ userId: code.userId ?? "", slot: code.slot })).toEqual(code);
      expect(await store.findCode({ userId: code.userId ?? "", slot: "other" })).toBeNull();
      expect(await store.findCode({ ticketHash: "other" })).toBeNull();
      expect(await store.listMail({ after: null, size: 10 })).toHaveLength(1);
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(1);
    });

    it("keeps one code a user and slot, and one a ticket", async () => {
      const store = current();
      const first = sampleCode();
      const second = sampleCode({ userId: first.userId });
      const elsewhere = sampleCode({ userId: first.userId, slot: "other" });
      for (const code of [first, second, elsewhere]) await store.putCode(code, []);
      expect(await store.findCode({ id: first.id })).toBeNull();
      expect(await store.findCode({ id: second.id })).toEqual(second);
      expect(await store.findCode({ id: elsewhere.id })).toEqual(elsewhere);

      const moved = sampleCode({ ticketHash: second.ticketHash });
      await store.putCode(moved, []);
      expect(await store.findCode({ id: second.id })).toBeNull();
      expect(await store.findCode({ ticketHash: second.ticketHash ?? "" })).toEqual(moved);

      const unticketed = [sampleCode({ ticketHash: null }), sampleCode({ ticketHash: null })];
      for (const code of unticketed) await store.putCode(code, []);
      for (const code of unticketed) expect(await store.findCode({ id: code.id })).toEqual(code);
    });

    it("fills the secrets into an open code at hand-over", async () => {
      const store = current();
      const empty = sampleCode({
        shortHash: null,
        linkHash: null,
        shortExpiresAt: null,
        linkExpiresAt: null,
        triesLeft: 0,
      });
      await store.putCode(empty, []);
      expect((await store.redeemCode(redemption(empty))).status).toBe("dead");
      const secrets = {
        shortHash: "short",
        linkHash: "link",
        shortExpiresAt: NOW + 1,
        linkExpiresAt: NOW + 2,
        triesLeft: 5,
      };
      expect(await store.fillCode(empty.id, secrets)).toEqual({ ...empty, ...secrets });
      expect((await store.redeemCode(redemption(empty))).status).toBe("redeemed");
      expect(await store.fillCode(empty.id, secrets)).toBeNull();
      expect(await store.fillCode("nothing", secrets)).toBeNull();
    });

    it.each(["short", "link"] as const)("redeems a %s once, and the same attempt again", async (kind) => {
      const store = current();
      const code = sampleCode();
      await store.putCode(code, []);
      const attempt = redemption(code, { kind, hashes: ["no", kind] });
      const outcome = await store.redeemCode(attempt);
      expect(outcome).toMatchObject({ status: "redeemed", code: { id: code.id, usedAt: NOW } });
      expect(await store.redeemCode(attempt)).toEqual(outcome);
      expect(await store.redeemCode({ ...attempt, operationId: "other" })).toEqual({ status: "dead" });
      expect((await store.findCode({ id: code.id }))?.usedAt).toBe(NOW);
    });

    it("charges a try for each wrong code, and is dead without tries", async () => {
      const store = current();
      const code = sampleCode({ triesLeft: 2 });
      await store.putCode(code, []);
      const wrong = { hashes: ["no"] };
      expect(await store.redeemCode(redemption(code, wrong))).toEqual({ status: "wrong", triesLeft: 1 });
      expect(await store.redeemCode(redemption(code, wrong))).toEqual({ status: "wrong", triesLeft: 0 });
      expect(await store.redeemCode(redemption(code))).toEqual({ status: "dead" });
    });

    it("charges nothing for a wrong link", async () => {
      const store = current();
      const code = sampleCode({ triesLeft: 1 });
      await store.putCode(code, []);
      const wrong = { kind: "link", hashes: ["short"] } as const;
      expect(await store.redeemCode(redemption(code, wrong))).toEqual({ status: "wrong", triesLeft: 1 });
      expect((await store.redeemCode(redemption(code))).status).toBe("redeemed");
    });

    it("only compares where it is to be kept: a right one stays with its tries, a wrong one pays", async () => {
      const store = current();
      for (const kind of ["short", "link"] as const) {
        const code = sampleCode({ triesLeft: 2 });
        await store.putCode(code, []);
        const look = (hashes: readonly string[]) =>
          store.redeemCode(redemption(code, { kind, hashes, keep: true }));
        for (let times = 0; times < 5; times++) expect(await look([kind])).toEqual({ status: "right", code });
        expect(await store.findCode({ id: code.id })).toEqual(code);
        const triesLeft = kind === "short" ? 1 : 2;
        expect(await look(["no"])).toEqual({ status: "wrong", triesLeft });
        expect((await store.redeemCode(redemption(code, { kind, hashes: [kind] }))).status).toBe("redeemed");
        expect(await look([kind])).toEqual({ status: "dead" });
      }
    });

    it("compares no more wrong guesses than it has tries where it is to be kept either, and gives no try twice", async () => {
      const store = current();
      const code = sampleCode({ triesLeft: 5 });
      await store.putCode(code, []);
      const outcomes = await together(200, (at) =>
        store.redeemCode(redemption(code, { hashes: [at % 4 === 0 ? "short" : `guess ${at}`], keep: true })),
      );
      // Those are dead, wrong or right, that come when the tries are all spent, or lent to others for a moment.
      const wrong = countOf(outcomes, "wrong");
      expect(wrong).toBeLessThanOrEqual(5);
      expect((await store.findCode({ id: code.id }))?.triesLeft).toBe(5 - wrong);
      for (let left = 5 - wrong; left > 0; left--)
        expect((await store.redeemCode(redemption(code, { hashes: ["no"], keep: true }))).status).toBe(
          "wrong",
        );
      expect((await store.redeemCode(redemption(code, { keep: true }))).status).toBe("dead");
    });

    it("is dead when late, over, empty or for something else, each kind by its own expiry", async () => {
      const store = current();
      const dead = async (code: CodeRecord, more: Partial<CodeRedemption> = {}) => {
        await store.putCode(code, []);
        expect(await store.redeemCode(redemption(code, more))).toEqual({ status: "dead" });
        expect((await store.findCode({ id: code.id }))?.triesLeft).toBe(code.triesLeft);
      };
      const late = sampleCode();
      await dead(late, { now: late.shortExpiresAt ?? 0 });
      await dead(sampleCode(), { kind: "link", hashes: ["link"], now: late.linkExpiresAt ?? 0 });
      await dead(sampleCode({ shortExpiresAt: NOW + 10, endsAt: NOW + 5 }), { now: NOW + 5 });
      await dead(sampleCode({ purposes: ["reset-password"] }));
      await dead(sampleCode({ shortHash: null }));
      await dead(sampleCode({ linkHash: null }), { kind: "link", hashes: ["link"] });
      await dead(sampleCode(), { lookup: { ticketHash: "no such ticket" } });
      const inTime = sampleCode();
      await store.putCode(inTime, []);
      const link = redemption(inTime, { kind: "link", hashes: ["link"], now: inTime.shortExpiresAt ?? 0 });
      expect((await store.redeemCode(link)).status).toBe("redeemed");
    });

    it("is redeemed by one of 100 who have it", async () => {
      const store = current();
      for (const kind of ["short", "link"] as const) {
        const code = sampleCode({ triesLeft: 1000 });
        await store.putCode(code, []);
        const outcomes = await together(100, () =>
          store.redeemCode(redemption(code, { kind, hashes: [kind] })),
        );
        expect(countOf(outcomes, "redeemed")).toBe(1);
        expect(countOf(outcomes, "dead")).toBe(99);
      }
    });

    it("compares no more guesses than it has tries, however many come at once", async () => {
      const store = current();
      const code = sampleCode({ triesLeft: 5 });
      await store.putCode(code, []);
      const outcomes = await together(100, (at) =>
        store.redeemCode(redemption(code, { hashes: [`guess ${at}`] })),
      );
      expect(countOf(outcomes, "wrong")).toBe(5);
      expect(countOf(outcomes, "dead")).toBe(95);
      expect((await store.redeemCode(redemption(code))).status).toBe("dead");
      // A stranger's guesses at the typed code take nothing from the link in the owner's mail.
      const link = redemption(code, { kind: "link", hashes: ["link"] });
      expect((await store.redeemCode(link)).status).toBe("redeemed");
    });

    it("discards a user's open codes that serve any of some purposes", async () => {
      const store = current();
      const userId = newId(NOW);
      const reset = sampleCode({ userId, slot: "1", purposes: ["reset-password", "sign-in"] });
      const verify = sampleCode({ userId, slot: "2" });
      const used = sampleCode({ userId, slot: "3", purposes: ["sign-in"], usedAt: NOW });
      const others = sampleCode({ purposes: ["sign-in"] });
      for (const code of [reset, verify, used, others]) await store.putCode(code, []);
      expect(await store.discardCodes(userId, ["sign-in", "unlock"])).toBe(1);
      expect(await store.findCode({ id: verify.id })).toEqual(verify);
      expect(await store.findCode({ id: others.id })).toEqual(others);
      expect(await store.redeemCode(redemption(reset, { purpose: "sign-in" }))).toEqual({ status: "dead" });
    });
  });
}

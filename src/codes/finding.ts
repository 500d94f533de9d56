import type { Clock } from "../base/clock.js";
import { equalInConstantTime, sha256 } from "../base/crypto.js";
import { requireText } from "../base/input.js";
import { type IdentifierMode, idKey, keysOfTyped } from "../base/keys.js";
import type { CodeProof } from "../space/contract.js";
import type { CodeRecord, Store } from "../store/contract.js";
import type { DeskPurpose } from "./purposes.js";
import { type CodeSecrets, readLink } from "./secrets.js";

/** A record that was found by what somebody presented. The text is compared when it is redeemed. */
export interface FoundCode {
  readonly code: CodeRecord;
  readonly kind: "short" | "link";
  readonly text: string;
  /** Whether the ticket that came along is the one that the request answered with. */
  readonly hasTicket: boolean;
}

/** Where a code lies that is confirmed without its ticket: one for each user and purpose, and one that serves several. */
export function userSlot(purposes: readonly DeskPurpose[]): string {
  return `user:${purposes.length === 1 ? purposes[0] : "several"}`;
}

export function isOpen(code: CodeRecord | null, now: number): code is CodeRecord {
  return code !== null && code.usedAt === null && now < code.endsAt;
}

/** Finds open codes: by ticket, by link, or by whose they are. Uses nothing up. */
export interface CodeFinder {
  byTicket(ticket: string): Promise<CodeRecord | null>;
  byLink(link: string): Promise<CodeRecord | null>;
  find(purposes: readonly DeskPurpose[], proof: CodeProof): Promise<FoundCode | null>;
}

export function createCodeFinder(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly secrets: CodeSecrets;
}): CodeFinder {
  const { store, clock, mode, secrets } = deps;

  async function byTicket(ticket: string): Promise<CodeRecord | null> {
    const code = await store.findCode({ ticketHash: sha256(requireText(ticket, "ticket", 256)) });
    return isOpen(code, clock.now()) ? code : null;
  }

  async function byLink(text: string): Promise<CodeRecord | null> {
    const link = readLink(requireText(text, "link", 512));
    if (link === null) return null;
    const code = await store.findCode({ id: link.id });
    const now = clock.now();
    if (!isOpen(code, now) || code.linkHash === null || now >= (code.linkExpiresAt ?? 0)) return null;
    const fits = secrets
      .candidates("link", code.id, link.token)
      .some((candidate) => equalInConstantTime(candidate, code.linkHash ?? ""));
    return fits ? code : null;
  }

  /** Of the code for this alone and the one for several things the newer counts: it is the one that was asked for last. */
  async function byUser(
    proof: { readonly userId: string } | { readonly identifier: string },
    purpose: DeskPurpose,
  ): Promise<CodeRecord | null> {
    const keys =
      "userId" in proof
        ? [idKey(requireText(proof.userId, "userId"))]
        : keysOfTyped(requireText(proof.identifier, "identifier"), mode);
    const user = await store.findUser(keys);
    if (user === null) return null;
    const slots = [userSlot([purpose]), "user:several"];
    const found = await Promise.all(slots.map((slot) => store.findCode({ userId: user.id, slot })));
    const newest = found
      .filter((code) => code?.purposes.includes(purpose) === true)
      .reduce((best, code) => ((code?.createdAt ?? 0) > (best?.createdAt ?? 0) ? code : best), null);
    return isOpen(newest, clock.now()) ? newest : null;
  }

  return {
    byTicket,
    byLink,
    async find(purposes, proof) {
      const ticket = "ticket" in proof ? proof.ticket : undefined;
      const hash = ticket === undefined ? null : sha256(requireText(ticket, "ticket", 256));
      const found = await findRecord(purposes, proof);
      if (found === null || !purposes.some((purpose) => found.code.purposes.includes(purpose))) return null;
      const own = found.code.ticketHash;
      return { ...found, hasTicket: hash !== null && own !== null && equalInConstantTime(hash, own) };
    },
  };

  async function findRecord(
    purposes: readonly DeskPurpose[],
    proof: CodeProof,
  ): Promise<Omit<FoundCode, "hasTicket"> | null> {
    if ("link" in proof) {
      const code = await byLink(proof.link);
      return code === null ? null : { code, kind: "link", text: readLink(proof.link)?.token ?? "" };
    }
    const text = requireText(proof.code, "code", 64);
    const [purpose] = purposes;
    const code =
      "ticket" in proof && proof.ticket !== undefined
        ? await byTicket(proof.ticket)
        : ("userId" in proof || "identifier" in proof) && purpose !== undefined
          ? await byUser(proof, purpose)
          : null;
    return code === null ? null : { code, kind: "short", text };
  }
}

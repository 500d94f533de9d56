import { type Clock, DAY } from "../base/clock.js";
import { equalInConstantTime, newToken, sha256 } from "../base/crypto.js";
import { newId } from "../base/ids.js";
import { requireText } from "../base/input.js";
import type { ActionRules } from "../limits/actions.js";
import { byAddress, type Guard } from "../limits/guard.js";
import type { CodeProof, JsonObject, Limited } from "../space/contract.js";
import type { CodeRecord, MailRecord, Store, StoreEvent } from "../store/contract.js";
import {
  type CodeSecrets,
  LINK_LIFETIME,
  readLink,
  SHORT_LIFETIME,
  SHORT_TRIES,
  writeLink,
} from "./secrets.js";

/** How long a record may wait for its mail to leave and its person to come; longer than the courier ever tries. */
const RECORD_LIFETIME = 4 * DAY;

/** Everything that codes serve, the set-up of the first administrator included. */
export type DeskPurpose = "verify-email" | "reset-password" | "second-factor" | "set-up";

/** Those that a mail carries to a user's address. */
export const MAILED_PURPOSES: readonly DeskPurpose[] = ["verify-email", "reset-password", "second-factor"];

export interface OpeningCode {
  /** Null: nobody's. */
  readonly userId: string | null;
  /** Whether a mail will carry it. One that nobody is told behaves like any other, and no text redeems it. */
  readonly isMailed: boolean;
  readonly purpose: DeskPurpose;
  readonly address: string | null;
  /** What was asked for, in the form that limits count; the same question with the same ticket replaces the code. */
  readonly asked: string;
  /** Replaces this code, under the same ticket. */
  readonly replaces?: { readonly code: CodeRecord; readonly ticket: string } | null;
  readonly payload?: JsonObject;
}

/** What was presented, found but not used up yet. */
export interface PresentedCode {
  readonly code: CodeRecord;
  /** Whether the ticket that came along is the one that the request answered with. */
  readonly hasTicket: boolean;
  redeem(): Promise<CodeRecord | "wrong-code" | Limited>;
}

/** Opens, finds and redeems codes for every flow: the one place that knows tickets, slots and secrets. */
export interface CodeDesk {
  /** `events` gets the record's id, for the mail about it. */
  open(
    opening: OpeningCode,
    events: (codeId: string) => readonly StoreEvent[],
  ): Promise<{ readonly ticket: string }>;
  /** The record behind a ticket, if it may still serve. */
  byTicket(ticket: string): Promise<CodeRecord | null>;
  /** The record behind a link, if the link is still good. Uses nothing up. */
  byLink(link: string): Promise<CodeRecord | null>;
  present(
    purpose: DeskPurpose,
    proof: CodeProof,
    from: { readonly ip?: string | undefined; readonly skip: boolean },
  ): Promise<PresentedCode | "wrong-code" | Limited>;
  /** A link without a mail, for what a terminal prints. Replaces the last one of its slot. */
  openLink(opening: {
    readonly userId: string;
    readonly slot: string;
    readonly purpose: DeskPurpose;
    readonly lifetime: number;
  }): Promise<string>;
  /** Makes the secrets of a mail that is about to leave. */
  handOver(mail: MailRecord): Promise<
    | {
        readonly status: "ready";
        readonly code: string;
        readonly linkText: string;
        readonly purpose: string;
        readonly codeExpiresAt: number;
        readonly linkExpiresAt: number;
      }
    | { readonly status: "gone" }
  >;
}

export function createCodeDesk(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly secrets: CodeSecrets;
  readonly guard: Guard;
  /** Null: only the tries of each code count. */
  readonly limits: ActionRules | null;
}): CodeDesk {
  const { store, clock, secrets, guard, limits } = deps;

  function newRecord(opening: OpeningCode, ticketHash: string): CodeRecord {
    const now = clock.now();
    // A stranger who asks for a code for nobody must get what everybody gets, down to the cost of a wrong guess: so
    // that record belongs to an id that is no user's, and has a secret that nobody knows, from the start.
    const isSealed = !opening.isMailed;
    return {
      id: newId(now),
      userId: opening.userId ?? opening.replaces?.code.userId ?? newId(now),
      slot: ticketHash,
      purposes: [opening.purpose],
      address: opening.address,
      ticketHash,
      shortHash: isSealed ? newToken() : null,
      linkHash: null,
      shortExpiresAt: isSealed ? now + SHORT_LIFETIME : null,
      linkExpiresAt: null,
      triesLeft: isSealed ? SHORT_TRIES : 0,
      createdAt: now,
      endsAt: now + RECORD_LIFETIME,
      payload: JSON.stringify({ ...opening.payload, asked: opening.asked }),
      usedAt: null,
    };
  }

  function isOpen(code: CodeRecord | null): code is CodeRecord {
    return code !== null && code.usedAt === null && clock.now() < code.endsAt;
  }

  async function byTicket(ticket: string): Promise<CodeRecord | null> {
    const code = await store.findCode({ ticketHash: sha256(requireText(ticket, "ticket", 256)) });
    return isOpen(code) ? code : null;
  }

  async function byLink(text: string): Promise<CodeRecord | null> {
    const link = readLink(requireText(text, "link", 512));
    if (link === null) return null;
    const code = await store.findCode({ id: link.id });
    if (!isOpen(code) || code.linkHash === null || clock.now() >= (code.linkExpiresAt ?? 0)) return null;
    const fits = secrets
      .candidates("link", code.id, link.token)
      .some((candidate) => equalInConstantTime(candidate, code.linkHash ?? ""));
    return fits ? code : null;
  }

  return {
    byTicket,
    byLink,

    async open(opening, events) {
      const ticket = opening.replaces?.ticket ?? newToken();
      const record = newRecord(opening, sha256(ticket));
      await store.putCode(record, events(record.id));
      return { ticket };
    },

    async openLink({ userId, slot, purpose, lifetime }) {
      const token = secrets.newLink();
      const base = newRecord({ userId, purpose, address: null, isMailed: false, asked: "" }, slot);
      const expiresAt = base.createdAt + lifetime;
      await store.putCode(
        {
          ...base,
          ticketHash: null,
          shortHash: null,
          linkHash: secrets.seal("link", base.id, token),
          linkExpiresAt: expiresAt,
          endsAt: expiresAt,
        },
        [],
      );
      return writeLink(base.id, token);
    },

    async present(purpose, proof, { ip, skip }) {
      const rules = skip ? null : limits;
      const limited = await guard.pass([[byAddress("code-try", ip), rules?.perAddress ?? null]]);
      if (limited !== null) return limited;
      const typed = "code" in proof ? requireText(proof.code, "code", 64) : null;
      const link = "link" in proof ? readLink(requireText(proof.link, "link", 512)) : null;
      const ticketHash = proof.ticket === undefined ? null : sha256(requireText(proof.ticket, "ticket", 256));
      const code =
        typed === null
          ? link === null
            ? null
            : await byLink((proof as { readonly link: string }).link)
          : ticketHash === null
            ? null
            : await store.findCode({ ticketHash });
      if (!isOpen(code) || !code.purposes.includes(purpose)) return "wrong-code";
      const kind = typed === null ? "link" : "short";
      const text = typed ?? link?.token ?? "";
      const counter = `code:${code.userId}:${purpose}`;
      return {
        code,
        hasTicket:
          ticketHash !== null && code.ticketHash !== null && equalInConstantTime(ticketHash, code.ticketHash),
        async redeem() {
          // Charged before the comparison, like a password; what was never compared is given back.
          const counted = kind === "short" ? (rules?.perAccount ?? null) : null;
          if ((await guard.pass([[counter, counted]])) !== null) return "wrong-code";
          const outcome = await store.redeemCode({
            lookup: { id: code.id },
            kind,
            hashes: secrets.candidates(kind, code.id, text),
            purpose,
            operationId: newId(clock.now()),
            now: clock.now(),
          });
          if (outcome.status === "dead" && counted !== null) await guard.refund(counter);
          if (outcome.status !== "redeemed") return "wrong-code";
          await guard.reset(counter);
          return outcome.code;
        },
      };
    },

    async handOver(mail) {
      if (mail.codeId === null) return { status: "gone" };
      const now = clock.now();
      const code = secrets.newShort();
      const token = secrets.newLink();
      const filled = await store.fillCode(mail.codeId, {
        shortHash: secrets.seal("short", mail.codeId, code),
        linkHash: secrets.seal("link", mail.codeId, token),
        shortExpiresAt: now + SHORT_LIFETIME,
        linkExpiresAt: now + LINK_LIFETIME,
        triesLeft: SHORT_TRIES,
      });
      if (filled === null) return { status: "gone" };
      return {
        status: "ready",
        code,
        linkText: writeLink(mail.codeId, token),
        purpose: filled.purposes[0] ?? "",
        codeExpiresAt: now + SHORT_LIFETIME,
        linkExpiresAt: now + LINK_LIFETIME,
      };
    },
  };
}

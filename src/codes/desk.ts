import { type Clock, DAY } from "../base/clock.js";
import { newToken, sha256 } from "../base/crypto.js";
import { newId } from "../base/ids.js";
import type { IdentifierMode } from "../base/keys.js";
import type { ActionRules } from "../limits/actions.js";
import { byAddress, byCode, type Guard } from "../limits/guard.js";
import type { CodePolicy, CodeProof, JsonObject, Limited } from "../space/contract.js";
import type { CodeRecord, MailRecord, Store, StoreEvent } from "../store/contract.js";
import { createCodeFinder, type FoundCode, userSlot } from "./finding.js";
import { newCode } from "./options.js";
import type { DeskPurpose } from "./purposes.js";
import { type CodeSecrets, writeLink } from "./secrets.js";

/** How long a record may wait for its mail to leave and its person to come; longer than the courier ever tries. */
const RECORD_LIFETIME = 4 * DAY;

export interface OpeningCode {
  /** Null: nobody's. */
  readonly userId: string | null;
  /** Whether a mail will carry it. One that nobody is told behaves like any other, and no text redeems it. */
  readonly isMailed: boolean;
  readonly purposes: readonly DeskPurpose[];
  readonly address: string | null;
  /** What was asked for, in the form that limits count; the same question with the same ticket replaces the code. */
  readonly asked: string;
  /** Replaces this code, under the same ticket. */
  readonly replaces?: { readonly code: CodeRecord; readonly ticket: string } | null;
  /** True: it replaces the user's last code of this kind, and may be confirmed without its ticket. */
  readonly isUsers?: boolean;
  /** In characters; default: as the space has it. */
  readonly length?: number;
  readonly payload?: JsonObject;
}

/** What was presented, found but not used up yet. */
export interface PresentedCode {
  readonly code: CodeRecord;
  /** The one that it is presented for. */
  readonly purpose: DeskPurpose;
  /** Whether the ticket that came along is the one that the request answered with. */
  readonly hasTicket: boolean;
  /** Compares it and charges a wrong one, as {@link redeem} does; a right one costs nothing and stays as it is. */
  look(): Promise<"right" | "wrong-code">;
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
  /** Of several purposes, the first that the code serves. */
  present(
    purposes: DeskPurpose | readonly DeskPurpose[],
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
        readonly codeExpiresAt: number;
        readonly linkExpiresAt: number;
      }
    | { readonly status: "gone" }
  >;
}

export function createCodeDesk(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly secrets: CodeSecrets;
  readonly policy: CodePolicy;
  readonly guard: Guard;
  /** Null: only the tries of each code count. */
  readonly limits: ActionRules | null;
}): CodeDesk {
  const { store, clock, secrets, policy, guard, limits } = deps;
  const finder = createCodeFinder(deps);

  function newRecord(opening: OpeningCode, slot: string, ticketHash: string | null): CodeRecord {
    const now = clock.now();
    // A stranger who asks for a code for nobody must get what everybody gets, down to the cost of a wrong guess: so
    // that record belongs to an id that is no user's, and has a secret that nobody knows, from the start.
    const isSealed = !opening.isMailed;
    const { length } = opening;
    return {
      id: newId(now),
      userId: opening.userId ?? opening.replaces?.code.userId ?? newId(now),
      slot,
      purposes: opening.purposes,
      address: opening.address,
      ticketHash,
      shortHash: isSealed ? newToken() : null,
      linkHash: null,
      shortExpiresAt: isSealed ? now + policy.lifetime : null,
      linkExpiresAt: null,
      triesLeft: isSealed ? policy.tries : 0,
      createdAt: now,
      endsAt: now + RECORD_LIFETIME,
      payload: JSON.stringify({
        ...opening.payload,
        asked: opening.asked,
        ...(length === undefined ? {} : { length }),
      }),
      usedAt: null,
    };
  }

  return {
    byTicket: finder.byTicket,
    byLink: finder.byLink,

    async open(opening, events) {
      const ticket = opening.replaces?.ticket ?? newToken();
      const ticketHash = sha256(ticket);
      const slot = opening.isUsers === true ? userSlot(opening.purposes) : ticketHash;
      const record = newRecord(opening, slot, ticketHash);
      await store.putCode(record, events(record.id));
      return { ticket };
    },

    async openLink({ userId, slot, purpose, lifetime }) {
      const token = secrets.newLink();
      const opening = { userId, purposes: [purpose], address: null, isMailed: false, asked: "" };
      const base = newRecord(opening, slot, null);
      const expiresAt = base.createdAt + lifetime;
      const link = {
        shortHash: null,
        linkHash: secrets.seal("link", base.id, token),
        linkExpiresAt: expiresAt,
        endsAt: expiresAt,
      };
      await store.putCode({ ...base, ...link }, []);
      return writeLink(base.id, token);
    },

    async present(purposes, proof, { ip, skip }) {
      const rules = skip ? null : limits;
      const limited = await guard.pass([[byAddress("code-try", ip), rules?.perAddress ?? null]]);
      if (limited !== null) return limited;
      const wanted = typeof purposes === "string" ? [purposes] : purposes;
      const found = await finder.find(wanted, proof);
      const purpose = wanted.find((each) => found?.code.purposes.includes(each) === true);
      if (found === null || purpose === undefined) return "wrong-code";
      return {
        code: found.code,
        purpose,
        hasTicket: found.hasTicket,
        look: async () =>
          (await redeem(found, purpose, rules, true)) === "wrong-code" ? "wrong-code" : "right",
        redeem: () => redeem(found, purpose, rules, false),
      };
    },

    async handOver(mail) {
      if (mail.codeId === null) return { status: "gone" };
      const record = await store.findCode({ id: mail.codeId });
      if (record === null) return { status: "gone" };
      const now = clock.now();
      const code = newCode(policy, lengthOf(record) ?? policy.length);
      const token = secrets.newLink();
      const filled = await store.fillCode(mail.codeId, {
        shortHash: secrets.seal("short", mail.codeId, code),
        linkHash: secrets.seal("link", mail.codeId, token),
        shortExpiresAt: now + policy.lifetime,
        linkExpiresAt: now + policy.linkLifetime,
        triesLeft: policy.tries,
      });
      if (filled === null) return { status: "gone" };
      return {
        status: "ready",
        code,
        linkText: writeLink(mail.codeId, token),
        codeExpiresAt: now + policy.lifetime,
        linkExpiresAt: now + policy.linkLifetime,
      };
    },
  };

  async function redeem(
    found: FoundCode,
    purpose: DeskPurpose,
    rules: ActionRules | null,
    keep: boolean,
  ): Promise<CodeRecord | "wrong-code"> {
    const { code, kind, text } = found;
    const counter = byCode(code.userId, purpose);
    // Charged before the comparison, like a password; what was never compared is given back, and what was only looked at.
    const counted = kind === "short" ? (rules?.perAccount ?? null) : null;
    if ((await guard.pass([[counter, counted]])) !== null) return "wrong-code";
    const outcome = await store.redeemCode({
      lookup: { id: code.id },
      kind,
      hashes: secrets.candidates(kind, code.id, text),
      purpose,
      operationId: newId(clock.now()),
      now: clock.now(),
      keep,
    });
    if (outcome.status === "wrong") return "wrong-code";
    if (outcome.status === "redeemed") await guard.reset(counter);
    else if (counted !== null) await guard.refund(counter);
    return outcome.status === "dead" ? "wrong-code" : outcome.code;
  }
}

function lengthOf(code: CodeRecord): number | undefined {
  const { length } = JSON.parse(code.payload) as { readonly length?: unknown };
  return typeof length === "number" ? length : undefined;
}

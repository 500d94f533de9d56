import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { emailKey, type IdentifierMode, idKey, limitForm } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import { askedOf } from "../codes/asking.js";
import type { CodeDesk } from "../codes/desk.js";
import { requireCodeLength } from "../codes/options.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import type { CodePolicy, CodeRequestResult, Context, LimitSkip } from "../space/contract.js";
import type { CodeRecord, Store, StoreEvent, UserRecord } from "../store/contract.js";

/** What a request for a new address was based on; both are compared when it is confirmed. */
export interface NewAddress {
  readonly oldEmail: string | null;
  readonly epoch: number;
}

type Asked = {
  readonly ticket?: string;
  readonly length?: number;
  readonly withoutTicket?: boolean;
} & LimitSkip &
  Context;

/** Codes to an address that is to become somebody's. */
export interface NewAddressCodes {
  /** Answers alike for an address that is free and one that is not: then its owner is told, and no code exists. */
  send(user: UserRecord, newEmail: string, input: Asked): Promise<CodeRequestResult>;
  /** Sends another code for what the ticket was given for; null: it was given for something else. */
  again(input: Asked & { readonly ticket: string }, ownId: string | null): Promise<CodeRequestResult | null>;
}

/** Null: the code went to the address that the person has. */
export function readNewAddress(code: CodeRecord): NewAddress | null {
  const payload: { readonly newAddress?: NewAddress } = JSON.parse(code.payload);
  return payload.newAddress ?? null;
}

export function createNewAddressCodes(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly policy: CodePolicy;
  readonly desk: CodeDesk;
  readonly mailLimits: MailLimits;
  readonly gate: BlockGate;
}): NewAddressCodes {
  const { store, clock, mode, policy, desk, mailLimits, gate } = deps;

  /** The mail that goes to the new address: the code, or a word to whoever has it already. */
  function mailTo(
    user: UserRecord,
    owner: UserRecord | null,
    newEmail: string,
    codeId: string,
    context: Context,
  ): StoreEvent {
    const now = clock.now();
    if (owner !== null && owner.email !== null)
      return mailEvent({
        now,
        template: "change-email-known",
        to: owner.email,
        userId: owner.id,
        locale: owner.locale,
        payload: { name: owner.username },
      });
    return mailEvent({
      now,
      template: "change-email",
      to: newEmail,
      userId: user.id,
      locale: user.locale ?? context.locale ?? null,
      codeId,
      payload: { name: user.username },
    });
  }

  async function send(user: UserRecord, newEmail: string, input: Asked): Promise<CodeRequestResult> {
    const skip = skipsLimits(input);
    const length = input.length === undefined ? undefined : requireCodeLength(input.length, policy);
    const asked = `${idKey(user.id)} ${limitForm(newEmail)}`;
    const found = input.ticket === undefined ? null : await desk.byTicket(input.ticket);
    const earlier =
      found !== null && input.ticket !== undefined && askedOf(found) === asked
        ? { code: found, ticket: input.ticket }
        : null;
    const limited = await mailLimits.ask("change-email", idKey(user.id), input.ip, skip);
    if (limited !== null) return limited;
    const holder = await store.findUser([emailKey(newEmail, mode)]);
    const owner = holder?.id === user.id ? null : holder;
    const isBlocked = (await gate.onNames({ username: null, email: newEmail })) !== null;
    const mayMail = await mailLimits.mayMail("change-email", newEmail, skip);
    // An inbox that has had enough keeps the code that it got last.
    if (!mayMail && earlier !== null) return { status: "sent", ticket: earlier.ticket };
    const isReached = mayMail && !isBlocked;
    const { ticket } = await desk.open(
      {
        userId: user.id,
        isMailed: isReached && owner === null,
        purposes: ["change-email"],
        address: newEmail,
        asked,
        replaces: earlier,
        isUsers: input.withoutTicket === true,
        ...(length === undefined ? {} : { length }),
        payload: { newAddress: { oldEmail: user.email, epoch: user.sessionEpoch } },
      },
      (codeId) => [
        auditEvent(
          "code.requested",
          { now: clock.now(), userId: user.id, details: { purpose: "change-email" } },
          input,
        ),
        ...(isReached ? [mailTo(user, owner, newEmail, codeId, input)] : []),
      ],
    );
    return { status: "sent", ticket };
  }

  return {
    send,
    async again(input, ownId) {
      const code = await desk.byTicket(input.ticket);
      const isOwn = code !== null && (ownId === null || code.userId === ownId);
      if (code === null || !isOwn || !code.purposes.includes("change-email")) return null;
      const asked = readNewAddress(code);
      if (asked === null || code.address === null) return null;
      const user = await store.findUser([idKey(code.userId)]);
      // What it was based on is over, so nothing is sent any more.
      if (user === null || user.sessionEpoch !== asked.epoch || user.email !== asked.oldEmail)
        return { status: "sent", ticket: input.ticket };
      return (await gate.of(user)) === null
        ? send(user, code.address, input)
        : { status: "sent", ticket: input.ticket };
    },
  };
}

import { type AuditAction, auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { emailKey, type IdentifierMode, limitForm } from "../base/keys.js";
import type { CodeDesk } from "../codes/desk.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import type { Devices } from "../sessions/device.js";
import type { Sessions } from "../sessions/sessions.js";
import { verificationEvents } from "../sign-up/verification.js";
import type { Context, JsonObject, LimitSkip, SignInResult } from "../space/contract.js";
import type { BlockState, LimitSettlement, Store, UserRecord } from "../store/contract.js";
import { toUser } from "../users/records.js";
import type { NewDeviceNotice } from "./new-device.js";

/** What every way in comes with, besides its proof. */
export type Entrant = { readonly device?: string; readonly data?: JsonObject } & LimitSkip & Context;

/** The last steps, which every way in shares: who may not come in all the same, and the session. */
export interface Admission {
  /** Why somebody with the right proof may still not come in; told only to them. */
  refuse(user: UserRecord, block: BlockState | null, input: Entrant): Promise<SignInResult | null>;
  open(
    user: UserRecord,
    epoch: number,
    methods: readonly string[],
    input: Entrant,
    settle?: readonly LimitSettlement[],
  ): Promise<SignInResult>;
  /** Writes one row for the record. */
  tell(action: AuditAction, userId: string | null, context: Context, details?: JsonObject): Promise<void>;
}

export function createAdmission(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly requireVerifiedEmail: boolean;
  readonly mailLimits: MailLimits;
  readonly desk: CodeDesk;
  readonly devices: Devices;
  readonly sessions: Sessions;
  readonly newDeviceNotice: NewDeviceNotice;
}): Admission {
  const { store, clock, mode, mailLimits, desk, devices, sessions, newDeviceNotice } = deps;
  return { refuse, open, tell };

  async function refuse(
    user: UserRecord,
    block: BlockState | null,
    input: Entrant,
  ): Promise<SignInResult | null> {
    // Whoever signed up with a blocked name hears nothing of that: the proof is what they never get.
    if (block !== null && user.state === "active") {
      await tell("sign-in.failed", user.id, input, { reason: "blocked" });
      const { until, reason } = block;
      return {
        status: "blocked",
        until: until === null ? null : new Date(until),
        reason,
      };
    }
    if (!user.active) {
      await tell("sign-in.failed", user.id, input, { reason: "inactive" });
      return { status: "inactive" };
    }
    const isUnproven = user.emailVerifiedAt === null && user.email !== null;
    if (user.state === "pending" || (deps.requireVerifiedEmail && isUnproven))
      return { status: "email-unverified", ticket: await verificationTicket(user, block, input) };
    return null;
  }

  /** Where the address is free, a new code goes out; where it is somebody's by now, or blocked, nothing does. */
  async function verificationTicket(
    user: UserRecord,
    block: BlockState | null,
    input: Entrant,
  ): Promise<string> {
    const email = user.email ?? "";
    const asked = limitForm(email);
    const owner = await store.findUser([emailKey(email, mode)]);
    const isFree = block === null && (owner === null || owner.id === user.id);
    const skip = skipsLimits(input);
    // Both are counted in any case, so that an address that is somebody's costs what a free one does.
    const limited = await mailLimits.ask("verify", asked, input.ip, skip);
    const mayMail = await mailLimits.mayMail("verify", email, skip);
    const isMailed = isFree && limited === null && mayMail;
    const { ticket } = await desk.open(
      {
        userId: user.id,
        isMailed,
        purposes: ["verify-email"],
        address: email,
        asked,
        payload: { isKnown: !isFree },
      },
      (codeId) => (isMailed ? verificationEvents(user, email, codeId, clock.now(), input) : []),
    );
    return ticket;
  }

  async function open(
    user: UserRecord,
    epoch: number,
    methods: readonly string[],
    input: Entrant,
    settle: readonly LimitSettlement[] = [],
  ): Promise<SignInResult> {
    const now = clock.now();
    const opened = await sessions.open(
      { userId: user.id, epoch, methods, settle, ...(input.data === undefined ? {} : { data: input.data }) },
      input,
      [
        auditEvent("sign-in.succeeded", { now, userId: user.id, details: { methods } }, input),
        ...(await newDeviceNotice(user, input)),
      ],
    );
    return {
      status: "signed-in",
      user: toUser({ ...user, lastSignInAt: now }, now),
      ...opened,
      device: devices.issue(user.id, epoch),
    };
  }

  async function tell(
    action: AuditAction,
    userId: string | null,
    context: Context,
    details: JsonObject = {},
  ): Promise<void> {
    await store.addEvents([auditEvent(action, { now: clock.now(), userId, details }, context)]);
  }
}

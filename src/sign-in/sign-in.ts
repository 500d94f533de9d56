import { type AuditAction, auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { requireText } from "../base/input.js";
import { emailKey, type IdentifierMode, idKey, keysOfTyped, limitForm } from "../base/keys.js";
import type { CodeDesk } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import { withdrawOnFailure } from "../passwords/passwords.js";
import type { Renewal } from "../passwords/renewal.js";
import type { Devices } from "../sessions/device.js";
import type { Sessions } from "../sessions/sessions.js";
import { verificationEvents } from "../sign-up/verification.js";
import type { Context, JsonObject, SignInInput, SignInResult } from "../space/contract.js";
import type { CodeRecord, LimitSettlement, Store, UserRecord } from "../store/contract.js";
import { isBlocked, toUser } from "../users/records.js";
import { createNewDeviceNotice } from "./new-device.js";

export interface SignInPolicy {
  readonly requireVerifiedEmail: boolean;
  /** Whether the owner is told of a sign-in on a device that is not known. */
  readonly tellNewDevice: boolean;
}

export type SignIn = (input: SignInInput) => Promise<SignInResult>;

/**
 * The way in: limits, look-up, password, then blocked, inactive or unverified, then a second factor where one is due,
 * then the session. A failure is charged before the hash is computed, and every wrong way costs the same one hash.
 */
export function createSignIn(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly policy: SignInPolicy;
  readonly passwords: PasswordWork;
  readonly failures: Failures;
  readonly mailLimits: MailLimits;
  readonly desk: CodeDesk;
  readonly devices: Devices;
  readonly sessions: Sessions;
  readonly renewal: Renewal;
}): SignIn {
  const { store, clock, mode, policy, passwords, failures, mailLimits, desk, devices, sessions, renewal } =
    deps;
  const newDeviceNotice = createNewDeviceNotice({
    clock,
    devices,
    mailLimits,
    isWanted: policy.tellNewDevice,
  });

  return function signIn(input) {
    return "ticket" in input ? withCode(input) : withPassword(input);
  };

  async function withPassword(
    input: Extract<SignInInput, { readonly identifier: string }>,
  ): Promise<SignInResult> {
    const skip = skipsLimits(input);
    const typed = requireText(input.identifier, "identifier");
    const password = requireText(input.password, "password");
    const keys = keysOfTyped(typed, mode);
    const found = keys.length === 0 ? null : await store.findSignIn(keys);
    const device =
      found === null ? null : devices.recognise(input.device, found.user.id, found.user.sessionEpoch);
    const attempt = await failures.charge({
      account:
        found === null ? { typed } : { userId: found.user.id, isPending: found.user.state === "pending" },
      // Names that differ in case are two people here, and limits must not tell which of them exist.
      ...(mode === "exact" ? { typed } : {}),
      ip: input.ip,
      known: device === null ? null : { device },
      skip,
    });
    if (attempt.status === "limited") return attempt;

    const mayTry =
      !attempt.needsCode ||
      found === null ||
      isReachable(found.user) ||
      (await sessions.cameFrom(found.user.id, input.ip)) ||
      (await failures.mayTryUnreachable(found.user.id));
    const isRight = await withdrawOnFailure(attempt, () =>
      passwords.matches(mayTry ? (found?.password ?? null) : null, password, laneOf(input, limitForm(typed))),
    );
    if (!isRight || found === null) {
      await tell("sign-in.failed", found?.user.id ?? null, input);
      // From here on right and wrong look alike, or the answer would still say which password is right.
      return attempt.needsCode ? askForCode(null, input) : { status: "wrong-credentials" };
    }
    // A sign-up that nobody has proven gets no code for its inbox: what it needs is the proof, which comes next.
    if (attempt.needsCode && isReachable(found.user) && found.user.state === "active")
      return askForCode(found.user, input);
    if (attempt.needsCode) await failures.forget(found.user.id);
    const refusal = await refuse(found.user, input);
    if (refusal !== null) {
      await attempt.succeeded();
      return refusal;
    }
    const { user } = found;
    const signedIn = await open(user, user.sessionEpoch, ["password"], input, attempt.success);
    renewal.begin(found.user.id, found.password, password);
    return signedIn;
  }

  /** The second step: the code that was mailed, with the ticket of the first. */
  async function withCode(input: Extract<SignInInput, { readonly ticket: string }>): Promise<SignInResult> {
    const presented = await desk.present(
      "second-factor",
      { ticket: input.ticket, code: input.code },
      { ip: input.ip, skip: skipsLimits(input) },
    );
    if (presented === "wrong-code") return { status: "wrong-code" };
    if ("status" in presented) return presented;
    const code = await presented.redeem();
    if (code === "wrong-code") return { status: "wrong-code" };
    if ("status" in code) return code;
    const user = await store.findUser([idKey(code.userId)]);
    const first = readFirstStep(code);
    // A password that was changed since the first step has raised the epoch: the first step no longer proves anything.
    // So does a new address: the code went to an inbox that is this person's no more.
    if (user === null || user.sessionEpoch !== first.epoch || user.email !== code.address)
      return { status: "wrong-code" };
    const refusal = await refuse(user, input);
    if (refusal !== null) return refusal;
    await failures.forget(user.id);
    return open(user, first.epoch, ["password", "email-code"], { ...input, data: input.data ?? first.data });
  }

  async function askForCode(user: UserRecord | null, input: SignInInput): Promise<SignInResult> {
    const email = user?.email ?? null;
    const isMailed = email !== null && (await mailLimits.mayMail("second-factor", email, skipsLimits(input)));
    const now = clock.now();
    const { ticket } = await desk.open(
      {
        userId: isMailed && user !== null ? user.id : null,
        isMailed,
        purpose: "second-factor",
        address: email,
        asked: "",
        payload: { epoch: user?.sessionEpoch ?? 0, data: input.data ?? {} },
      },
      (codeId) => [
        auditEvent("sign-in.second-factor", { now, userId: user?.id ?? null }, input),
        ...(isMailed && user !== null
          ? [
              mailEvent({
                now,
                template: "second-factor" as const,
                to: email,
                userId: user.id,
                locale: user.locale ?? input.locale ?? null,
                codeId,
                payload: { name: user.username, ip: input.ip ?? null, userAgent: input.userAgent ?? null },
              }),
            ]
          : []),
      ],
    );
    return { status: "second-factor", ticket, sentTo: "email" };
  }

  /** Why somebody with the right password may still not come in; told only to them. */
  async function refuse(user: UserRecord, input: SignInInput): Promise<SignInResult | null> {
    const now = clock.now();
    if (isBlocked(user, now) && user.blocked !== null) {
      await tell("sign-in.failed", user.id, input, { reason: "blocked" });
      const until = user.blocked.until;
      return {
        status: "blocked",
        until: until === null ? null : new Date(until),
        reason: user.blocked.reason,
      };
    }
    if (!user.active) {
      await tell("sign-in.failed", user.id, input, { reason: "inactive" });
      return { status: "inactive" };
    }
    const isUnproven = user.emailVerifiedAt === null && user.email !== null;
    if (user.state === "pending" || (policy.requireVerifiedEmail && isUnproven))
      return { status: "email-unverified", ticket: await verificationTicket(user, input) };
    return null;
  }

  /** Where the address is free, a new code goes out; where it is somebody's by now, nothing does. */
  async function verificationTicket(user: UserRecord, input: SignInInput): Promise<string> {
    const email = user.email ?? "";
    const asked = limitForm(email);
    const owner = await store.findUser([emailKey(email, mode)]);
    const isFree = owner === null || owner.id === user.id;
    const skip = skipsLimits(input);
    // Both are counted in any case, so that an address that is somebody's costs what a free one does.
    const limited = await mailLimits.ask("verify", asked, input.ip, skip);
    const mayMail = await mailLimits.mayMail("verify", email, skip);
    const isMailed = isFree && limited === null && mayMail;
    const { ticket } = await desk.open(
      {
        userId: user.id,
        isMailed,
        purpose: "verify-email",
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
    input: SignInInput,
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

/** Whether a code can go to somebody. */
function isReachable(user: UserRecord): boolean {
  return user.email !== null;
}

function readFirstStep(code: CodeRecord): { readonly epoch: number; readonly data: JsonObject } {
  const payload = JSON.parse(code.payload);
  return { epoch: Number(payload.epoch), data: payload.data ?? {} };
}

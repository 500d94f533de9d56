import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { emailKey, type IdentifierMode, idKey, keysOfTyped, parseEmail } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk } from "../codes/desk.js";
import { MAILED_PURPOSES } from "../codes/purposes.js";
import type { CodeKind, RequestCode } from "../codes/request.js";
import { skipsLimits } from "../limits/skip.js";
import type {
  ChangeEmailRequest,
  ChangeEmailRequestResult,
  ChangeEmailResult,
  CodeProof,
  Context,
  Limited,
  LimitSkip,
  PasswordsService,
} from "../space/contract.js";
import type { CodeRecord, Store, UserRecord } from "../store/contract.js";
import type { UserChanges } from "./change.js";
import { pendingBefore } from "./lookup.js";
import { isSameAddress } from "./names.js";
import { type NewAddress, type NewAddressCodes, readNewAddress } from "./new-address.js";
import { aboutOwnAccount, asThemselves } from "./own-account.js";
import { planUpdate } from "./plan-update.js";
import { toUser } from "./records.js";
import { isSystem } from "./rights.js";

/** The code that proves who asks, before the new address is told. */
const TO_PRESENT_ADDRESS: CodeKind = {
  purposes: ["change-email"],
  action: "change-email",
  template: "account-code",
  addressOf: (user) => user?.email ?? null,
  mailPayload: { purposes: ["change-email"] },
};

type Taken = Extract<ChangeEmailResult, { readonly status: "email-changed" | "wrong-code" | "email-taken" }>;

/** Changing one's address: the new one is proven before it is taken over, and the old one is told. */
export interface EmailChange {
  request(input: ChangeEmailRequest): Promise<ChangeEmailRequestResult>;
  confirm(
    input: CodeProof & {
      readonly newEmail?: string;
      readonly password?: string;
      readonly atOnce?: boolean;
      readonly emailVerified?: boolean;
      readonly codeFirst?: boolean;
    } & LimitSkip &
      Context,
  ): Promise<ChangeEmailResult>;
  /** Whether the link alone would give an account with a password a new address, so that it wants the ticket or the password too. */
  needsProof(code: CodeRecord, hasPassword: boolean): boolean;
}

export function createEmailChange(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  /** False: the space asks for no verification, so a new address is taken over as it is. */
  readonly verifies: boolean;
  readonly desk: CodeDesk;
  readonly requestCode: RequestCode;
  readonly newAddressCodes: NewAddressCodes;
  readonly gate: BlockGate;
  readonly changes: UserChanges;
  readonly confirmPassword: PasswordsService["confirm"];
}): EmailChange {
  const { store, clock, mode, verifies, desk, requestCode, newAddressCodes, gate, changes } = deps;

  /**
   * The one who clicks may be the owner of an inbox whose address a stranger asked for: the click would put that address
   * into the stranger's account.
   */
  function needsProof(code: CodeRecord, hasPassword: boolean): boolean {
    return hasPassword && readNewAddress(code) !== null;
  }

  return {
    needsProof,

    async request(typed) {
      const input = aboutOwnAccount(typed, "change the address of");
      if (input.newEmail === undefined) {
        const { ticket } = input;
        const ownId = input.actor?.type === "user" ? input.actor.id : null;
        const again = ticket === undefined ? null : await newAddressCodes.again({ ...input, ticket }, ownId);
        return again ?? requestCode(input, TO_PRESENT_ADDRESS);
      }
      const newEmail = parseEmail(requireText(input.newEmail, "newEmail"));
      const user = await holderOf(input);
      if (user === null)
        throw new WatchwordError("not-found", "There is no such user; look at userId or identifier.");
      if (await isHeld(user))
        throw new WatchwordError("account-blocked", "The account is blocked; unblock it first.");
      // An address opens the account, by a reset: a stolen session must not be enough to set one.
      const refusal = await refusePassword(user, input, !isSystem(input));
      if (refusal !== null) return refusal;
      requireOther(user, newEmail);
      if (!verifies) {
        const result = await takeUnproven(user, newEmail, input);
        if (result.status === "wrong-code")
          throw new WatchwordError("conflict", "The user was changed at the same moment; try again.");
        return result;
      }
      return newAddressCodes.send(user, newEmail, input);
    },

    async confirm(input) {
      const skip = skipsLimits(input);
      const presented = await desk.present("change-email", input, { ip: input.ip, skip });
      if (presented === "wrong-code") return { status: "wrong-code" };
      if ("status" in presented) return presented;
      const found = await store.findSignIn([idKey(presented.code.userId)]);
      if (found === null || found.user.state !== "active" || (await isHeld(found.user)))
        return { status: "wrong-code" };
      const { user } = found;
      if (input.codeFirst === true && (await presented.look()) === "wrong-code")
        return { status: "wrong-code" };
      const isClickAlone = "link" in input && !presented.hasTicket;
      const wantsPassword = isClickAlone && needsProof(presented.code, found.password !== null);
      if (wantsPassword && input.password === undefined) return { status: "wrong-password" };
      const refusal = await refusePassword(user, input, wantsPassword);
      if (refusal !== null) return refusal;
      const proven = readNewAddress(presented.code);
      const next = proven === null ? await readWish(user, input) : null;
      if (next !== null && "status" in next) return next;

      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      const context = { ...input, actor: asThemselves(user) };
      // Without a password the sessions are all that a stranger who asked may have: they end.
      const endSessions = isClickAlone && found.password === null;
      if (proven !== null) return takeProven(code, proven, endSessions, context);
      if (next === null || user.email !== code.address) return { status: "wrong-code" };
      if (next.atOnce) return takeUnproven(user, next.newEmail, context, next.isVouchedFor);
      const sent = await newAddressCodes.send(user, next.newEmail, asked(input));
      return sent.status === "sent" ? { status: "confirmation-sent", ticket: sent.ticket } : sent;
    },
  };

  /** The new address, given with a code from the present one. What can be refused is refused before the code is used up. */
  async function readWish(
    user: UserRecord,
    input: {
      readonly newEmail?: string;
      readonly atOnce?: boolean;
      readonly emailVerified?: boolean;
    } & Context,
  ): Promise<
    | { readonly newEmail: string; readonly atOnce: boolean; readonly isVouchedFor: boolean }
    | { readonly status: "email-taken" }
  > {
    const newEmail = parseEmail(requireText(input.newEmail, "newEmail"));
    requireOther(user, newEmail);
    if ((input.atOnce === true || input.emailVerified === true) && !isSystem(input))
      throw new WatchwordError("not-allowed", "Only the application itself may leave the proof out.");
    const atOnce = input.atOnce === true || !verifies;
    const isVouchedFor = input.emailVerified === true;
    return atOnce && !(await isFree(newEmail, user))
      ? { status: "email-taken" }
      : { newEmail, atOnce, isVouchedFor };
  }

  function takeProven(
    code: CodeRecord,
    proven: NewAddress,
    endSessions: boolean,
    context: Context,
  ): Promise<Taken> {
    return takeFrom(
      code.userId,
      // What was asked for under another password, or from another address, was perhaps asked for by somebody else.
      (user) => user.sessionEpoch === proven.epoch && user.email === proven.oldEmail,
      { email: code.address ?? "", verified: true, endSessions },
      context,
    );
  }

  function takeUnproven(user: UserRecord, email: string, context: Context, verified = false): Promise<Taken> {
    return takeFrom(
      user.id,
      (current) => current.email === user.email,
      { email, verified, endSessions: false },
      context,
    );
  }

  /** The one place where an address changes hands; what it depends on is looked at again in the same write. */
  async function takeFrom(
    userId: string,
    isAsBefore: (user: UserRecord) => boolean,
    next: { readonly email: string; readonly verified: boolean; readonly endSessions: boolean },
    context: Context,
  ): Promise<Taken> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const user = await store.findUser([idKey(userId)]);
      if (user === null || !isAsBefore(user) || (await isHeld(user))) return { status: "wrong-code" };
      const now = clock.now();
      // A username that is the address goes along, since it may be no other address than the user's own.
      const goesAlong = user.username !== null && isSameAddress(user.username, user.email);
      const input = { email: next.email, emailVerified: next.verified };
      const planned = planUpdate(
        user,
        goesAlong ? { ...input, username: next.email } : input,
        mode,
        now,
        context,
      );
      if ((await gate.find((planned.change.addKeys ?? []).map(({ key }) => key))) !== null)
        return { status: "email-taken" };
      const { events } = planned;
      const change = next.endSessions ? { ...planned.change, raiseEpoch: true } : planned.change;
      const written = await store.updateUser(userId, user.version, change, now, pendingBefore(now), events);
      if (written.status === "taken") return { status: "email-taken" };
      if (written.status === "updated") {
        // What was mailed to the old address must open nothing any more.
        await store.discardCodes(userId, MAILED_PURPOSES);
        return { status: "email-changed", user: toUser(await gate.settle(written.user), now) };
      }
    }
    return { status: "wrong-code" };
  }

  /** Null: go on. */
  async function refusePassword(
    user: UserRecord,
    input: { readonly password?: string } & LimitSkip & Context,
    isNeeded: boolean,
  ): Promise<{ readonly status: "wrong-password" } | Limited | null> {
    if (!isNeeded && input.password === undefined) return null;
    const { ip, actor, skipLimits } = input;
    const asked = await deps.confirmPassword({
      userId: user.id,
      password: requireText(input.password, "password"),
      ...(ip === undefined ? {} : { ip }),
      ...(actor === undefined ? {} : { actor }),
      ...(skipLimits === undefined ? {} : { skipLimits }),
    });
    return asked.status === "confirmed" ? null : asked;
  }

  async function holderOf(input: ChangeEmailRequest): Promise<UserRecord | null> {
    if ("userId" in input) return changes.read(input.userId);
    if ("identifier" in input)
      return store.findUser(keysOfTyped(requireText(input.identifier, "identifier"), mode));
    const code = await desk.byTicket(input.ticket);
    return code === null ? null : store.findUser([idKey(code.userId)]);
  }

  async function isFree(email: string, user: UserRecord): Promise<boolean> {
    const owner = await store.findUser([emailKey(email, mode)]);
    return (
      (owner === null || owner.id === user.id) && (await gate.onNames({ username: null, email })) === null
    );
  }

  async function isHeld(user: UserRecord): Promise<boolean> {
    return (await gate.of(user)) !== null;
  }
}

/** A new address may not be the present one. @throws WatchwordError `invalid-input` */
function requireOther(user: UserRecord, newEmail: string): void {
  if (user.email === newEmail)
    throw new WatchwordError("invalid-input", "newEmail is the address that the user has already.", {
      details: { field: "newEmail" },
    });
}

/** What a second code, for the new address, takes over from the call that brought the first. */
function asked({ skipLimits, actor, ip, userAgent, locale, requestId }: LimitSkip & Context) {
  return {
    ...(skipLimits === undefined ? {} : { skipLimits }),
    ...(actor === undefined ? {} : { actor }),
    ...(ip === undefined ? {} : { ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(locale === undefined ? {} : { locale }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

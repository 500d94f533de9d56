import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import { requireJsonObject, requireText, USER_DATA_LIMIT } from "../base/input.js";
import { emailKey, type IdentifierMode, limitForm } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk } from "../codes/desk.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import type { SignUpInput, SignUpPassword, SignUpResult } from "../space/contract.js";
import type { PasswordRecord, Store, UserRecord } from "../store/contract.js";
import { pendingBefore } from "../users/lookup.js";
import {
  emailKeyRecord,
  idKeyRecord,
  isSameAddress,
  type ParsedNames,
  parseNames,
  usernameKeyRecord,
} from "../users/names.js";
import { toUser } from "../users/records.js";
import { verificationEvents } from "./verification.js";

export interface SignUpPolicy {
  readonly enabled: boolean;
  readonly verification: "required" | "none";
  readonly password: SignUpPassword;
}

export type SignUp = (input: SignUpInput) => Promise<SignUpResult>;

/**
 * Signing up, for people. Where an address must be proven, nobody learns whether it is known: a pending record is made
 * in any case, and only the mail differs. The record holds the username for a day; the address belongs to
 * whoever proves it.
 */
export function createSignUp(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly policy: SignUpPolicy;
  readonly passwords: PasswordWork;
  readonly desk: CodeDesk;
  readonly mailLimits: MailLimits;
  readonly gate: BlockGate;
}): SignUp {
  const { store, clock, mode, policy, passwords, desk, mailLimits, gate } = deps;

  return async function signUp(input) {
    const skip = skipsLimits(input);
    if (!policy.enabled)
      throw new WatchwordError(
        "not-allowed",
        "This service takes no sign-ups; ask an administrator for an account.",
      );
    const names = withoutDoubledName(
      parseNames({ username: input.username, email: requireText(input.email, "email") }),
    );
    const email = names.email ?? "";
    const data = requireJsonObject(input.data ?? {}, "data", USER_DATA_LIMIT);
    const typed = typedPassword(input);
    const review = typed === null ? null : await passwords.review(typed, names);
    if (review?.status === "password-refused") return review;
    const limited = await mailLimits.ask("sign-up", limitForm(email), input.ip, skip);
    if (limited !== null) return limited;
    const password = typed === null ? null : await passwords.make(typed, laneOf(input));
    const user = pendingUser(names, data, input.locale ?? null, clock.now());
    return policy.verification === "none"
      ? createAtOnce(user, password, input)
      : createPending(user, password, input);
  };

  async function createAtOnce(
    pending: UserRecord,
    password: PasswordRecord | null,
    input: SignUpInput,
  ): Promise<SignUpResult> {
    const now = clock.now();
    const block = await gate.onNames(pending);
    if (block !== null) return { status: block.key.startsWith("e:") ? "email-taken" : "username-taken" };
    const user: UserRecord = { ...pending, state: "active" };
    const keys = keysOf(user);
    if (user.email !== null) keys.push(emailKeyRecord(user.email, mode));
    const events = [auditEvent("user.signed-up", { now, userId: user.id }, input)];
    const created = await store.createUser({ user, keys, password }, pendingBefore(now), events);
    if (created.status === "taken")
      return { status: created.key.startsWith("e:") ? "email-taken" : "username-taken" };
    return { status: "signed-up", user: toUser(await gate.settle(user), now) };
  }

  async function createPending(
    user: UserRecord,
    password: PasswordRecord | null,
    input: SignUpInput,
  ): Promise<SignUpResult> {
    const now = clock.now();
    const email = user.email ?? "";
    const owner = await store.findUser([emailKey(email, mode)]);
    // A blocked name looks like a taken one, and to a blocked address nothing is sent.
    const isBlocked = (await gate.onNames({ username: null, email })) !== null;
    if ((await gate.onNames({ username: user.username, email: null })) !== null)
      return { status: "username-taken" };
    const created = await store.createUser({ user, keys: keysOf(user), password }, pendingBefore(now), [
      auditEvent("user.signed-up", { now, userId: user.id }, input),
    ]);
    if (created.status === "taken") return { status: "username-taken" };
    const skip = skipsLimits(input);
    const hasRoom =
      owner?.email == null
        ? await mailLimits.mayMail("verify", email, skip)
        : await mailLimits.mayMail("sign-up", owner.email, skip);
    const mayMail = hasRoom && !isBlocked;
    const { ticket } = await desk.open(
      {
        userId: user.id,
        isMailed: owner === null && mayMail,
        purposes: ["verify-email"],
        address: email,
        asked: limitForm(email),
        payload: { isKnown: owner !== null || isBlocked },
      },
      (codeId) => {
        if (!mayMail) return [];
        return owner?.email == null
          ? verificationEvents(user, email, codeId, now, input)
          : [
              mailEvent({
                now,
                template: "sign-up-known",
                to: owner.email,
                userId: owner.id,
                locale: owner.locale,
                payload: { name: owner.username },
              }),
              auditEvent(
                "code.requested",
                { now, userId: owner.id, details: { purpose: "sign-up-known" } },
                input,
              ),
            ];
      },
    );
    return { status: "verification-sent", ticket };
  }

  /** Null: the person will sign in by mailed codes. */
  function typedPassword(input: SignUpInput): string | null {
    if (policy.password === "none") {
      if (input.password === undefined) return null;
      throw new WatchwordError("invalid-input", "People sign in by mailed codes here; leave password out.", {
        details: { field: "password" },
      });
    }
    if (policy.password === "optional" && input.password === undefined) return null;
    return requireText(input.password, "password");
  }

  function keysOf(user: UserRecord) {
    const keys = [idKeyRecord(user.id)];
    if (user.username !== null) keys.push(usernameKeyRecord(user.username, mode));
    return keys;
  }
}

/**
 * An address given as username too is left to the email: as a username it would be claimed before it is proven, and a
 * refusal would tell that somebody has it.
 */
function withoutDoubledName(names: ParsedNames): ParsedNames {
  return names.username !== null && isSameAddress(names.username, names.email)
    ? { ...names, username: null }
    : names;
}

function pendingUser(
  names: { readonly username: string | null; readonly email: string | null },
  data: string,
  locale: string | null,
  now: number,
): UserRecord {
  return {
    id: newId(now),
    version: 1,
    sessionEpoch: 1,
    state: "pending",
    number: null,
    username: names.username,
    email: names.email,
    emailVerifiedAt: null,
    locale,
    active: true,
    admin: false,
    superuser: false,
    roles: [],
    blocked: null,
    secondFactor: null,
    data,
    createdAt: now,
    updatedAt: now,
    lastSignInAt: null,
  };
}

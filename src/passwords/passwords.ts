import { auditEvent } from "../audit/audit.js";
import { type Clock, HOUR } from "../base/clock.js";
import { sha256 } from "../base/crypto.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { idKey, limitForm } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import { PURPOSES_ENDED_BY_PASSWORD } from "../codes/purposes.js";
import type { Failures } from "../limits/failures.js";
import type { Guard } from "../limits/guard.js";
import { MOST_ACCOUNT_FAILURES, OWN_PASSWORD_CHANGES } from "../limits/rules.js";
import { skipsLimits } from "../limits/skip.js";
import type { Devices } from "../sessions/device.js";
import type { Sessions } from "../sessions/sessions.js";
import type { Context, Limited, LimitSkip, PasswordPolicy, PasswordsService } from "../space/contract.js";
import type { PasswordRecord, Store, StoreEvent, UserRecord } from "../store/contract.js";
import { noSuchUser } from "../users/lookup.js";
import { notice } from "../users/notices.js";
import { isSystem, requireAdministratorOf, requireSuperuser } from "../users/rights.js";
import { type Hasher, normalizePassword } from "./hasher.js";
import { createLegacyCheck } from "./legacy.js";
import { laneOf, type PasswordWork } from "./password-work.js";
import type { Renewal } from "./renewal.js";
import { OWN_SCHEME } from "./stored.js";

export function createPasswords(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly policy: PasswordPolicy;
  readonly work: PasswordWork;
  readonly failures: Failures;
  readonly guard: Guard;
  readonly gate: BlockGate;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly renewal: Renewal;
}): PasswordsService {
  const { store, clock, hasher, policy, work, failures, guard, gate, sessions, devices, renewal } = deps;
  const checkHash = createLegacyCheck(hasher);

  async function read(userId: string): Promise<{ user: UserRecord; password: PasswordRecord | null }> {
    const found = await store.findSignIn([idKey(requireText(userId, "userId"))]);
    if (found === null || found.user.state !== "active") throw noSuchUser(userId);
    return found;
  }

  /** As {@link read}, for what the person does themselves: nothing, while they are blocked. */
  async function readUnblocked(userId: string) {
    const found = await read(userId);
    if ((await gate.of(found.user)) !== null)
      throw new WatchwordError("account-blocked", "The account is blocked; unblock it first.");
    return found;
  }

  function changedEvents(
    user: UserRecord,
    action: "password.changed" | "password.set" | "password.removed",
    context: Context,
    notify: boolean,
  ): StoreEvent[] {
    const now = clock.now();
    return [
      auditEvent(action, { now, userId: user.id }, context),
      ...(notify ? notice("password-changed", user, now) : []),
    ];
  }

  /** What a new password ends besides: codes that may have been asked for with the old one. */
  async function replace(
    userId: string,
    expected: string | null | undefined,
    next: PasswordRecord | null,
    events: readonly StoreEvent[],
    raiseEpoch = true,
  ): Promise<number | "conflict"> {
    const options = { raiseEpoch, now: clock.now() };
    const written = await store.replacePassword(userId, expected, next, options, events);
    if (written.status === "not-found") throw noSuchUser(userId);
    if (written.status === "conflict") return "conflict";
    await store.discardCodes(userId, PURPOSES_ENDED_BY_PASSWORD);
    return written.sessionEpoch;
  }

  /** In place of the password that was typed, if it still is the user's: its hash may have been made anew meanwhile. */
  async function replaceTyped(
    userId: string,
    compared: PasswordRecord | null,
    typed: string,
    next: PasswordRecord,
    events: readonly StoreEvent[],
    raiseEpoch: boolean,
  ): Promise<number> {
    let expected = compared;
    for (let attempt = 0; attempt < 5; attempt++) {
      const epoch = await replace(userId, expected?.hash ?? null, next, events, raiseEpoch);
      if (epoch !== "conflict") return epoch;
      expected = (await read(userId)).password;
      if (!(await work.matches(expected, typed, { account: userId }))) break;
    }
    throw new WatchwordError(
      "conflict",
      "The password was changed by somebody else at the same moment; sign in anew.",
    );
  }

  return {
    policy,
    get statistics() {
      return hasher.statistics;
    },
    review: async (password, names = {}) => work.review(requireText(password, "password"), names),

    has: async (userId) => (await read(userId)).password !== null,

    async check(userId, password, { name, renew = false } = {}) {
      const typed = requireText(password, "password");
      // The same work and the same waiting line, so that neither time nor "busy" tells whom there is.
      if (userId === null)
        return work.matches(
          null,
          typed,
          name === undefined ? undefined : { account: limitForm(requireText(name, "name")) },
        );
      const found = await read(userId);
      const isRight = await work.matches(found.password, typed, { account: userId });
      if (isRight && renew) renewal.begin(userId, found.password, typed);
      return isRight;
    },

    async set(userId, password, { notify = true, keepSessions = false, ...context } = {}) {
      // Administrators start a reset; they do not choose passwords (ASVS 5.0, 6.4.6).
      requireSuperuser(context, "set somebody's password");
      const { user } = await read(userId);
      const review = await work.review(requireText(password, "password"), user);
      if (review.status === "password-refused")
        throw new WatchwordError("password-refused", review.message, {
          details: { field: "password", reason: review.reason },
        });
      const next = await work.make(password, { account: userId });
      const events = changedEvents(user, "password.set", context, notify);
      await replace(userId, undefined, next, events, !keepSessions);
      await failures.forget(userId);
    },

    async remove(userId, context = {}) {
      const { user } = await read(userId);
      requireAdministratorOf(user, context, "remove a password");
      await replace(userId, undefined, null, changedEvents(user, "password.removed", context, true));
    },

    async change({ userId, currentPassword, newPassword, sessionToken, keepSessions = false, ...context }) {
      const skip = skipsLimits(context);
      if (keepSessions && !isSystem(context))
        throw new WatchwordError("not-allowed", "A password that a person changes ends their sessions.");
      requireText(currentPassword, "currentPassword");
      const { user, password } = await readUnblocked(userId);
      if (!isSystem(context) && context.actor?.type === "user" && context.actor.id !== userId)
        throw new WatchwordError("not-allowed", "People change their own password only.");
      const review = await work.review(requireText(newPassword, "newPassword"), user);
      if (review.status === "password-refused") return review;

      const asked = await ask(userId, password, currentPassword, context);
      if (asked.status !== "confirmed") return asked;
      const limited = await guard.pass([[`change:${userId}`, skip ? null : OWN_PASSWORD_CHANGES]]);
      if (limited !== null) return limited;
      const next = await work.make(newPassword, laneOf(context, userId));

      const kept = keepSessions ? null : await findKept(userId, sessionToken);
      const events = changedEvents(user, "password.changed", context, true);
      const epoch = await replaceTyped(userId, password, currentPassword, next, events, !keepSessions);
      // Whoever knew the old password may have spent the tries, those of the second factor too.
      await failures.forget(userId, context.ip);
      const device = devices.issue(userId, epoch);
      if (kept === null) return { status: "changed", session: null, token: null, device };
      const opened = await sessions.open(
        {
          userId,
          epoch,
          methods: kept.methods,
          data: JSON.parse(kept.data),
          absoluteEnd: kept.absoluteEnd,
        },
        context,
        [],
      );
      return { status: "changed", ...opened, device };
    },

    async confirm({ userId, password: typed, ...context }) {
      skipsLimits(context);
      requireText(typed, "password");
      const { password } = await readUnblocked(userId);
      return ask(userId, password, typed, context);
    },

    async verifyHash(password, hash, hint = {}) {
      const typed = requireText(password, "password");
      const normalized = normalizePassword(typed);
      const { scheme, valid } = await checkHash(typed, hash, hint);
      // Our own hashes are of the text in NFKC; of another's argon2id only the text as typed is known.
      if (valid || scheme !== OWN_SCHEME || hint.source !== undefined || normalized === typed) return valid;
      return (await checkHash(normalized, hash, hint)).valid;
    },
    async identifyHash(hash, hint) {
      const { identifyHash } = await import("./identify.js");
      return identifyHash(hash, hint);
    },
    needsUpgrade: (hash) =>
      typeof hash !== "string" || hasher.needsUpgrade(requireText(hash, "hash", 16_384)),
    prepareHash: (input) => work.layDown(input),
  };

  /** Asks somebody who is signed in for the password once more, under the same limits as a sign-in. */
  async function ask(
    userId: string,
    record: PasswordRecord | null,
    typed: string,
    context: LimitSkip & Context,
  ): Promise<{ readonly status: "confirmed" } | { readonly status: "wrong-password" } | Limited> {
    const session = context.actor?.type === "user" ? context.actor.sessionId : undefined;
    const attempt = await failures.charge({
      account: { userId },
      ip: context.ip,
      // Counted apart from strangers, who could otherwise keep a person from changing a password; and to a hundred.
      known: session === undefined ? null : { session },
      skip: skipsLimits(context),
    });
    if (attempt.status === "limited") return attempt;
    if (attempt.needsCode)
      return { status: "limited", retryAfter: HOUR, limit: MOST_ACCOUNT_FAILURES, remaining: 0 };
    const isRight = await withdrawOnFailure(attempt, () =>
      work.matches(record, typed, laneOf(context, userId)),
    );
    if (!isRight) return { status: "wrong-password" };
    await attempt.succeeded();
    return { status: "confirmed" };
  }

  /** The session that goes on; null where none was named, or it is not this user's. */
  async function findKept(userId: string, token: string | undefined) {
    if (token === undefined) return null;
    const found = await store.checkSession(sha256(requireText(token, "sessionToken")), { data: false });
    return found !== null && found.user.id === userId && found.session.epoch === found.user.sessionEpoch
      ? found.session
      : null;
  }
}

/** A try whose password was never compared (a busy hasher, a store that went away) must not count. */
export async function withdrawOnFailure<T>(
  attempt: { withdrawn(): Promise<void> },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await attempt.withdrawn();
    throw error;
  }
}

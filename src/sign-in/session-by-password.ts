import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { requireText } from "../base/input.js";
import { idKey } from "../base/keys.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import type { Renewal } from "../passwords/renewal.js";
import type { Sessions } from "../sessions/sessions.js";
import type { SessionsService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import { noSuchUser } from "../users/lookup.js";
import { requireSuperuser } from "../users/rights.js";

/**
 * A session for whoever has the password, without the limits and steps of a sign-in. It is opened under the epoch that
 * was read together with the hash: a password that is changed while the old one is compared leaves no live session.
 */
export function createSessionByPassword(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly passwords: PasswordWork;
  readonly sessions: Sessions;
  readonly renewal: Renewal;
}): SessionsService["createByPassword"] {
  const { store, clock, passwords, sessions, renewal } = deps;
  return async ({ userId, password, methods = ["password"], data, ...context }) => {
    requireSuperuser(context, "make sessions for somebody");
    const typed = requireText(password, "password");
    const found = await store.findSignIn([idKey(requireText(userId, "userId"))]);
    if (found === null || found.user.state !== "active") throw noSuchUser(userId);
    const { user } = found;
    if (!(await passwords.matches(found.password, typed, laneOf(context, userId))))
      return { status: "wrong-password" };
    await sessions.requireWelcome(user);
    const opening = { userId, epoch: user.sessionEpoch, methods, ...(data === undefined ? {} : { data }) };
    const event = auditEvent("session.created", { now: clock.now(), userId, details: { methods } }, context);
    const made = await sessions.open(opening, context, [event]);
    renewal.begin(userId, found.password, typed);
    return { status: "created", ...made };
  };
}

import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { type IdentifierMode, idKey, limitForm } from "../base/keys.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import type { Renewal } from "../passwords/renewal.js";
import type { Sessions } from "../sessions/sessions.js";
import type { SessionsService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import { noSuchUser } from "../users/lookup.js";
import { keysOfReference } from "../users/query.js";
import { requireSuperuser } from "../users/rights.js";

/**
 * A session for whoever has the password, without the limits and steps of a sign-in. It is opened under the epoch that
 * was read together with the hash: a password that is changed while the old one is compared leaves no live session.
 */
export function createSessionByPassword(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly passwords: PasswordWork;
  readonly sessions: Sessions;
  readonly renewal: Renewal;
}): SessionsService["createByPassword"] {
  const { store, clock, mode, passwords, sessions, renewal } = deps;

  /** An id is the application's own; a name is what somebody typed, and need not be anybody's. */
  function keysOf(input: { readonly userId: string } | { readonly username: string }): readonly string[] {
    if ("userId" in input) return [idKey(requireText(input.userId, "userId"))];
    return keysOfReference({ username: requireText(input.username, "username") }, mode);
  }

  return async (input) => {
    const { password, methods = ["password"], data, ...context } = input;
    requireSuperuser(context, "make sessions for somebody");
    const typed = requireText(password, "password");
    const keys = keysOf(input);
    const found = keys.length === 0 ? null : await store.findSignIn(keys);
    const known = found?.user.state === "active" ? found : null;
    if (known === null && "userId" in input) throw noSuchUser(input.userId);
    const account = known?.user.id ?? ("username" in input ? limitForm(input.username) : input.userId);
    const isRight = await passwords.matches(known?.password ?? null, typed, laneOf(context, account));
    if (!isRight || known === null) return { status: "wrong-password" };
    const { user } = known;
    const userId = user.id;
    await sessions.requireWelcome(user);
    // A password alone must not be a way round what the person chose.
    if (user.secondFactor !== null)
      throw new WatchwordError(
        "not-allowed",
        "This account asks for a second factor; sign its owner in with space.signIn.",
      );
    const opening = { userId, epoch: user.sessionEpoch, methods, ...(data === undefined ? {} : { data }) };
    const event = auditEvent("session.created", { now: clock.now(), userId, details: { methods } }, context);
    const made = await sessions.open(opening, context, [event]);
    renewal.begin(userId, known.password, typed);
    return { status: "created", ...made };
  };
}

import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { idKey } from "../base/keys.js";
import { skipsLimits } from "../limits/skip.js";
import type { PasswordsService, UsersService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import type { UserChanges } from "./change.js";
import { notice } from "./notices.js";
import { toUserWithData } from "./records.js";
import { requireAdministratorOf } from "./rights.js";

/** The second factor that a person chose, or that was taken away from somebody who lost it. */
export function createSecondFactorChoice(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: UserChanges;
  readonly confirmPassword: PasswordsService["confirm"];
}): UsersService["setSecondFactor"] {
  const { store, clock, changes, confirmPassword } = deps;

  return async function setSecondFactor(id, factor, { password, ...context } = {}) {
    if (factor !== "mail" && factor !== null)
      throw new WatchwordError("invalid-input", 'A second factor is "mail" or null.', {
        details: { field: "factor" },
      });
    skipsLimits(context);
    const before = await changes.read(id);
    const isOwn = context.actor?.type === "user" && context.actor.id === id;
    if (!isOwn) requireAdministratorOf(before, context, "change a second factor");
    // Asked once more, since a stolen session must not decide what the next sign-in needs (ASVS 5.0, 7.5.1).
    if (isOwn || password !== undefined) {
      const asked = await confirmPassword({
        userId: id,
        password: requireText(password, "password"),
        ...context,
      });
      if (asked.status !== "confirmed") return asked;
    }
    if (factor !== null) {
      if (before.email === null || before.emailVerifiedAt === null) return { status: "no-address" };
      const found = await store.findSignIn([idKey(id)]);
      if (found !== null && found.password === null) return { status: "no-password" };
    }
    if (before.secondFactor === factor)
      return { status: "changed", user: toUserWithData(before, clock.now()) };
    const user = await changes.change(id, (current, now) => {
      if (factor !== null && current.email !== before.email)
        throw new WatchwordError("conflict", "The address was changed at the same moment; try again.");
      return {
        change: { secondFactor: factor },
        events: [
          auditEvent("user.second-factor-changed", { now, userId: id, details: { factor } }, context),
          ...notice("second-factor-changed", current, now, { secondFactor: factor !== null }),
        ],
      };
    });
    // Codes to sign in with alone were asked for while they were enough.
    if (factor !== null) await store.discardCodes(id, ["sign-in"]);
    return { status: "changed", user: toUserWithData(user, clock.now()) };
  };
}

import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import type { Failures } from "../limits/failures.js";
import type { UsersService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import type { UserChanges } from "./change.js";
import { toUserWithData } from "./records.js";
import { requireAdministratorOf } from "./rights.js";

/** Forgetting failures for somebody else. People do it for themselves by a mailed code: `sign-in/unlock.ts`. */
export function createUnlocking(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly failures: Failures;
  readonly changes: UserChanges;
}): UsersService["unlock"] {
  const { store, clock, failures, changes } = deps;
  return async (id, context = {}) => {
    const user = await changes.read(id);
    requireAdministratorOf(user, context, "unlock a user");
    await failures.forgetEverywhere(user);
    const now = clock.now();
    await store.addEvents([auditEvent("user.unlocked", { now, userId: id }, context)]);
    return toUserWithData(user, now);
  };
}

import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import type { UsersService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import type { UserChanges } from "./change.js";
import { noSuchUser, pendingBefore } from "./lookup.js";
import { toUserWithData } from "./records.js";
import { requireSuperuser } from "./rights.js";

/** For programs that sign people in by themselves. Like a sign-in here it is no change of the user: `updatedAt` stays. */
export function createSignInRecord(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: UserChanges;
}): UsersService["recordSignIn"] {
  const { store, clock, changes } = deps;
  return async (id, context = {}) => {
    requireSuperuser(context, "record a sign-in of somebody");
    for (let attempt = 0; attempt < 50; attempt++) {
      const user = await changes.read(id);
      const now = clock.now();
      const event = auditEvent(
        "sign-in.succeeded",
        { now, userId: id, details: { methods: ["recorded"] } },
        context,
      );
      const change = { lastSignInAt: Math.max(now, user.lastSignInAt ?? 0) };
      const written = await store.updateUser(id, user.version, change, user.updatedAt, pendingBefore(now), [
        event,
      ]);
      if (written.status === "updated") return toUserWithData(written.user, now);
      if (written.status === "not-found") throw noSuchUser(id);
    }
    throw new WatchwordError("conflict", "Too many changes to this user at once; try again.");
  };
}

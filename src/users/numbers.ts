import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { LAST_NUMBER, USER_NUMBERS } from "../base/numbers.js";
import type { UsersService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import type { UserChanges } from "./change.js";
import { noSuchUser, pendingBefore } from "./lookup.js";
import { numberKeyRecord } from "./names.js";
import { requireAdministratorOf } from "./rights.js";

/**
 * Draws numbers for one user until one of them is nobody's. As a rule that is the first. Where the sequence lies behind numbers that
 * are taken (it was dropped, or somebody else wrote users into the database), each further draw leaps twice as far as the
 * one before, so that the end of any number of them is soon found.
 */
export function numbersFor(store: Store): () => Promise<number> {
  let taken = 0;
  let leap = 0;
  return async () => {
    if (taken > 0) {
      leap = leap === 0 ? 1 : leap * 2;
      await store.raiseSequence(USER_NUMBERS, Math.min(taken + leap, LAST_NUMBER));
    }
    taken = await store.nextNumber(USER_NUMBERS);
    return taken;
  };
}

/** Whether a key that is taken is that of a number. */
export function isNumberKey(key: string): boolean {
  return key.startsWith("n:");
}

export function createNumbering(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: UserChanges;
}): UsersService["assignNumber"] {
  const { store, clock, changes } = deps;
  return async (id, context = {}) => {
    const draw = numbersFor(store);
    let number: number | null = null;
    for (let conflicts = 0; conflicts < 50; ) {
      const user = await changes.read(id);
      requireAdministratorOf(user, context, "give numbers to users");
      if (user.number !== null) return user.number;
      number ??= await draw();
      const now = clock.now();
      const details = { fields: ["number"], number };
      const written = await store.updateUser(
        id,
        // Of many who give this user a number, one finds the user as it was read; the others then read that number.
        user.version,
        { number, addKeys: [numberKeyRecord(number)] },
        now,
        pendingBefore(now),
        [auditEvent("user.updated", { now, userId: id, details }, context)],
      );
      if (written.status === "updated") return number;
      if (written.status === "not-found") throw noSuchUser(id);
      if (written.status === "taken") number = null;
      else conflicts++;
    }
    throw new WatchwordError("conflict", "Too many changes to this user at once; try again.");
  };
}

import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { idKey } from "../base/keys.js";
import type { Store, StoreEvent, UserChange, UserRecord } from "../store/contract.js";
import { noSuchUser, pendingBefore } from "./lookup.js";
import { takenError } from "./names.js";

export interface PlannedChange {
  readonly change: UserChange;
  readonly events: readonly StoreEvent[];
}

/** Reads and changes one user by compare and set. */
export interface UserChanges {
  /** @throws WatchwordError `not-found` */
  read(id: string): Promise<UserRecord>;
  /**
   * Writes what `plan` makes of the user as it is; somebody else's change in between makes it plan anew.
   * @throws WatchwordError `not-found`, `username-taken`, `email-taken`, `conflict`
   */
  change(
    id: string,
    plan: (user: UserRecord, now: number) => PlannedChange | Promise<PlannedChange>,
  ): Promise<UserRecord>;
}

export function createUserChanges(deps: { readonly store: Store; readonly clock: Clock }): UserChanges {
  const { store, clock } = deps;

  async function read(id: string): Promise<UserRecord> {
    const user = await store.findUser([idKey(requireText(id, "id"))]);
    if (user === null) throw noSuchUser(id);
    return user;
  }

  return {
    read,
    async change(id, plan) {
      for (let attempt = 0; attempt < 50; attempt++) {
        const user = await read(id);
        const now = clock.now();
        const { change, events } = await plan(user, now);
        const written = await store.updateUser(id, user.version, change, now, pendingBefore(now), events);
        if (written.status === "updated") return written.user;
        if (written.status === "taken") throw takenError(written.key);
        if (written.status === "not-found") throw noSuchUser(id);
      }
      throw new WatchwordError("conflict", "Too many changes to this user at once; try again.");
    },
  };
}

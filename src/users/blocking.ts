import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { blockState } from "../blocks/blocks.js";
import type { BlockGate } from "../blocks/gate.js";
import type { Context, UsersService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import type { UserChanges } from "./change.js";
import { toUserWithData } from "./records.js";
import { requireAdministratorOf } from "./rights.js";

/** Blocking somebody who has an account. Blocks on names are `blocks/blocks.ts`. */
export function createBlocking(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly gate: BlockGate;
  readonly changes: UserChanges;
}): Pick<UsersService, "block" | "unblock"> {
  const { store, clock, gate, changes } = deps;

  async function removeBlocksOnNames(keys: readonly string[], userId: string, context: Context) {
    const now = clock.now();
    for (const { key, value } of await store.findBlocks(keys))
      await store.removeBlock(key, [
        auditEvent("block.removed", { now, userId, details: { name: value } }, context),
      ]);
  }

  return {
    async block(id, { reason, until, ...context } = {}) {
      const user = await changes.change(id, (before, now) => {
        requireAdministratorOf(before, context, "block a user");
        const blocked = blockState({ reason, until }, now);
        const details = { reason: blocked.reason };
        return {
          change: { blocked, raiseEpoch: true },
          events: [auditEvent("user.blocked", { now, userId: id, details }, context)],
        };
      });
      return toUserWithData(user, clock.now());
    },

    async unblock(id, context = {}) {
      // The names first: what is written last is what the caller is told.
      const before = await changes.read(id);
      requireAdministratorOf(before, context, "unblock a user");
      await removeBlocksOnNames(gate.keysOf(before), id, context);
      const user = await changes.change(id, (current, now) => {
        requireAdministratorOf(current, context, "unblock a user");
        return {
          change: { blocked: null },
          events: [auditEvent("user.unblocked", { now, userId: id }, context)],
        };
      });
      return toUserWithData(user, clock.now());
    },
  };
}

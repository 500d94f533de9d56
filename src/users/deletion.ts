import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { idKey } from "../base/keys.js";
import { type BlockGate, isInForce, isSameBlock } from "../blocks/gate.js";
import type { Failures } from "../limits/failures.js";
import type { BlocksAtDeletion, Context } from "../space/contract.js";
import type { BlockState, Store, UserRecord } from "../store/contract.js";
import { noSuchUser } from "./lookup.js";
import { notice } from "./notices.js";
import { isSystem } from "./rights.js";

/** Deleting somebody, once it is clear that it may be done. */
export interface Deletion {
  /**
   * Nobody would be left to look after the space; the application and the command line may do it all the same.
   * @throws WatchwordError `not-allowed`
   */
  requireAnotherSuperuser(user: UserRecord, context: Context): Promise<void>;
  /** @throws WatchwordError `not-found`, `invalid-input`, `conflict` */
  delete(user: UserRecord, blocks: BlocksAtDeletion | undefined, context: Context): Promise<void>;
}

export function createDeletion(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly failures: Failures;
  readonly gate: BlockGate;
}): Deletion {
  const { store, clock, failures, gate } = deps;

  /** A block on the account goes over to its names before the account is gone, so that no moment is without it. */
  async function keepBlock(user: UserRecord): Promise<void> {
    const block = user.blocked;
    const now = clock.now();
    if (!isInForce(block, now)) return;
    // One that came from a name goes on to lie on that name, and on no other.
    const onNames = await store.findBlocks(gate.keysOf(user));
    if (onNames.some((each) => isSameBlock(block, each))) return;
    for (const [name, keys] of [
      [user.email, gate.keysOf({ username: null, email: user.email })],
      [user.username, gate.keysOf({ username: user.username, email: null })],
    ] as const)
      for (const key of keys)
        if (!(await holdsAsLong(key, block)))
          await store.putBlock({ key, value: name ?? "", ...block }, [
            auditEvent("block.put", { now, userId: user.id, details: { name, reason: block.reason } }, {}),
          ]);
  }

  /** Whether a block on the name already keeps it as long as this one does. */
  async function holdsAsLong(key: string, block: BlockState): Promise<boolean> {
    const onName = await gate.find([key]);
    if (onName === null) return false;
    return onName.until === null || (block.until !== null && onName.until >= block.until);
  }

  /** By compare and set, or a block that is laid in this moment would go with the account. Answers the user as it went. */
  async function remove(asRead: UserRecord, blocks: BlocksAtDeletion, context: Context): Promise<UserRecord> {
    let user: UserRecord | null = asRead;
    for (let attempt = 0; attempt < 50; attempt++) {
      if (user === null) throw noSuchUser(asRead.id);
      if (blocks === "keep") await keepBlock(user);
      const now = clock.now();
      const details = { username: user.username };
      const events = [
        auditEvent("user.deleted", { now, userId: user.id, details }, context),
        ...notice("account-deleted", user, now),
      ];
      if (await store.deleteUser(user.id, events, user.version)) return user;
      user = await store.findUser([idKey(asRead.id)]);
    }
    throw new WatchwordError("conflict", "Too many changes to this user at once; try again.");
  }

  return {
    async requireAnotherSuperuser(user, context) {
      if (isSystem(context) || !user.superuser) return;
      if ((await store.countUsers({ superuser: true, active: true })) > 1) return;
      throw new WatchwordError("not-allowed", "This is the last superuser; make another one first.");
    },

    async delete(asRead, blocks = "keep", context) {
      if (blocks !== "keep" && blocks !== "remove")
        throw new WatchwordError("invalid-input", 'blocks must be "keep" or "remove".', {
          details: { field: "blocks" },
        });
      const user = await remove(asRead, blocks, context);
      if (blocks === "remove")
        for (const { key, value } of await store.findBlocks(gate.keysOf(user)))
          await store.removeBlock(key, [
            auditEvent(
              "block.removed",
              { now: clock.now(), userId: user.id, details: { name: value } },
              context,
            ),
          ]);
      await failures.forget(user.id);
    },
  };
}

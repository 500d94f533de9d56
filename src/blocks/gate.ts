import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { emailKey, type IdentifierMode, usernameKey } from "../base/keys.js";
import type { BlockRecord, BlockState, Store, StoreEvent, UserRecord } from "../store/contract.js";

/** The names that somebody has or wants. */
export interface BlockableNames {
  readonly username: string | null;
  readonly email: string | null;
}

/**
 * Asks whether a block holds: one on the user, or one that was laid on a name of theirs. Whoever takes a name asks
 * before it and calls {@link BlockGate.settle} after it: a block that is laid meanwhile is then seen by one side at
 * least, because laying one writes the name first and looks for its user next.
 */
export interface BlockGate {
  /** The block that holds now on one of these keys. */
  find(keys: readonly string[]): Promise<BlockRecord | null>;
  /** The block that holds on somebody now, by their record or by a name. */
  of(user: UserRecord): Promise<BlockState | null>;
  onNames(names: BlockableNames): Promise<BlockRecord | null>;
  /** @throws WatchwordError `name-blocked` where a block holds on one of these keys */
  requireFree(keys: readonly string[]): Promise<void>;
  /** Blocks a user who has just taken names, where a block was laid on one of them meanwhile. Answers what they are now. */
  settle(user: UserRecord): Promise<UserRecord>;
  /** Every name of somebody, as the keys that blocks lie on. */
  keysOf(names: BlockableNames): string[];
}

/** What a user keeps of a block. */
export function stateOf({ since, until, reason }: BlockState): BlockState {
  return { since, until, reason };
}

/** What a block changes of a user: it ends every session in the same write. */
export function blockUser(
  store: Store,
  userId: string,
  block: BlockState,
  now: number,
  events: readonly StoreEvent[],
) {
  return store.updateUser(userId, null, { blocked: stateOf(block), raiseEpoch: true }, now, 0, events);
}

export function createBlockGate(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
}): BlockGate {
  const { store, clock, mode } = deps;

  function keysOf({ username, email }: BlockableNames): string[] {
    return [
      ...(email === null ? [] : [emailKey(email, mode)]),
      ...(username === null ? [] : [usernameKey(username, mode)]),
    ];
  }

  async function find(keys: readonly string[]): Promise<BlockRecord | null> {
    const now = clock.now();
    return (await store.findBlocks(keys)).find((block) => isInForce(block, now)) ?? null;
  }

  async function of(user: UserRecord): Promise<BlockState | null> {
    if (isInForce(user.blocked, clock.now())) return user.blocked;
    return find(keysOf(user));
  }

  const onNames = (names: BlockableNames) => find(keysOf(names));

  return {
    find,
    of,
    onNames,
    keysOf,
    async requireFree(keys) {
      const block = await find(keys);
      if (block !== null)
        throw new WatchwordError(
          "name-blocked",
          `The name ${JSON.stringify(block.value)} is blocked; remove the block first, or give another name.`,
        );
    },
    async settle(user) {
      const block = await onNames(user);
      if (block === null || isInForce(user.blocked, clock.now())) return user;
      const now = clock.now();
      const details = { name: block.value, reason: block.reason };
      const written = await blockUser(store, user.id, block, now, [
        auditEvent("user.blocked", { now, userId: user.id, details }, {}),
      ]);
      return written.status === "updated" ? written.user : user;
    },
  };
}

/** A block with an end lifts by itself. */
export function isInForce(block: BlockState | null, now: number): block is BlockState {
  return block !== null && (block.until === null || now < block.until);
}

/** Whether a block on a user came from this one on a name. */
export function isSameBlock(a: BlockState | null, b: BlockState): boolean {
  return a !== null && a.since === b.since && a.until === b.until && a.reason === b.reason;
}

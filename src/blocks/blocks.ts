import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { optionalText, requireText } from "../base/input.js";
import { emailKey, type IdentifierMode, parseEmail, parseUsername, usernameKey } from "../base/keys.js";
import { everyItem, pageSize } from "../base/pages.js";
import type { Block, BlocksService, Context } from "../space/contract.js";
import type { BlockRecord, BlockState, Store } from "../store/contract.js";
import { requireAdministrator, requireAdministratorOf } from "../users/rights.js";
import { type BlockGate, blockUser, isInForce, isSameBlock, stateOf } from "./gate.js";

/** Blocks on names, whether or not anybody has them. */
export function createBlocks(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly gate: BlockGate;
}): BlocksService {
  const { store, clock, mode, gate } = deps;

  /** The key that an account of this name would have, and the name as it is shown. */
  function readName(identifier: string): { readonly key: string; readonly value: string } {
    const typed = requireText(identifier, "identifier");
    // In the form that becomes the key, as for accounts: a full-width @ would make a username of it that nobody can have.
    if (typed.normalize("NFKC").includes("@")) {
      const value = parseEmail(typed);
      return { key: emailKey(value, mode), value };
    }
    const value = parseUsername(typed);
    return { key: usernameKey(value, mode), value };
  }

  async function requireRightsOver(key: string, context: Context, deed: string): Promise<void> {
    requireAdministrator(context, deed);
    const user = await store.findUser([key]);
    if (user !== null) requireAdministratorOf(user, context, deed);
  }

  /** Lifts from whoever has the name what came from it; a block that was laid on the person is another one, and stays. */
  async function unblockHolder(block: BlockRecord, context: Context): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const user = await store.findUser([block.key]);
      if (user === null || !isSameBlock(user.blocked, block)) return;
      // Another name of theirs may be blocked too: then that is what keeps them out, and what is shown.
      const other = await gate.onNames(user);
      const blocked = other === null ? null : stateOf(other);
      const now = clock.now();
      const event =
        other === null
          ? auditEvent("user.unblocked", { now, userId: user.id }, context)
          : auditEvent(
              "user.blocked",
              { now, userId: user.id, details: { name: other.value, reason: other.reason } },
              context,
            );
      const written = await store.updateUser(user.id, user.version, { blocked }, now, 0, [event]);
      if (written.status !== "conflict") return;
    }
    throw new WatchwordError("conflict", "Too many changes to the user of this name at once; try again.");
  }

  return {
    async put(identifier, { reason, until, ...context } = {}) {
      const { key, value } = readName(identifier);
      await requireRightsOver(key, context, "block a name");
      const now = clock.now();
      const block = { key, value, ...blockState({ reason, until }, now) };
      const details = { name: value, reason: block.reason };
      const [earlier] = await store.findBlocks([key]);
      await store.putBlock(block, [auditEvent("block.put", { now, userId: null, details }, context)]);
      // Looked up after the name was written: whoever takes it from now on meets the block.
      const user = await store.findUser([key]);
      // Who is blocked by another one stays so for the reason that was given then; the name keeps this one beside it.
      const isReplaced = earlier !== undefined && isSameBlock(user?.blocked ?? null, earlier);
      if (user !== null && (isReplaced || !isInForce(user.blocked, now)))
        await blockUser(store, user.id, block, now, [
          auditEvent("user.blocked", { now, userId: user.id, details }, context),
        ]);
      return toBlock(block);
    },

    async remove(identifier, context = {}) {
      const { key, value } = readName(identifier);
      await requireRightsOver(key, context, "remove a block");
      const [block] = await store.findBlocks([key]);
      const now = clock.now();
      const details = { name: value };
      const event = auditEvent("block.removed", { now, userId: null, details }, context);
      const wasThere = await store.removeBlock(key, [event]);
      if (block !== undefined) await unblockHolder(block, context);
      return wasThere;
    },

    async find(identifier) {
      const [block] = await store.findBlocks([readName(identifier).key]);
      return block !== undefined && isInForce(block, clock.now()) ? toBlock(block) : null;
    },

    async list(query = {}) {
      const size = pageSize(query.size);
      const after = query.after === undefined ? null : requireText(query.after, "after", 1024);
      const rows = await store.listBlocks({ after, size: size + 1 });
      const page = rows.slice(0, size);
      const now = clock.now();
      return {
        items: page.filter((block) => isInForce(block, now)).map(toBlock),
        next: rows.length > size ? (page.at(-1)?.key ?? null) : null,
      };
    },

    all() {
      return everyItem((after) => this.list({ size: 500, ...(after === undefined ? {} : { after }) }));
    },
  };
}

/** What was given for a block, checked. @throws WatchwordError `invalid-input` */
export function blockState(
  input: { readonly reason?: string | undefined; readonly until?: Date | undefined },
  now: number,
): BlockState {
  const { until } = input;
  const refuse = (reason: string) =>
    new WatchwordError("invalid-input", `until ${reason}`, { details: { field: "until" } });
  if (until !== undefined && !(until instanceof Date && Number.isFinite(until.getTime())))
    throw refuse("must be a valid Date.");
  if (until !== undefined && until.getTime() <= now)
    throw refuse("lies in the past; give a later time, or none.");
  return {
    since: now,
    until: until?.getTime() ?? null,
    reason: optionalText(input.reason, "reason", 1000) ?? null,
  };
}

function toBlock(block: BlockRecord): Block {
  return {
    identifier: block.value,
    since: new Date(block.since),
    until: block.until === null ? null : new Date(block.until),
    reason: block.reason,
  };
}

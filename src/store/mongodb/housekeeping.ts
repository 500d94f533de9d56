import type { Collection, Document, Filter } from "mongodb";
import type { CleanupCounts, CleanupLimits } from "../contract.js";
import type { Database } from "./database.js";
import type { Outboxed } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { removeAll, sweepAll } from "./outbox.js";
import { take } from "./pages.js";
import { removeUser } from "./users.js";
import { text, whole } from "./values.js";

/** Real milliseconds that a mail which was sent is remembered at the least: longer than anybody may still be moving its event on. */
const SENT_STAYS = 86_400_000;

export async function takeTurn(
  database: Database,
  name: string,
  owner: string,
  until: number,
  now: number,
): Promise<boolean> {
  const { turns } = database.collections;
  const mine = { _id: text(name), $or: [{ owner: text(owner) }, { endsAt: { $lte: whole(now) } }] };
  const change = { $set: { owner, endsAt: whole(until) } };
  try {
    const { matchedCount, upsertedCount } = await turns.updateOne(mine, change, { upsert: true });
    return matchedCount + upsertedCount > 0;
  } catch (error) {
    // There is one, which is another's; or somebody inserted it at the same moment, and then that one is looked at.
    if (!isDuplicateKey(error)) throw error;
    return (await turns.updateOne(mine, change)).matchedCount > 0;
  }
}

/**
 * What a crash left in outboxes goes first: only after that may it be forgotten which mails were sent, since nothing holds their events any
 * more.
 */
export async function cleanup(database: Database, limits: CleanupLimits): Promise<CleanupCounts> {
  const sentBefore = Date.now() - SENT_STAYS;
  await sweepAll(database);
  const { collections } = database;
  const now = whole(limits.now);
  const before = whole(limits.sessionsBefore);
  // All of them, batch by batch: nobody counts these, and more may be sent in a day than one batch a round takes away.
  const sent = { gone: { $ne: null }, goneAt: { $lt: sentBefore } };
  while ((await removeSome(collections.mails, sent, limits.size)) >= limits.size && limits.size > 0);
  return {
    sessions: await removeOutboxed(
      database,
      "sessions",
      { $or: [{ expiresAt: { $lt: before } }, { absoluteEnd: { $lt: before } }] },
      limits.size,
    ),
    users: await removePending(database, limits),
    codes: await removeOutboxed(database, "codes", { endsAt: { $lte: now } }, limits.size),
    limits: await removeSome(collections.limits, { endsAt: { $lte: now } }, limits.size),
    mails: await removeSome(
      collections.mails,
      { state: "failed", dueAt: { $lt: whole(limits.mailBefore) }, gone: null, outboxSince: null },
      limits.size,
    ),
    blocks: await removeOutboxed(database, "blocks", { until: { $lte: now } }, limits.size),
    audit: limits.auditBefore === null ? 0 : await removeAudit(database, limits.auditBefore, limits.size),
  };
}

/** The condition is asked once more by the removal itself: what was used since the look stays. */
async function removeOutboxed(
  database: Database,
  name: "sessions" | "codes" | "blocks",
  condition: Filter<Outboxed>,
  size: number,
): Promise<number> {
  const collection = database.collections[name] as unknown as Collection<Outboxed>;
  const ids = await idsOf(collection, { $and: [condition, { gone: null }] }, size);
  if (ids.length === 0) return 0;
  return removeAll(database, name, { $and: [{ _id: { $in: ids } }, condition] });
}

async function removeSome<T extends Document & { readonly _id: string }>(
  collection: Collection<T>,
  condition: Filter<T>,
  size: number,
): Promise<number> {
  const ids = await idsOf(collection, condition, size);
  if (ids.length === 0) return 0;
  const chosen = { $and: [{ _id: { $in: ids } }, condition] } as Filter<T>;
  return (await collection.deleteMany(chosen)).deletedCount;
}

async function idsOf<T extends Document>(
  collection: Collection<T>,
  condition: Filter<T>,
  size: number,
): Promise<string[]> {
  const found = await take(collection.find(condition, { projection: { _id: 1 } }), size);
  return found.map(({ _id }) => String(_id));
}

async function removePending(database: Database, limits: CleanupLimits): Promise<number> {
  const condition = { state: "pending" as const, createdAt: { $lt: whole(limits.pendingBefore) } };
  const ids = await idsOf(database.collections.users, { ...condition, gone: null }, limits.size);
  let removed = 0;
  for (const id of ids) if (await removeUser(database, id, condition, [])) removed++;
  return removed;
}

/** Ids sort by time, so what is too old stands at the front; `at` decides. */
async function removeAudit(database: Database, before: number, size: number): Promise<number> {
  const { audit } = database.collections;
  const oldest = await take(audit.find({}, { projection: { at: 1 }, sort: { _id: 1 } }), size);
  const ids = oldest.filter(({ at }) => at < before).map(({ _id }) => _id);
  if (ids.length === 0) return 0;
  return (await audit.deleteMany({ _id: { $in: ids } })).deletedCount;
}

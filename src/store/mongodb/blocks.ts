import type { BlockRecord, StoreEvent } from "../contract.js";
import type { Database } from "./database.js";
import type { BlockDocument } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { bury, carrying, moveOn, newMark } from "./outbox.js";
import { take } from "./pages.js";
import { text, texts } from "./values.js";

export const BLOCK_FIELDS = { outbox: 0, outboxSince: 0, gone: 0 } as const;

export async function putBlock(
  database: Database,
  block: BlockRecord,
  events: readonly StoreEvent[],
): Promise<void> {
  const _id = text(block.key);
  const { value, since, until, reason } = block;
  const { set, push } = carrying(events);
  // What an older block still carries stays in the outbox. A dead one is revived.
  const write = () =>
    database.collections.blocks.updateOne(
      { _id },
      {
        $set: { value, since, until, reason, gone: null, ...set },
        ...(events.length > 0 ? push : { $setOnInsert: { outbox: [], outboxSince: null } }),
      },
      { upsert: true },
    );
  await write().catch((error: unknown) => {
    // Two who find no block both insert; the second finds one then.
    if (!isDuplicateKey(error)) throw error;
    return write();
  });
  await moveOn(database, "blocks", _id, events);
}

export async function removeBlock(
  database: Database,
  key: string,
  events: readonly StoreEvent[],
): Promise<boolean> {
  const mark = newMark();
  const { matchedCount } = await database.collections.blocks.updateOne(
    { _id: text(key), gone: null },
    { $set: { gone: mark, outboxSince: Date.now() }, ...carrying(events).push },
  );
  if (matchedCount === 0) return false;
  await bury(database, "blocks", { _id: key, gone: mark });
  return true;
}

export async function findBlocks(
  database: Database,
  keys: readonly string[],
): Promise<readonly BlockRecord[]> {
  if (keys.length === 0) return [];
  const found = await database.collections.blocks
    .find({ _id: { $in: texts(keys) }, gone: null }, { projection: BLOCK_FIELDS, sort: { _id: 1 } })
    .toArray();
  return found.map(readBlock);
}

export async function listBlocks(
  database: Database,
  query: { readonly after: string | null; readonly size: number },
): Promise<readonly BlockRecord[]> {
  const found = await take(
    database.collections.blocks.find(
      { _id: { $gt: text(query.after ?? "") }, gone: null },
      { projection: BLOCK_FIELDS, sort: { _id: 1 } },
    ),
    query.size,
  );
  return found.map(readBlock);
}

export function readBlock(document: BlockDocument): BlockRecord {
  return {
    key: document._id,
    value: document.value,
    since: document.since,
    until: document.until,
    reason: document.reason,
  };
}

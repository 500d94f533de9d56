import type { BlockRecord, StoreEvent } from "../contract.js";
import { insertEvents } from "./events.js";
import { all, type Operation, run, type SqlValue } from "./operation.js";
import { marks } from "./texts.js";

type BlockRow = {
  readonly key: string;
  readonly value: string;
  readonly since: number;
  readonly until: number | null;
  readonly reason: string | null;
};

export const BLOCK_COLUMNS = "key, value, since, until, reason";

export function* putBlock(block: BlockRecord, events: readonly StoreEvent[]): Operation<void> {
  yield* run(
    `INSERT INTO watchword_blocks (${BLOCK_COLUMNS}) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, since = excluded.since, until = excluded.until,
       reason = excluded.reason`,
    ...writeBlock(block),
  );
  yield* insertEvents(events);
}

export function* removeBlock(key: string, events: readonly StoreEvent[]): Operation<boolean> {
  const wasThere = (yield* run("DELETE FROM watchword_blocks WHERE key = ?", key)) > 0;
  if (wasThere) yield* insertEvents(events);
  return wasThere;
}

export function* findBlocks(keys: readonly string[]): Operation<readonly BlockRecord[]> {
  if (keys.length === 0) return [];
  return yield* all<BlockRow>(
    `SELECT ${BLOCK_COLUMNS} FROM watchword_blocks WHERE key IN (${marks(keys.length)}) ORDER BY key`,
    ...keys,
  );
}

export function* listBlocks(query: {
  readonly after: string | null;
  readonly size: number;
}): Operation<readonly BlockRecord[]> {
  return yield* all<BlockRow>(
    `SELECT ${BLOCK_COLUMNS} FROM watchword_blocks WHERE key > ? ORDER BY key LIMIT ?`,
    query.after ?? "",
    query.size,
  );
}

/** In the order of {@link BLOCK_COLUMNS}. */
export function writeBlock(block: BlockRecord): SqlValue[] {
  return [block.key, block.value, block.since, block.until, block.reason];
}

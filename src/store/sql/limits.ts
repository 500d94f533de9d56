import type { LimitHit, LimitRecord, LimitResult, LimitSettlement } from "../contract.js";
import { hitLimit, refundLimit } from "../limit-rule.js";
import { first, type Operation, run, type SqlValue } from "./operation.js";

export type LimitRow = {
  readonly key: string;
  readonly count: number;
  readonly started_at: number;
  readonly last_at: number;
  readonly locked_until: number | null;
  readonly ends_at: number | null;
};

export const LIMIT_COLUMNS = "key, count, started_at, last_at, locked_until, ends_at";

/** Writes only once no hit was refused, so that a refusal has nothing to take back; its own trace alone is written. */
export function* hitLimits(hits: readonly LimitHit[], now: number): Operation<readonly LimitResult[]> {
  const results: LimitResult[] = [];
  const changed = new Map<string, LimitRecord>();
  for (const { key, rule, refuse = true } of hits) {
    const record = changed.get(key) ?? (yield* readLimit(key));
    const { next, result } = hitLimit(key, record, rule, now, refuse);
    results.push(result);
    if (refuse && !result.allowed) {
      if (next !== null) yield* writeLimit(next);
      return results;
    }
    if (next !== null) changed.set(key, next);
  }
  for (const record of changed.values()) yield* writeLimit(record);
  return results;
}

export function* settleLimits(settlements: readonly LimitSettlement[]): Operation<void> {
  for (const { key, action } of settlements) {
    if (action === "reset") {
      yield* run("DELETE FROM watchword_limits WHERE key = ?", key);
      continue;
    }
    const record = yield* readLimit(key);
    if (record !== null) yield* writeLimit(refundLimit(record));
  }
}

export function* readLimit(key: string): Operation<LimitRecord | null> {
  const row = yield* first<LimitRow>(`SELECT ${LIMIT_COLUMNS} FROM watchword_limits WHERE key = ?`, key);
  return row === null ? null : readLimitRow(row);
}

export function readLimitRow(row: LimitRow): LimitRecord {
  return {
    key: row.key,
    count: row.count,
    startedAt: row.started_at,
    lastAt: row.last_at,
    lockedUntil: row.locked_until,
    endsAt: row.ends_at,
  };
}

/** In the order of {@link LIMIT_COLUMNS}. */
export function writeLimitRow(record: LimitRecord): SqlValue[] {
  return [record.key, record.count, record.startedAt, record.lastAt, record.lockedUntil, record.endsAt];
}

function* writeLimit(record: LimitRecord): Operation<void> {
  yield* run(
    `INSERT INTO watchword_limits (${LIMIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET count = excluded.count, started_at = excluded.started_at,
       last_at = excluded.last_at, locked_until = excluded.locked_until, ends_at = excluded.ends_at`,
    ...writeLimitRow(record),
  );
}

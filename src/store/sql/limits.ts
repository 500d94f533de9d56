import type { LimitHit, LimitRecord, LimitResult, LimitSettlement } from "../contract.js";
import { hitLimit, refundLimit } from "../limit-rule.js";
import type { Dialect } from "./dialect.js";
import { insertRows, pieces } from "./insert.js";
import { all, first, LostRace, type Operation, run, type SqlValue } from "./operation.js";
import { marks } from "./texts.js";

export type LimitRow = {
  readonly key: string;
  readonly count: number;
  readonly started_at: number;
  readonly last_at: number;
  readonly locked_until: number | null;
  readonly ends_at: number | null;
};

export const LIMIT_COLUMNS = "key, count, started_at, last_at, locked_until, ends_at";

/** One caller's part of {@link countTogether}: hits, or what becomes of earlier ones. */
export type LimitCall =
  | { readonly hits: readonly LimitHit[]; readonly now: number }
  | { readonly settle: readonly LimitSettlement[] };

export function* hitLimits(
  dialect: Dialect,
  hits: readonly LimitHit[],
  now: number,
): Operation<readonly LimitResult[]> {
  const [results = []] = yield* countTogether(dialect, [{ hits, now }]);
  return results;
}

export function* settleLimits(dialect: Dialect, settlements: readonly LimitSettlement[]): Operation<void> {
  yield* countTogether(dialect, [{ settle: settlements }]);
}

/**
 * Several callers' counts, one behind the other as if each had come alone, in one read and one write: the count of the
 * whole space stands in every sign-in, so that callers who wait for its row one by one would wait long.
 */
export function* countTogether(
  dialect: Dialect,
  calls: readonly LimitCall[],
): Operation<readonly (readonly LimitResult[])[]> {
  const keys = new Set<string>();
  for (const call of calls) for (const { key } of "hits" in call ? call.hits : call.settle) keys.add(key);
  const found = yield* lockLimits(dialect, [...keys].sort());
  const records = new Map<string, LimitRecord | null>(found);
  const answers = calls.map((call) =>
    "hits" in call ? hitEach(records, call.hits, call.now) : settleEach(records, call.settle),
  );
  yield* writeChanges(found, records);
  return answers;
}

/** Changes the records only once no hit was refused, so that a refusal has nothing to take back; its own trace alone stays. */
function hitEach(
  records: Map<string, LimitRecord | null>,
  hits: readonly LimitHit[],
  now: number,
): readonly LimitResult[] {
  const results: LimitResult[] = [];
  const changed = new Map<string, LimitRecord>();
  for (const { key, rule, refuse = true } of hits) {
    const record = changed.get(key) ?? records.get(key) ?? null;
    const { next, result } = hitLimit(key, record, rule, now, refuse);
    results.push(result);
    if (refuse && !result.allowed) {
      if (next !== null) records.set(key, next);
      return results;
    }
    if (next !== null) changed.set(key, next);
  }
  for (const [key, record] of changed) records.set(key, record);
  return results;
}

function settleEach(
  records: Map<string, LimitRecord | null>,
  settlements: readonly LimitSettlement[],
): readonly LimitResult[] {
  for (const { key, action } of settlements) {
    const record = records.get(key) ?? null;
    if (record !== null) records.set(key, action === "reset" ? null : refundLimit(record));
  }
  return [];
}

/** In the order of their keys, so that two who lock the same ones never wait for each other in a circle. */
function* lockLimits(dialect: Dialect, keys: readonly string[]): Operation<ReadonlyMap<string, LimitRecord>> {
  const found = new Map<string, LimitRecord>();
  for (const piece of pieces(keys)) {
    const rows = yield* all<LimitRow>(
      `SELECT ${LIMIT_COLUMNS} FROM watchword_limits WHERE key IN (${marks(piece.length)}) ORDER BY key${dialect.lock}`,
      ...piece,
    );
    for (const row of rows) found.set(row.key, readLimitRow(row));
  }
  return found;
}

function* writeChanges(
  found: ReadonlyMap<string, LimitRecord>,
  records: ReadonlyMap<string, LimitRecord | null>,
): Operation<void> {
  const gone: string[] = [];
  const added: LimitRecord[] = [];
  const changed: LimitRecord[] = [];
  for (const [key, record] of records) {
    if (record === null) gone.push(key);
    else if (!found.has(key)) added.push(record);
    else if (record !== found.get(key)) changed.push(record);
  }
  for (const piece of pieces(gone))
    yield* run(`DELETE FROM watchword_limits WHERE key IN (${marks(piece.length)})`, ...piece);
  yield* insertRows(
    "watchword_limits",
    LIMIT_COLUMNS,
    changed.map(writeLimitRow),
    `ON CONFLICT (key) DO UPDATE SET count = excluded.count, started_at = excluded.started_at,
       last_at = excluded.last_at, locked_until = excluded.locked_until, ends_at = excluded.ends_at`,
  );
  // There is no lock on a row that is not there: whoever inserts it first has counted first.
  const written = yield* insertRows(
    "watchword_limits",
    LIMIT_COLUMNS,
    added.sort((a, b) => (a.key < b.key ? -1 : 1)).map(writeLimitRow),
    "ON CONFLICT (key) DO NOTHING",
  );
  if (written < added.length) throw new LostRace();
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

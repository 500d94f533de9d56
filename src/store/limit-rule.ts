import type { LimitRecord, LimitResult, LimitRule } from "./contract.js";

/**
 * What one hit does to a limit's record: the one place that knows, so that every store counts alike. The store makes
 * it atomic (a transaction, a row lock, or compare and set).
 *
 * A refused hit changes nothing, so `next` is null then.
 */
export function hitLimit(
  key: string,
  record: LimitRecord | null,
  rule: LimitRule,
  now: number,
): { readonly next: LimitRecord | null; readonly result: LimitResult } {
  const over =
    record !== null &&
    rule.window !== null &&
    now >= record.startedAt + rule.window &&
    now >= (record.lockedUntil ?? 0);
  const current = over ? null : record;
  const startedAt = current?.startedAt ?? now;
  const count = current?.count ?? 0;
  const windowEnd = rule.window === null ? null : startedAt + rule.window;

  const lockedUntil = current?.lockedUntil ?? null;
  if (lockedUntil !== null && now < lockedUntil)
    return { next: null, result: { allowed: false, count, max: rule.max, resetAt: lockedUntil } };
  if (rule.lock === undefined && count >= rule.max)
    return { next: null, result: { allowed: false, count, max: rule.max, resetAt: windowEnd } };

  const hits = count + 1;
  const lock = rule.lock !== undefined && hits >= rule.max ? lockLength(rule, hits) : null;
  return {
    next: {
      key,
      count: hits,
      startedAt,
      lastAt: now,
      lockedUntil: lock === null ? null : now + lock,
      endsAt: windowEnd === null ? null : Math.max(windowEnd, lock === null ? 0 : now + lock),
    },
    result: { allowed: true, count: hits, max: rule.max, resetAt: windowEnd },
  };
}

function lockLength(rule: LimitRule, hits: number): number {
  if (rule.lock === undefined) return 0;
  return Math.min(rule.lock.longest, rule.lock.base * 2 ** Math.min(hits - rule.max, 30));
}

/** The record after one hit was taken back: it counts one less, and a lock that this hit caused is lifted. */
export function refundLimit(record: LimitRecord): LimitRecord {
  return { ...record, count: Math.max(0, record.count - 1), lockedUntil: null };
}

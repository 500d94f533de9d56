import { DAY } from "../base/clock.js";
import type { CooldownRule, LimitRecord, LimitResult, LimitRule, WindowRule } from "./contract.js";

/** Penalties add up to this at the most, so that a time never outgrows what a store can keep. */
const MOST_PENALTY = 3650 * DAY;

/** How long a cooldown's record stays after the wait is over, so that the time since the last request can be told. */
const REMEMBERED = DAY;

/**
 * What one hit does to a limit's record: the one place that knows, so that every store counts alike. The store makes
 * it atomic (a transaction, a row lock, or compare and set).
 *
 * `next` is what to write, null: nothing. Whether the hit is refused is told by `result.allowed` alone: a refused hit
 * of a window changes nothing, one of a cooldown begins a longer wait. With `refuse` false the hit counts in any case,
 * and `result.allowed` says what the rule thinks of it.
 */
export function hitLimit(
  key: string,
  record: LimitRecord | null,
  rule: LimitRule,
  now: number,
  refuse = true,
): { readonly next: LimitRecord | null; readonly result: LimitResult } {
  return "cooldown" in rule
    ? hitCooldown(key, record, rule, now, refuse)
    : hitWindow(key, record, rule, now, refuse);
}

/** What a hit would be told now, without the penalty that a refused one would add. */
export function askLimit(record: LimitRecord | null, rule: LimitRule, now: number): LimitResult {
  if (!("cooldown" in rule)) return hitWindow("", record, rule, now, true).result;
  const until = record === null ? now : record.lastAt + rule.cooldown;
  return now < until
    ? { allowed: false, count: 1, max: 1, resetAt: until }
    : { allowed: true, count: 1, max: 1, resetAt: now + rule.cooldown };
}

/**
 * A wait after each request. `lastAt` is the moment from which the cooldown counts: the last request, moved into the
 * future by the penalties of those that were refused since one passed, which `count` (less one) tells.
 */
function hitCooldown(
  key: string,
  record: LimitRecord | null,
  rule: CooldownRule,
  now: number,
  refuse: boolean,
): { readonly next: LimitRecord; readonly result: LimitResult } {
  const { allowed } = askLimit(record, rule, now);
  const earlier = allowed ? null : record;
  const refusals = (earlier?.count ?? 1) - 1 + (allowed || !refuse ? 0 : 1);
  const penalty = Math.min(refusals * (rule.penalty ?? 0), MOST_PENALTY);
  // Whoever only counts begins the wait anew, and shortens none that a penalty made longer.
  const lastAt = refuse ? now + penalty : Math.max(now, earlier?.lastAt ?? now);
  const resetAt = lastAt + rule.cooldown;
  return {
    next: {
      key,
      count: refusals + 1,
      startedAt: earlier?.startedAt ?? now,
      lastAt,
      lockedUntil: null,
      endsAt: resetAt + REMEMBERED,
    },
    result: { allowed, count: 1, max: 1, resetAt },
  };
}

function hitWindow(
  key: string,
  record: LimitRecord | null,
  rule: WindowRule,
  now: number,
  refuse: boolean,
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
  const isLocked = lockedUntil !== null && now < lockedUntil;
  const allowed = !isLocked && (rule.lock !== undefined || count < rule.max);
  if (!allowed && refuse)
    return {
      next: null,
      result: { allowed, count, max: rule.max, resetAt: isLocked ? lockedUntil : windowEnd },
    };

  const hits = count + 1;
  const lock = rule.lock !== undefined && hits >= rule.max ? lockLength(rule, hits) : null;
  const nextLock = lock === null ? (isLocked ? lockedUntil : null) : now + lock;
  return {
    next: {
      key,
      count: hits,
      startedAt,
      lastAt: now,
      lockedUntil: nextLock,
      endsAt: windowEnd === null ? null : Math.max(windowEnd, nextLock ?? 0),
    },
    result: { allowed, count: hits, max: rule.max, resetAt: allowed ? windowEnd : (nextLock ?? windowEnd) },
  };
}

function lockLength(rule: WindowRule, hits: number): number {
  if (rule.lock === undefined) return 0;
  return Math.min(rule.lock.longest, rule.lock.base * 2 ** Math.min(hits - rule.max, 30));
}

/** The record after one hit of a window was taken back: it counts one less, and a lock that this hit caused is lifted. */
export function refundLimit(record: LimitRecord): LimitRecord {
  return { ...record, count: Math.max(0, record.count - 1), lockedUntil: null };
}

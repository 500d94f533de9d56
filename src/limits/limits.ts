import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireInteger, requireText } from "../base/input.js";
import type { LimitOutcome, LimitRuleInput, LimitsService } from "../space/contract.js";
import type { LimitResult, LimitRule, Store } from "../store/contract.js";
import { hitLimit } from "../store/limit-rule.js";

/** Limits of the application's own. Their keys stand apart from Watchword's. */
export function createLimits(store: Store, clock: Clock): LimitsService {
  return {
    async hit(key, rule) {
      const now = clock.now();
      const [result] = await store.hitLimits([{ key: ownKey(key), rule: toRule(rule) }], now);
      return toOutcome(result, now);
    },
    async check(key, rule) {
      const now = clock.now();
      const record = await store.readLimit(ownKey(key));
      return toOutcome(hitLimit(key, record, toRule(rule), now).result, now);
    },
    async reset(key) {
      await store.settleLimits([{ key: ownKey(key), action: "reset" }], clock.now());
    },
    async timeSince(key) {
      const record = await store.readLimit(ownKey(key));
      return record === null ? null : Math.max(0, clock.now() - record.lastAt);
    },
  };
}

/** Whole milliseconds until a refused hit may succeed; a limit that no waiting ends is tried again in an hour. */
export function waitOf(result: LimitResult | undefined, now: number): number {
  return Math.max(1, (result?.resetAt ?? now + 3_600_000) - now);
}

function ownKey(key: string): string {
  return `own:${requireText(key, "key", 512)}`;
}

function toRule(rule: LimitRuleInput): LimitRule {
  const most = Number.MAX_SAFE_INTEGER;
  requireInteger(rule?.max, "max", 1, most);
  if (rule.window !== null) requireInteger(rule.window, "window", 1, most);
  if (rule.lock !== undefined) {
    requireInteger(rule.lock.base, "lock.base", 1, most);
    requireInteger(rule.lock.longest, "lock.longest", rule.lock.base, most);
  }
  return rule;
}

function toOutcome(result: LimitResult | undefined, now: number): LimitOutcome {
  if (result === undefined)
    throw new WatchwordError("internal", "The store gave no answer to a limit; report this.");
  return {
    allowed: result.allowed,
    remaining: Math.max(0, result.max - result.count),
    max: result.max,
    retryAfter: result.allowed ? 0 : waitOf(result, now),
  };
}

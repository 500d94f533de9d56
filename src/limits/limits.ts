import { type Clock, DAY } from "../base/clock.js";
import { hmac } from "../base/crypto.js";
import { WatchwordError } from "../base/errors.js";
import { requireInteger, requireText } from "../base/input.js";
import { limitForm } from "../base/keys.js";
import type { Limited, LimitKey, LimitOutcome, LimitRuleInput, LimitsService } from "../space/contract.js";
import type { LimitResult, LimitRule, Store, WindowRule } from "../store/contract.js";
import { askLimit } from "../store/limit-rule.js";

const LONGEST = 3650 * DAY;

/** Limits of the application's own. Their keys stand apart from Watchword's. */
export function createLimits(store: Store, clock: Clock, key: Buffer): LimitsService {
  return {
    async check(asked, input) {
      const now = clock.now();
      const rule = toRule(input);
      return toOutcome(askLimit(await store.readLimit(recordOf(asked, rule)), rule, now), now);
    },
    hit: (asked, input) => count(asked, input, false),
    checkAndHit: (asked, input) => count(asked, input, true),
    async reset(asked) {
      await store.settleLimits(
        [windowKey(asked), cooldownKey(asked)].map((each) => ({ key: each, action: "reset" })),
        clock.now(),
      );
    },
    async move(from, to) {
      if (windowKey(from) === windowKey(to)) return;
      for (const keyOf of [windowKey, cooldownKey]) await moveRecord(keyOf(from), keyOf(to));
    },
    async timeSince(asked) {
      const window = await store.readLimit(windowKey(asked));
      const cooldown = await store.readLimit(cooldownKey(asked));
      const now = clock.now();
      // Only a penalty reaches into the future; a window's hit there is another server's clock.
      const since = [
        ...(window === null ? [] : [Math.max(0, now - window.lastAt)]),
        ...(cooldown === null ? [] : [now - cooldown.lastAt]),
      ];
      return since.length === 0 ? null : Math.min(...since);
    },
  };

  async function count(asked: LimitKey, input: LimitRuleInput, refuse: boolean): Promise<LimitOutcome> {
    const now = clock.now();
    const rule = toRule(input);
    const [result] = await store.hitLimits([{ key: recordOf(asked, rule), rule, refuse }], now);
    return toOutcome(result, now);
  }

  async function moveRecord(from: string, to: string): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const record = await store.readLimit(from);
      if (record === null) return;
      const [written] = await store.writeRecords("limits", [{ ...record, key: to }]);
      const there = written?.status === "there" ? await store.readLimit(to) : null;
      const isOver = written?.status === "written" || (there !== null && there.lastAt >= record.lastAt);
      // What was there is older: it goes, and the next attempt lays the record in its place.
      const done = isOver ? from : to;
      await store.settleLimits([{ key: done, action: "reset" }], clock.now());
      if (isOver) return;
    }
    throw new WatchwordError("conflict", "Too many hits of this limit at once; try again.");
  }

  function recordOf(asked: LimitKey, rule: LimitRule): string {
    return "cooldown" in rule ? cooldownKey(asked) : windowKey(asked);
  }

  /** A cooldown reads its record in another way than a window, so one key has a record for each. */
  function cooldownKey(asked: LimitKey): string {
    return `cooldown:${windowKey(asked)}`;
  }

  function windowKey(asked: LimitKey): string {
    if (typeof asked === "object" && asked !== null)
      return `id:${hmac(key, limitForm(requireText(asked.identifier, "key.identifier")))}`;
    return `own:${requireText(asked, "key", 512)}`;
  }
}

/** Whole milliseconds until a refused hit may succeed; a limit that no waiting ends is tried again in an hour. */
function waitOf(result: LimitResult | undefined, now: number): number {
  return Math.max(1, (result?.resetAt ?? now + 3_600_000) - now);
}

/** The answer to a refused hit, with the limit that it met. */
export function limitedBy(result: LimitResult | undefined, rule: WindowRule, now: number): Limited {
  return {
    status: "limited",
    retryAfter: waitOf(result, now),
    limit: rule.max,
    remaining: 0,
    ...(rule.window === null ? {} : { window: rule.window }),
  };
}

function toRule(rule: LimitRuleInput): LimitRule {
  const most = Number.MAX_SAFE_INTEGER;
  if (typeof rule === "object" && rule !== null && "cooldown" in rule) {
    if ("max" in rule || "window" in rule)
      throw new WatchwordError("invalid-input", "A rule has a window or a cooldown; give one of them.");
    requireInteger(rule.cooldown, "cooldown", 1, LONGEST);
    if (rule.penalty !== undefined) requireInteger(rule.penalty, "penalty", 0, LONGEST);
    return rule;
  }
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

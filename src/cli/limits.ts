import type { LimitKey, LimitOutcome, LimitRuleInput } from "../space/contract.js";
import { UsageError } from "./errors.js";
import type { JsonFlags } from "./invocation.js";
import { printJson, printLine } from "./output.js";
import { askText } from "./prompts.js";

export interface LimitKeyFlags extends JsonFlags {
  readonly identifier?: boolean;
}

/** Times in seconds. */
export interface LimitRuleFlags extends LimitKeyFlags {
  readonly max?: number;
  readonly window?: number;
  readonly lock?: number;
  readonly longestLock?: number;
  readonly cooldown?: number;
  readonly penalty?: number;
}

/** The `<key>` of a command, asked for where it is missing and there is a person to ask. */
export async function wantedKey(args: readonly string[], flags: LimitKeyFlags): Promise<LimitKey> {
  const named =
    args[0] ?? (await askText({ message: "Which key?", flag: "a key (with --identifier a person's name)" }));
  return flags.identifier ? { identifier: named } : named;
}

/** @throws UsageError unless the flags make up one rule */
export function ruleOf(flags: LimitRuleFlags): LimitRuleInput {
  const { max, window, lock, longestLock, cooldown, penalty } = flags;
  const isWindow =
    max !== undefined || window !== undefined || lock !== undefined || longestLock !== undefined;
  const isCooldown = cooldown !== undefined || penalty !== undefined;
  if (isWindow && isCooldown)
    throw new UsageError(
      "A rule has a window (--max, --window) or a cooldown (--cooldown, --penalty); give one of them.",
    );
  if (cooldown !== undefined)
    return { cooldown: cooldown * 1000, ...(penalty !== undefined && { penalty: penalty * 1000 }) };
  if (max === undefined)
    throw new UsageError("Say what the rule is: --max with --window if you like, or --cooldown.");
  if ((lock === undefined) !== (longestLock === undefined))
    throw new UsageError("--lock and --longest-lock go together; give both or none.");
  return {
    max,
    window: window === undefined ? null : window * 1000,
    ...(lock !== undefined &&
      longestLock !== undefined && { lock: { base: lock * 1000, longest: longestLock * 1000 } }),
  };
}

/** As JSON with times in milliseconds, as the library gives them. */
export async function printOutcome(flags: JsonFlags, outcome: LimitOutcome): Promise<void> {
  if (flags.json) return printJson(outcome);
  const { allowed, remaining, max, retryAfter } = outcome;
  await printLine(
    allowed
      ? `Allowed; ${remaining} of ${max} left.`
      : `Refused; wait ${Math.ceil(retryAfter / 1000)} seconds.`,
  );
}

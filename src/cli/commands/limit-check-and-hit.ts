import type { Invocation } from "../invocation.js";
import { type LimitRuleFlags, printOutcome, ruleOf, wantedKey } from "../limits.js";
import { withSpace } from "../space.js";

export async function run({ args, flags }: Invocation<LimitRuleFlags>): Promise<void> {
  const rule = ruleOf(flags);
  const key = await wantedKey(args, flags);
  const outcome = await withSpace(flags, (space) => space.limits.checkAndHit(key, rule));
  await printOutcome(flags, outcome);
  if (!outcome.allowed) process.exitCode = 1;
}

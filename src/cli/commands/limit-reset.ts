import type { Invocation } from "../invocation.js";
import { type LimitKeyFlags, wantedKey } from "../limits.js";
import { oneLine, printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";

export async function run({ args, flags }: Invocation<LimitKeyFlags>): Promise<void> {
  const key = await wantedKey(args, flags);
  await withSpace(flags, (space) => space.limits.reset(key));
  const named = typeof key === "string" ? key : key.identifier;
  if (flags.json) await printJson({ reset: named });
  else await printLine(`Forgot what was counted for ${oneLine(named)}.`);
}

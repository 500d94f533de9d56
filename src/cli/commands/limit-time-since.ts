import type { Invocation } from "../invocation.js";
import { type LimitKeyFlags, wantedKey } from "../limits.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";

export async function run({ args, flags }: Invocation<LimitKeyFlags>): Promise<void> {
  const key = await wantedKey(args, flags);
  const timeSince = await withSpace(flags, (space) => space.limits.timeSince(key));
  if (flags.json) await printJson({ timeSince });
  else await printLine(timeSince === null ? "No hit is remembered." : `${timeSince} milliseconds.`);
}

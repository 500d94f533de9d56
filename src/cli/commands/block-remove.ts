import { WatchwordError } from "../../base/errors.js";
import { wantedName } from "../blocks.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { oneLine, printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";

export async function run({ args, flags }: Invocation<JsonFlags>): Promise<void> {
  const named = await wantedName(args);
  await withSpace(flags, async (space) => {
    if (!(await space.blocks.remove(named)))
      throw new WatchwordError(
        "not-found",
        `There is no block on the name ${JSON.stringify(named)}; \`watchword block list\` prints those that there are.`,
      );
    if (flags.json) await printJson({ removed: named });
    else await printLine(`Removed the block on the name ${oneLine(named)}.`);
  });
}

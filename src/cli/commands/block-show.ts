import { WatchwordError } from "../../base/errors.js";
import { wantedName } from "../blocks.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { print, printJson } from "../output.js";
import { withSpace } from "../space.js";
import { layFacts } from "../table.js";
import { formatTime } from "../values.js";

export async function run({ args, flags }: Invocation<JsonFlags>): Promise<void> {
  const named = await wantedName(args);
  await withSpace(flags, async (space) => {
    const block = await space.blocks.find(named);
    if (block === null)
      throw new WatchwordError(
        "not-found",
        `There is no block on the name ${JSON.stringify(named)}; \`watchword block list\` prints those that there are.`,
      );
    if (flags.json) return printJson(block);
    await print(
      layFacts([
        ["Name", block.identifier],
        ["Since", `${formatTime(block.since)} UTC`],
        ["Until", block.until === null ? "removed" : `${formatTime(block.until)} UTC`],
        ["Reason", block.reason ?? "-"],
      ]),
    );
  });
}

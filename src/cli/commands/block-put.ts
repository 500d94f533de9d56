import { wantedName } from "../blocks.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { oneLine, printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";
import { formatTime, parseUntil } from "../values.js";

export interface BlockPutFlags extends JsonFlags {
  readonly reason?: string;
  readonly until?: string;
}

export async function run({ args, flags }: Invocation<BlockPutFlags>): Promise<void> {
  const until = flags.until === undefined ? null : parseUntil("--until", flags.until, Date.now());
  const named = await wantedName(args);
  await withSpace(flags, async (space) => {
    const block = await space.blocks.put(named, {
      ...(flags.reason !== undefined && { reason: flags.reason }),
      ...(until !== null && { until }),
    });
    if (flags.json) return printJson(block);
    const how = until === null ? "until removed" : `until ${formatTime(until)} UTC`;
    await printLine(`Blocked the name ${oneLine(block.identifier)} ${how}.`);
    const user = await space.users.findByIdentifier(named);
    if (user !== null)
      await printLine(`The account that has it (${user.id}) is blocked; its sessions ended.`);
  });
}

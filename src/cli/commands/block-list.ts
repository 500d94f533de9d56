import type { Block } from "../../space/contract.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printAll, printPage } from "../paging.js";
import { withSpace } from "../space.js";
import type { Column } from "../table.js";
import { formatTime } from "../values.js";

export interface BlockListFlags extends JsonFlags {
  readonly limit?: number;
  readonly after?: string;
  readonly all?: boolean;
}

const COLUMNS: readonly Column<Block>[] = [
  { title: "NAME", cell: (block) => block.identifier, least: 16 },
  { title: "REASON", cell: (block) => block.reason ?? "-", least: 10 },
  { title: "UNTIL (UTC)", cell: (block) => formatTime(block.until) },
  { title: "SINCE (UTC)", cell: (block) => formatTime(block.since), optional: 1 },
];

export async function run({ flags }: Invocation<BlockListFlags>): Promise<void> {
  const options = { json: flags.json === true, none: "No blocks." };
  await withSpace(flags, async (space) => {
    if (flags.all) return printAll(space.blocks.all(), COLUMNS, options);
    const page = await space.blocks.list({
      ...(flags.limit !== undefined && { size: flags.limit }),
      ...(flags.after !== undefined && { after: flags.after }),
    });
    await printPage(page, COLUMNS, options);
  });
}

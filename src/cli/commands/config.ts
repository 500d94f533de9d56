import type { ConfigEntry } from "../../space/contract.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { print, printJson } from "../output.js";
import { withSpace } from "../space.js";
import { type Column, layTable, terminalWidth } from "../table.js";

const COLUMNS: readonly Column<ConfigEntry>[] = [
  { title: "NAME", cell: (entry) => entry.name },
  { title: "VALUE", cell: (entry) => entry.value, least: 12 },
  { title: "FROM", cell: (entry) => entry.origin },
  { title: "VARIABLE", cell: (entry) => entry.variable ?? "-", optional: 1 },
];

export async function run({ flags, source }: Invocation<JsonFlags>): Promise<void> {
  await withSpace(flags, async (space) => {
    // The library is always told which database; only the command line knows who said so.
    const entries = space.config.map((entry) =>
      entry.name === "database" ? { ...entry, origin: source("database") } : entry,
    );
    if (flags.json) return printJson(entries);
    const table = layTable(COLUMNS, entries, terminalWidth());
    await print(`${[table.head, ...entries.map(table.row)].join("\n")}\n`);
  });
}

import type { Page } from "../space/contract.js";
import { note, print, printJson, printJsonLine, printLine } from "./output.js";
import { type Column, layTable, terminalWidth } from "./table.js";

interface PrintOptions {
  readonly json: boolean;
  /** What to say where there is nothing. */
  readonly none: string;
}

/** One page: as `{items, next}`, or as a table with a word on how to go on. */
export async function printPage<Row>(
  page: Page<Row>,
  columns: readonly Column<Row>[],
  options: PrintOptions,
): Promise<void> {
  if (options.json) return printJson({ items: page.items, next: page.next });
  if (page.items.length === 0) return note(options.none);
  const table = layTable(columns, page.items, terminalWidth());
  await print(`${[table.head, ...page.items.map(table.row)].join("\n")}\n`);
  if (page.next !== null) note(`There are more: add --after ${page.next}, or --all for all of them.`);
}

/** How many rows the widths of the columns are taken from, when there may be millions. */
const SAMPLE = 1000;

/** All rows as they come: one JSON object a line, or a table. */
export async function printAll<Row>(
  rows: AsyncIterable<Row>,
  columns: readonly Column<Row>[],
  options: PrintOptions,
): Promise<void> {
  if (options.json) {
    for await (const row of rows) await printJsonLine(row);
    return;
  }
  let sample: Row[] = [];
  let table: ReturnType<typeof layTable<Row>> | null = null;
  const startTable = async () => {
    const laid = layTable(columns, sample, terminalWidth());
    await print(`${[laid.head, ...sample.map(laid.row)].join("\n")}\n`);
    sample = [];
    return laid;
  };
  for await (const row of rows) {
    if (table !== null) await printLine(table.row(row));
    else if (sample.push(row) === SAMPLE) table = await startTable();
  }
  if (sample.length > 0) await startTable();
  else if (table === null) note(options.none);
}

import { WatchwordError } from "../../base/errors.js";
import type { TableInfo, Tables } from "../readers/rows.js";
import { requireColumns } from "./reading.js";

/**
 * The table of a system's users, by the columns that only it has.
 *
 * @throws WatchwordError `invalid-input`: it is not there, or is another system's.
 */
export async function findTable(
  input: Tables,
  system: string,
  names: readonly string[],
  columns: readonly string[],
): Promise<TableInfo> {
  const tables = await input.list();
  const named = tables.filter(({ schema, table }) =>
    names.some((name) => same(name, table) || (schema !== null && same(name, `${schema}.${table}`))),
  );
  const fitting = named.find((table) => hasColumns(table, columns));
  if (fitting !== undefined) return fitting;
  const [first] = named;
  if (first !== undefined) requireColumns(first.columns, columns, first.table, system);
  const there = tables.map(({ table }) => table).slice(0, 20);
  throw new WatchwordError(
    "invalid-input",
    `${input.title} holds no table ${names.join(" or ")} of ${system}; it holds ${there.join(", ") || "none at all"}. Name the right source, or the table with --table.`,
    { details: { tables: there } },
  );
}

/** A table that may be there or not, as it is spelled. */
export async function tableNamed(
  input: Tables,
  name: string,
  columns: readonly string[] = [],
): Promise<string | null> {
  const tables = await input.list();
  return tables.find((table) => same(name, table.table) && hasColumns(table, columns))?.table ?? null;
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function hasColumns({ columns }: TableInfo, wanted: readonly string[]): boolean {
  if (columns === null) return true;
  const there = new Set(columns.map((column) => column.toLowerCase()));
  return wanted.every((column) => there.has(column.toLowerCase()));
}

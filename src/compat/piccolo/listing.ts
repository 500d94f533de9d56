import { oneLine } from "../../base/one-line.js";
import type { UserSpace, UserWithData } from "../../index.js";

type Cell = string | number | boolean | Date | null;
/** By column, in the order of the original's. */
type Row = ReadonlyMap<string, Cell>;

export const COLUMNS = [
  "id",
  "username",
  "first_name",
  "last_name",
  "email",
  "active",
  "admin",
  "superuser",
  "last_login",
];

export interface Listing {
  readonly limit: number;
  readonly page: number;
  /** One of {@link COLUMNS}. */
  readonly column: string;
  readonly descending: boolean;
}

/**
 * One page of the users, as rows. The space gives them by username; for any other order it reads everybody, and keeps no
 * more than the rows up to the page's end.
 */
export async function listRows(
  space: UserSpace,
  { limit, page, column, descending }: Listing,
): Promise<readonly Row[]> {
  const end = limit * page;
  const isInOrder = column === "username" && !descending;
  let kept: { readonly row: Row; readonly key: Cell }[] = [];
  const sort = () => {
    if (!isInOrder) kept.sort((one, other) => compare(one.key, other.key) * (descending ? -1 : 1));
    kept = kept.slice(0, end);
  };
  let position = 0;
  for await (const user of space.users.all({ order: "username" })) {
    const row = rowOf(user);
    kept.push({ row, key: column === "username" ? position : (row.get(column) ?? null) });
    position++;
    if (isInOrder && position === end) break;
    if (kept.length >= 2 * end + 1000) sort();
  }
  sort();
  return kept.slice(end - limit).map(({ row }) => row);
}

/** The hash is not among it: it never leaves the space. */
function rowOf(user: UserWithData): Row {
  const name = (field: string): string | null => {
    const value = user.data[field];
    return typeof value === "string" ? value : null;
  };
  return new Map<string, Cell>([
    ["id", user.number],
    ["username", user.username],
    ["first_name", name("first_name")],
    ["last_name", name("last_name")],
    ["email", user.email ?? ""],
    ["active", user.active],
    ["admin", user.admin],
    ["superuser", user.superuser],
    ["last_login", user.lastSignInAt],
  ]);
}

/** As PostgreSQL: what is not there comes last. */
function compare(one: Cell, other: Cell): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const [left, right] = [one, other].map((cell) => (typeof cell === "string" ? cell.toLowerCase() : cell));
  if (left === undefined || right === undefined || left === right) return 0;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The rows as a table, in the form and the words of the original. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => COLUMNS.map((column) => shown(row.get(column) ?? null)));
  const widths = COLUMNS.map((column, at) =>
    Math.max(column.length, ...cells.map((line) => lengthOf(line[at] ?? ""))),
  );
  const padded = (line: readonly string[]) =>
    line.map((text, at) => text + " ".repeat((widths[at] ?? 0) - lengthOf(text))).join(" | ");
  const rule = widths.map((width) => "-".repeat(width)).join("-+-");
  return `${[padded(COLUMNS), rule, ...cells.map(padded)].join("\n")}\n`;
}

function shown(cell: Cell): string {
  if (cell === null) return "None";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  if (cell instanceof Date) return cell.toISOString().replace("T", " ").replace("Z", "");
  return oneLine(String(cell));
}

function lengthOf(text: string): number {
  return [...text].length;
}

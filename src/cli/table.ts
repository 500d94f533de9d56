import { oneLine } from "./output.js";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** The narrowest that it may be cut to; without it the column is never cut. */
  readonly least?: number;
  /** Left out first where the terminal is too narrow: the higher, the sooner. Without it the column always stays. */
  readonly optional?: number;
  /** With this the column stands there only where it is true of one of the rows that the table is laid out for. */
  readonly onlyWhere?: (row: Row) => boolean;
}

const GAP = "  ";

/**
 * Lays rows out under titles so that a line fits into `width` columns of a terminal: first the optional columns go,
 * then the wide ones are cut. `width` null (a pipe or a file): nothing is cut.
 */
export function layTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null,
): TableLayout<Row> {
  const wanted = columns.filter(({ onlyWhere }) => onlyWhere === undefined || rows.some(onlyWhere));
  let shown = wanted.map((column) => ({ column, width: naturalWidth(column, rows) }));
  if (width !== null) {
    while (comfortableWidth(shown) > width) {
      const next = shown.reduce<Shown<Row> | null>(
        (most, one) => ((one.column.optional ?? 0) > (most?.column.optional ?? 0) ? one : most),
        null,
      );
      if (next === null) break;
      shown = shown.filter((one) => one !== next);
    }
    shown = cut(shown, width);
  }
  // Where even the leasts do not fit, the line ends at the edge: wrapped rows could not be told apart.
  const laid = (cells: readonly string[]) => (width === null ? line(cells) : clip(line(cells), width));
  return {
    head: laid(shown.map((one) => pad(one.column.title, one.width))),
    row: (row) => laid(shown.map((one) => pad(fit(oneLine(one.column.cell(row)), one, width), one.width))),
  };
}

/** The lines of a table; more rows than those that it was laid out for may be put through `row`. */
export interface TableLayout<Row> {
  readonly head: string;
  row(row: Row): string;
}

interface Shown<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

function naturalWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
  return rows.reduce(
    (most, row) => Math.max(most, displayWidth(oneLine(column.cell(row)))),
    displayWidth(column.title),
  );
}

/** With one cell as long as a page the others still deserve their columns: what may be cut counts for twice its least. */
function comfortableWidth<Row>(shown: readonly Shown<Row>[]): number {
  return totalWidth(
    shown.map((one) => ({
      ...one,
      width: Math.min(one.width, (one.column.least ?? Number.POSITIVE_INFINITY) * 2),
    })),
  );
}

function totalWidth<Row>(shown: readonly Shown<Row>[]): number {
  return shown.reduce((sum, one) => sum + one.width, GAP.length * (shown.length - 1));
}

/** Takes one column of the terminal at a time from the widest that may be cut. */
function cut<Row>(shown: readonly Shown<Row>[], width: number): Shown<Row>[] {
  const widths = shown.map((one) => one.width);
  let over = totalWidth(shown) - width;
  for (; over > 0; over--) {
    let widest = -1;
    shown.forEach((one, i) => {
      const own = widths[i] ?? 0;
      if (one.column.least !== undefined && own > one.column.least && own > (widths[widest] ?? 0)) widest = i;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return shown.map((one, i) => ({ column: one.column, width: widths[i] ?? one.width }));
}

function fit<Row>(text: string, shown: Shown<Row>, width: number | null): string {
  return width === null || shown.column.least === undefined ? text : clip(text, shown.width);
}

/** A text of `width` columns at the most, with a mark where something is missing. */
function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

function line(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}

const COMBINING = /^\p{M}$/u;
/** Wide and full-width characters (Unicode TR 11), to the precision that a table needs. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]$/u;

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Facts under each other: a name, and its value beside it. */
export function layFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = facts.reduce((most, [name]) => Math.max(most, displayWidth(name)), 0);
  return facts.map(([name, value]) => `${pad(name, width)}${GAP}${oneLine(value)}\n`).join("");
}

/** How wide a line may be on stdout; null where it is no terminal. */
export function terminalWidth(): number | null {
  // Some terminals do not tell, and give 0.
  return process.stdout.isTTY === true ? process.stdout.columns || 80 : null;
}

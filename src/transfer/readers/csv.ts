import type { Value } from "../../base/values.js";
import { type Feed, readUnits, type UnitParser } from "./feed.js";
import type { InputFile } from "./file.js";
import { takeLine } from "./lines.js";
import { unescaped } from "./sql/copy.js";

export interface CsvOptions {
  /** `,` unless given; `\t` for TSV. */
  readonly delimiter?: string;
  /** The names of the columns, where no first row has them. */
  readonly header?: readonly string[];
  /** As `mysql --batch` writes: no quotes, backslash escapes, `NULL`. */
  readonly escapes?: "backslash";
}

export interface CsvRecord {
  /** A cell that is empty without quotes is null; one of two quotes is an empty text. */
  readonly values: ReadonlyMap<string, Value>;
  readonly line: number;
  /** Why the record is none: then `values` holds what could be told apart. */
  readonly fault?: string;
}

/**
 * CSV (RFC 4180) and its kin, in UTF-8: quoted cells with line breaks and doubled quotes, LF or CRLF. The first row
 * names the columns, unless they are given.
 *
 * @throws WatchwordError `invalid-input`: a quote that is never closed, two columns with one name.
 */
export function readCsv(file: InputFile, options: CsvOptions = {}): AsyncGenerator<CsvRecord> {
  return readUnits(file.open(), file.name, (feed) => new CsvParser(feed, options));
}

type Cell = string | null;

class CsvParser implements UnitParser<CsvRecord> {
  #columns: readonly string[] | undefined;
  readonly #delimiter: string;

  constructor(
    readonly feed: Feed,
    readonly options: CsvOptions,
  ) {
    this.#columns = options.header;
    this.#delimiter = options.delimiter ?? (options.escapes === "backslash" ? "\t" : ",");
  }

  next(): CsvRecord | null | undefined {
    const { feed } = this;
    if (feed.at >= feed.text.length) {
      if (!feed.ended) feed.outOfText();
      return undefined;
    }
    const line = feed.line();
    const cells = this.options.escapes === "backslash" ? this.#escapedCells() : this.#cells();
    // A blank line is no record with one empty cell.
    if (cells.length === 1 && cells[0] === null) return null;
    if (this.#columns === undefined) {
      this.#columns = headerOf(cells, feed);
      return null;
    }
    return recordOf(this.#columns, cells, line);
  }

  #cells(): Cell[] {
    const { feed } = this;
    const { text } = feed;
    const cells: Cell[] = [];
    for (let at = feed.at; ; ) {
      const cell = text[at] === '"' ? this.#quoted(at) : this.#plain(at);
      cells.push(cell.value);
      at = cell.end;
      if (text[at] === this.#delimiter) {
        at++;
        if (at >= text.length) {
          if (!feed.ended) feed.outOfText();
          cells.push(null);
          feed.at = at;
          return cells;
        }
        continue;
      }
      if (at >= text.length && !feed.ended) feed.outOfText();
      if (text[at] === "\r" && at + 1 >= text.length && !feed.ended) feed.outOfText();
      feed.at = at + (text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1);
      return cells;
    }
  }

  #plain(at: number): { readonly value: Cell; readonly end: number } {
    const { feed } = this;
    const { text } = feed;
    let end = at;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === 10 || code === 13 || text[end] === this.#delimiter) break;
    }
    if (end >= text.length && !feed.ended) feed.outOfText();
    return { value: end === at ? null : feed.decode(text.slice(at, end)), end };
  }

  #quoted(at: number): { readonly value: Cell; readonly end: number } {
    const { feed } = this;
    const { text } = feed;
    for (let from = at + 1; ; ) {
      const quote = text.indexOf('"', from);
      if (quote < 0) {
        if (feed.ended) throw feed.error("A quoted cell that begins in this record is never closed.");
        feed.outOfText();
      }
      if (quote + 1 >= text.length && !feed.ended) feed.outOfText();
      if (text[quote + 1] === '"') {
        from = quote + 2;
        continue;
      }
      const value = feed.decode(text.slice(at + 1, quote)).replaceAll('""', '"');
      // Text behind the closing quote belongs to the cell for most programs that write such files.
      const rest = this.#plain(quote + 1);
      return { value: value + (rest.value ?? ""), end: rest.end };
    }
  }

  #escapedCells(): Cell[] {
    const { feed } = this;
    return takeLine(feed)
      .split(this.#delimiter)
      .map((raw) => (raw === "NULL" || raw === "\\N" ? null : feed.decode(unescaped(raw))));
  }
}

function headerOf(cells: readonly Cell[], feed: Feed): readonly string[] {
  const names = cells.map((cell) => (cell ?? "").trim());
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined)
    throw feed.error(`Two columns of the header are called ${JSON.stringify(doubled)}; rename one.`);
  return names;
}

function recordOf(columns: readonly string[], cells: readonly Cell[], line: number): CsvRecord {
  const values = new Map<string, Value>();
  for (const [index, column] of columns.entries())
    if (index < cells.length) values.set(column, cells[index] ?? null);
  if (cells.length === columns.length) return { values, line };
  return { values, line, fault: `It has ${cells.length} cells for ${columns.length} columns.` };
}

import type { Value } from "../../../base/values.js";
import type { Feed } from "../feed.js";
import { cellOfText } from "./cells.js";
import type { Column } from "./columns.js";

/** The line that ends the rows of a COPY. */
const END = "\\.";

/** One line of `COPY … FROM stdin`; null: the rows are at their end. */
export function copyLine(feed: Feed): string | null {
  const { text, at } = feed;
  const newline = text.indexOf("\n", at);
  if (newline < 0 && !feed.ended) feed.outOfText();
  const end = newline < 0 ? text.length : newline;
  const line = text.slice(at, text[end - 1] === "\r" && end > at ? end - 1 : end);
  if (line === END) {
    feed.at = newline < 0 ? text.length : newline + 1;
    return null;
  }
  if (newline < 0)
    throw feed.error("The rows of a COPY end without the line that says so; the dump was cut off.");
  feed.at = newline + 1;
  return line;
}

/** Moves behind the rows of a table that nobody asked for. False: they go on behind the text at hand. */
export function skipCopy(feed: Feed): boolean {
  const { text, at } = feed;
  if (text.startsWith("\\.\n", at) || text.startsWith("\\.\r\n", at)) return copyLine(feed) === null;
  const mark = /\n\\\.\r?\n/g;
  mark.lastIndex = at;
  if (mark.test(text)) {
    feed.at = mark.lastIndex;
    return true;
  }
  if (feed.ended && /(?:^|\n)\\\.$/.test(text.slice(Math.max(at, text.length - 3)))) {
    feed.at = text.length;
    return true;
  }
  // All but the last line is done with, so that skipping needs no memory.
  const last = text.lastIndexOf("\n");
  if (last <= at) feed.outOfText();
  feed.at = last;
  return false;
}

/** The cells of a line, by their columns (PostgreSQL, COPY, "Text Format"). */
export function copyCells(line: string, columns: readonly Column[], feed: Feed): ReadonlyMap<string, Value> {
  const raw = line.split("\t");
  if (raw.length !== columns.length)
    throw feed.error(`A row of a COPY has ${raw.length} cells, and the table ${columns.length} columns.`);
  return new Map(
    columns.map((column, index) => [column.name, cellOf(raw[index] ?? "", column, feed)] as const),
  );
}

function cellOf(raw: string, column: Column, feed: Feed): Value {
  if (raw === "\\N") return null;
  return cellOfText(raw.includes("\\") ? unescaped(raw) : raw, column, feed);
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Undoes the escapes of COPY and of `mysql --batch`, which are nearly the same. */
export function unescaped(raw: string): string {
  return raw.replace(
    /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|([\s\S]))/g,
    (_, octal?: string, hex?: string, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return ESCAPES[other ?? ""] ?? other ?? "";
    },
  );
}

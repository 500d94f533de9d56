import { Tagged, type Value } from "../../../base/values.js";
import { bytesOf, type Feed } from "../feed.js";
import type { Column } from "./columns.js";
import { byteaOf } from "./texts.js";

/**
 * A cell that is written as text (in quotes, between tabs, or by the protocol of PostgreSQL), as the value that its
 * column holds. Text that cannot be such a value stays text: a dump may be older than its tables.
 */
export function cellOfText(raw: string, column: Column | undefined, feed: Feed): Value {
  if (column === undefined) return feed.decode(raw);
  if (column.isArray) return arrayOf(raw, column, feed);
  switch (column.kind) {
    case "any":
    case "text":
      return feed.decode(raw);
    case "boolean":
      if (raw === "t" || raw === "true" || raw === "TRUE" || raw === "1") return true;
      if (raw === "f" || raw === "false" || raw === "FALSE" || raw === "0") return false;
      return feed.decode(raw);
    case "bytes":
      return byteaOf(raw, feed);
    default:
      return numberOfText(raw, column.kind) ?? feed.decode(raw);
  }
}

/** Bytes of a MySQL column: what stands in the quotes, unescaped, as it is. */
export function blobOf(raw: string): Uint8Array {
  return bytesOf(raw);
}

/** A number without quotes. */
export function cellOfNumber(digits: string, column: Column | undefined): Value {
  const kind = column?.kind ?? "any";
  switch (kind) {
    case "boolean":
      return digits === "1" ? true : digits === "0" ? false : numberOf(digits);
    case "integer":
    case "float4":
    case "float":
    case "decimal":
      return numberOfText(digits, kind) ?? numberOf(digits);
    default:
      return numberOf(digits);
  }
}

function numberOfText(raw: string, kind: "integer" | "float4" | "float" | "decimal"): Value | null {
  if (kind === "integer") return /^[+-]?\d{1,400}$/.test(raw) ? integerOf(raw) : null;
  if (kind === "decimal")
    return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$|^(?:NaN|-?Infinity)$/.test(raw)
      ? new Tagged("decimal", raw)
      : null;
  const number = floatOf(raw);
  // A float4 is written with as many digits as tell it from its neighbours: the one meant is the nearest to them.
  return number === null ? null : kind === "float4" ? Math.fround(number) : number;
}

function floatOf(raw: string): number | null {
  if (raw === "NaN") return Number.NaN;
  if (raw === "Infinity") return Number.POSITIVE_INFINITY;
  if (raw === "-Infinity") return Number.NEGATIVE_INFINITY;
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(raw) ? Number(raw) : null;
}

/** A number of no declared type: whole ones exactly, others as a double where that is what stands there. */
export function numberOf(digits: string): Value {
  if (/^[+-]?\d{1,400}$/.test(digits)) return integerOf(digits);
  const number = Number(digits);
  return Number.isNaN(number) ? new Tagged("decimal", digits) : number;
}

function integerOf(digits: string): number | bigint {
  const number = Number(digits);
  // `-0` is nothing that an integer column holds.
  return Number.isSafeInteger(number) ? number + 0 : BigInt(digits.replace("+", ""));
}

/** `{a,"b c",NULL,{…}}`: a PostgreSQL array, its items of the column's kind. */
function arrayOf(raw: string, column: Column, feed: Feed): Value {
  const item: Column = { ...column, isArray: false };
  // `[0:1]={…}` tells where the counting begins.
  let at = raw.startsWith("[") ? raw.indexOf("=") + 1 : 0;
  const lists: Value[][] = [];
  const top: Value[] = [];
  if (raw[at] !== "{") return feed.decode(raw);
  let current = top;
  for (;;) {
    const char = raw[at];
    if (char === "{") {
      if (lists.length > 8) return feed.decode(raw);
      const inner: Value[] = [];
      current.push(inner);
      lists.push(current);
      current = inner;
      at++;
    } else if (char === "}") {
      const outer = lists.pop();
      if (outer === undefined) return feed.decode(raw);
      current = outer;
      at++;
      if (lists.length === 0) {
        const [list] = top;
        return at === raw.length && list !== undefined ? list : feed.decode(raw);
      }
    } else if (char === "," || char === ";") at++;
    else if (char === '"') {
      const quoted = /"((?:[^"\\]|\\[\s\S])*)"/y;
      quoted.lastIndex = at;
      const match = quoted.exec(raw);
      if (match === null) return feed.decode(raw);
      at = quoted.lastIndex;
      current.push(cellOfText((match[1] ?? "").replace(/\\([\s\S])/g, "$1"), item, feed));
    } else {
      const plain = /[^,{}"]+/y;
      plain.lastIndex = at;
      const match = plain.exec(raw);
      if (match === null) return feed.decode(raw);
      at = plain.lastIndex;
      current.push(match[0] === "NULL" ? null : cellOfText(match[0], item, feed));
    }
  }
}

import { WatchwordError } from "./errors.js";
import type { Json } from "./json.js";
import { DEEPEST, instant, toTagged } from "./values.js";

/**
 * A value of JavaScript in the tagged form of {@link toTagged}, so that JSON holds it and {@link fromTaggedJson} gives an
 * equal one back: plain objects, arrays, `Date`, `bigint`, `Uint8Array`, `Set`, `Map`, `undefined`, and every number.
 *
 * @throws WatchwordError `invalid-input` for a function, a symbol, an object of any other class, an invalid `Date`, and what
 * contains itself or is nested deeper than 200 levels
 */
export function toTaggedJson(value: unknown, depth = 0): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return toTagged(value);
    case "bigint":
      // A small one too: it is to come back as the kind of number that it was.
      return { $int: String(value) };
    case "undefined":
      return { $undefined: true };
    case "object":
      return value === null ? null : objectToJson(value, depth);
    default:
      throw refuse(`a ${typeof value}`);
  }
}

function objectToJson(value: object, depth: number): Json {
  if (depth >= DEEPEST)
    throw new WatchwordError(
      "invalid-input",
      `The value contains itself, or is nested deeper than ${DEEPEST} levels; keep less in it.`,
    );
  const inner = (item: unknown) => toTaggedJson(item, depth + 1);
  if (Array.isArray(value)) return Array.from(value, inner);
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw refuse("an invalid Date");
    return toTagged(instant(value.getTime()));
  }
  if (value instanceof Uint8Array) return toTagged(value);
  if (value instanceof Set) return { $set: Array.from(value, inner) };
  if (value instanceof Map)
    return { $ordereddict: Array.from(value, ([key, item]) => [inner(key), inner(item)]) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    throw refuse(`an object of the class ${JSON.stringify(value.constructor?.name ?? "?")}`);
  const entries = Object.entries(value).map(([key, item]) => [key, inner(item)] as const);
  // What looks like a tag must not be read as one.
  return entries.some(([key]) => key.startsWith("$")) ? { $dict: entries } : Object.fromEntries(entries);
}

function refuse(what: string): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `JSON has no place for ${what}; give plain objects, arrays, texts, numbers, booleans, null, Date, bigint, Uint8Array, Set or Map.`,
  );
}

/**
 * What {@link toTaggedJson}, or an import from another system, wrote, as the values of JavaScript that are nearest:
 * `docs/import.md` lists them all. Never throws: a tag that JavaScript has nothing for stays the object that it is.
 */
export function fromTaggedJson(json: Json, depth = 0): unknown {
  if (json === null || typeof json !== "object" || depth > 4 * DEEPEST) return json;
  if (isList(json)) return json.map((item) => fromTaggedJson(item, depth + 1));
  const entries = Object.entries(json);
  const [[key, content] = ["", null]] = entries;
  if (entries.length === 1 && key.startsWith("$")) {
    const value = untagged(key.slice(1), content, depth + 1);
    if (value !== UNKNOWN) return value;
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, fromTaggedJson(item, depth + 1)]));
}

const UNKNOWN = Symbol("no tag that JavaScript has a value for");

function untagged(tag: string, content: Json, depth: number): unknown {
  if (typeof content === "string") return ofText(tag, content);
  if (isList(content)) return ofList(tag, content, depth);
  if (tag === "undefined") return undefined;
  if (tag === "timedelta_seconds") return fromTaggedJson(content, depth);
  if (content === null || typeof content !== "object") return UNKNOWN;
  if (tag === "binary" && typeof content.base64 === "string") return bytesOf(content.base64);
  if (tag === "date" && typeof content.$numberLong === "string") return new Date(Number(content.$numberLong));
  return UNKNOWN;
}

const FLOATS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["-0.0", -0],
]);

function ofText(tag: string, text: string): unknown {
  switch (tag) {
    case "int":
    case "numberLong":
      return /^-?\d+$/.test(text) ? BigInt(text) : UNKNOWN;
    case "float":
      return FLOATS.get(text) ?? UNKNOWN;
    case "numberDouble":
      return Number(text);
    case "bytes":
    case "bytearray":
      return bytesOf(text);
    case "datetime":
      return momentOf(text) ?? text;
    case "date":
    case "time":
    case "decimal":
    case "numberDecimal":
    case "uuid":
    case "oid":
    case "symbol":
      return text;
    default:
      return UNKNOWN;
  }
}

/** Null where no zone, or one that JavaScript cannot read, leaves open which moment is meant. */
function momentOf(text: string): Date | null {
  if (!/T[\d:.]+(?:[+-]\d\d:\d\d|Z)$/.test(text)) return null;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function ofList(tag: string, items: readonly Json[], depth: number): unknown {
  const values = () => items.map((item) => fromTaggedJson(item, depth));
  switch (tag) {
    case "tuple":
      return values();
    case "set":
    case "frozenset":
      return new Set(values());
    case "ordereddict":
    case "dict": {
      if (!items.every(isPair)) return UNKNOWN;
      const pairs = items.map(
        ([key, item]) => [fromTaggedJson(key, depth), fromTaggedJson(item, depth)] as const,
      );
      const names = pairs.map(([key]) => key);
      const isObject = tag === "dict" && new Set(names).size === names.length && names.every(isText);
      return isObject ? Object.fromEntries(pairs) : new Map(pairs);
    }
    default:
      return UNKNOWN;
  }
}

/** `Array.isArray` alone does not tell a readonly list from an object. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function isPair(json: Json): json is readonly [Json, Json] {
  return isList(json) && json.length === 2;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

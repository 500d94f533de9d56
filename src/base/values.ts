import { WatchwordError } from "../base/errors.js";
import type { Json } from "./json.js";

/** Objects, documents and rows: a map, so that no key (`__proto__`, for one) means anything to JavaScript. */
export type Fields = ReadonlyMap<string, Value>;

/**
 * Whatever another system can have stored. Whole numbers beyond 2^53 are bigint, bytes are `Uint8Array`, objects are
 * {@link Fields}; what JavaScript has no type for is {@link Tagged}.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | Fields
  | Tagged;

/** How deeply values may be nested: far beyond what people store, and short of what overflows a stack. */
export const DEEPEST = 200;

/**
 * The kinds of values that JSON lacks. Those of Python bear the names of Python's types in lower case; those of BSON
 * bear the names of MongoDB's canonical Extended JSON v2, and look the same when written.
 */
const TAGS = [
  // Python and SQL
  "date",
  "datetime",
  "time",
  "timedelta_seconds",
  "decimal",
  "uuid",
  "bytearray",
  "tuple",
  "set",
  "frozenset",
  "ordereddict",
  "dict",
  "recursive",
  "unsupported",
  // BSON
  "oid",
  "binary",
  "numberLong",
  "numberDouble",
  "numberDecimal",
  "regularExpression",
  "timestamp",
  "code",
  "symbol",
  "dbPointer",
  "undefined",
  "minKey",
  "maxKey",
] as const;

export type Tag = (typeof TAGS)[number];

const KNOWN: ReadonlySet<string> = new Set(TAGS);

/** A value of a kind that neither JSON nor JavaScript has. */
export class Tagged {
  constructor(
    readonly tag: Tag,
    readonly content: Value,
  ) {}
}

export function isFields(value: Value | undefined): value is Fields {
  return value instanceof Map;
}

/** The 24 hex digits of an ObjectId; null: it is none. */
export function objectIdOf(value: Value | undefined): string | null {
  return value instanceof Tagged && value.tag === "oid" && typeof value.content === "string"
    ? value.content
    : null;
}

/** Whole milliseconds since 1970 of a BSON date; null: it is none. */
export function instantOf(value: Value | undefined): number | null {
  if (!(value instanceof Tagged) || value.tag !== "date" || !(value.content instanceof Tagged)) return null;
  return Number(value.content.content);
}

/** The digits of a decimal number, as they stand there; null: it is none. */
export function decimalOf(value: Value | undefined): string | null {
  return value instanceof Tagged &&
    (value.tag === "decimal" || value.tag === "numberDecimal") &&
    typeof value.content === "string"
    ? value.content
    : null;
}

/** A BSON date of these milliseconds since 1970. */
export function instant(milliseconds: number | bigint): Tagged {
  return new Tagged("date", new Tagged("numberLong", String(milliseconds)));
}

/**
 * A value as JSON. What JSON has stands for itself; anything else is an object with one key that begins with `$`
 * (`{"$bytes": "AP8="}`). An object that has such a key by itself is written as `{"$dict": [[key, value], …]}`, so that
 * nothing is ever taken for a tag that is none.
 *
 * @throws WatchwordError `invalid-input`: it is nested deeper than 200 levels.
 */
export function toTagged(value: Value, depth = 0): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return plainNumber(value) ? value : { $float: floatText(value) };
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : { $int: String(value) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (depth >= DEEPEST)
    throw new WatchwordError("invalid-input", `The value is nested deeper than ${DEEPEST} levels.`);
  if (value instanceof Tagged) return { [`$${value.tag}`]: toTagged(value.content, depth + 1) };
  if (isFields(value)) return objectOf(value, depth + 1);
  return value.map((item) => toTagged(item, depth + 1));
}

function objectOf(fields: Fields, depth: number): Json {
  for (const key of fields.keys())
    if (key.startsWith("$"))
      return { $dict: Array.from(fields, ([name, value]) => [name, toTagged(value, depth)]) };
  return asObject(Array.from(fields, ([key, value]) => [key, toTagged(value, depth)] as const));
}

/** `__proto__` becomes a key like any other. */
function asObject(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries);
}

/**
 * The value that {@link toTagged} wrote.
 *
 * @throws WatchwordError `invalid-input`: a tag that there is not, or one with the wrong content.
 */
export function fromTagged(json: Json, depth = 0): Value {
  if (json === null || typeof json !== "object") return json;
  // An object written as pairs takes three levels where it took one.
  if (depth >= 4 * DEEPEST)
    throw new WatchwordError("invalid-input", `The value is nested deeper than ${4 * DEEPEST} levels.`);
  if (Array.isArray(json)) return json.map((item: Json) => fromTagged(item, depth + 1));
  const entries = Object.entries(json);
  const [first] = entries;
  if (first === undefined || !first[0].startsWith("$"))
    return new Map(entries.map(([key, value]) => [key, fromTagged(value, depth + 1)]));
  const [key, content] = first;
  if (entries.length > 1) throw badTag(key, "stands beside other keys");
  return untag(key.slice(1), content, depth + 1);
}

function untag(tag: string, content: Json, depth: number): Value {
  if (tag === "int" && typeof content === "string" && /^-?\d+$/.test(content)) return BigInt(content);
  if (tag === "float" && typeof content === "string") return floatOf(content);
  if (tag === "bytes" && typeof content === "string") return new Uint8Array(Buffer.from(content, "base64"));
  if (!KNOWN.has(tag)) throw badTag(`$${tag}`, "is no tag, or has content of another kind");
  const value = fromTagged(content, depth);
  if (tag !== "dict") return new Tagged(tag as Tag, value);
  const fields = fieldsOfPairs(value);
  return fields ?? new Tagged("dict", value);
}

/** Pairs whose keys are all text and differ are what an object with a `$` in front of a key was written as. */
function fieldsOfPairs(pairs: Value): Fields | null {
  if (!Array.isArray(pairs)) throw badTag("$dict", "does not hold a list of pairs");
  const fields = new Map<string, Value>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw badTag("$dict", "does not hold a list of pairs");
    const [key, value] = pair;
    if (typeof key !== "string") return null;
    fields.set(key, value);
  }
  return fields.size === pairs.length ? fields : null;
}

function badTag(tag: string, what: string): WatchwordError {
  return new WatchwordError("invalid-input", `In tagged JSON, ${JSON.stringify(tag)} ${what}.`);
}

function plainNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (Object.is(value, -0)) return "-0.0";
  return value > 0 ? "inf" : "-inf";
}

function floatOf(text: string): number {
  switch (text) {
    case "nan":
      return Number.NaN;
    case "inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
      return Number.NEGATIVE_INFINITY;
    case "-0.0":
      return -0;
    default:
      throw badTag("$float", "holds something else than nan, inf, -inf or -0.0");
  }
}

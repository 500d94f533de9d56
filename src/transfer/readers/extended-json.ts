import { type Fields, instant, isFields, Tagged, type Value } from "../../base/values.js";

/**
 * MongoDB Extended JSON v2 (canonical and relaxed), the older v1, and what MontyDB writes, as values of BSON. A `$` that
 * begins the name of an ordinary field leaves the object as it is.
 */
export function fromExtended(value: Value): Value {
  if (Array.isArray(value)) return value.map(fromExtended);
  if (!isFields(value)) return value;
  const [first] = value.keys();
  // Most documents are plain: nothing is made anew for them.
  if (isPlain(value, first)) return value;
  if (first?.startsWith("$") === true) {
    const special = specialOf(value);
    if (special !== undefined) return special;
  }
  return new Map(Array.from(value, ([key, item]) => [key, fromExtended(item)]));
}

function isPlain(fields: Fields, first: string | undefined): boolean {
  if (first?.startsWith("$") === true) return false;
  for (const value of fields.values()) if (typeof value === "object" && value !== null) return false;
  return true;
}

/** Undefined: it is none of the special objects. */
function specialOf(fields: Fields): Value | undefined {
  if (fields.size === 1) return single(fields);
  if (fields.size === 2) return double(fields);
  return undefined;
}

function single(fields: Fields): Value | undefined {
  const [[key, content] = ["", null]] = fields;
  const text = typeof content === "string" ? content : null;
  switch (key) {
    case "$oid":
      return text !== null && /^[0-9a-fA-F]{24}$/.test(text)
        ? new Tagged("oid", text.toLowerCase())
        : undefined;
    case "$numberInt":
      return text !== null && /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
    case "$numberLong":
      return longOf(content ?? null);
    case "$numberDouble":
      return text === null ? undefined : doubleOf(text);
    case "$numberDecimal":
      return text === null ? undefined : new Tagged("numberDecimal", text);
    case "$date":
      return dateOf(content ?? null);
    case "$binary":
      return binaryOf(content ?? null);
    case "$uuid":
      return text !== null && /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)
        ? binary(Buffer.from(text.replaceAll("-", ""), "hex").toString("base64"), "04")
        : undefined;
    case "$regularExpression":
      return isFields(content) && typeof content.get("pattern") === "string"
        ? new Tagged("regularExpression", content)
        : undefined;
    case "$timestamp":
      return isFields(content) ? new Tagged("timestamp", content) : undefined;
    case "$code":
      return text === null ? undefined : new Tagged("code", text);
    case "$symbol":
      return text === null ? undefined : new Tagged("symbol", text);
    case "$dbPointer":
      return isFields(content) ? new Tagged("dbPointer", fromExtended(content)) : undefined;
    case "$undefined":
      return content === true ? new Tagged("undefined", true) : undefined;
    case "$minKey":
      return content === 1 ? new Tagged("minKey", 1) : undefined;
    case "$maxKey":
      return content === 1 ? new Tagged("maxKey", 1) : undefined;
    default:
      return undefined;
  }
}

/** What v1 spells with two members, and code with its scope. */
function double(fields: Fields): Value | undefined {
  const base64 = fields.get("$binary");
  const type = fields.get("$type");
  if (typeof base64 === "string" && typeof type === "string") return binary(base64, type.padStart(2, "0"));
  const pattern = fields.get("$regex");
  const options = fields.get("$options");
  if (typeof pattern === "string" && typeof options === "string")
    return new Tagged(
      "regularExpression",
      new Map<string, Value>([
        ["pattern", pattern],
        ["options", options],
      ]),
    );
  const code = fields.get("$code");
  const scope = fields.get("$scope");
  if (typeof code === "string" && isFields(scope))
    return new Tagged(
      "code",
      new Map<string, Value>([
        ["code", code],
        ["scope", fromExtended(scope)],
      ]),
    );
  return undefined;
}

/** A whole number of 64 bits: plain where a double holds it. */
export function longOf(content: Value): Value | undefined {
  if (typeof content !== "string" || !/^-?\d{1,19}$/.test(content)) return undefined;
  const number = Number(content);
  return Number.isSafeInteger(number) ? number : new Tagged("numberLong", content);
}

/** A double as its text: plain where JSON has it. */
export function doubleOf(text: string): Value | undefined {
  const number = Number(text);
  if (Number.isFinite(number) && !Object.is(number, -0) && text.trim() !== "") return number;
  return /^(?:-?Infinity|NaN|-0(?:\.0)?)$/.test(text) ? new Tagged("numberDouble", text) : undefined;
}

/** As text of ISO 8601, as `$numberLong`, or (v1, MontyDB) as a bare number of milliseconds. */
function dateOf(content: Value): Value | undefined {
  if (typeof content === "number" && Number.isInteger(content)) return instant(content);
  if (isFields(content)) {
    const milliseconds = content.get("$numberLong");
    return content.size === 1 && typeof milliseconds === "string" && /^-?\d{1,19}$/.test(milliseconds)
      ? instant(BigInt(milliseconds))
      : undefined;
  }
  if (typeof content !== "string" || !/^\d{4}-\d\d-\d\dT/.test(content)) return undefined;
  // `+0000` is how older versions wrote the zone.
  const time = Date.parse(content.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(time) ? undefined : instant(time);
}

function binaryOf(content: Value): Value | undefined {
  if (!isFields(content)) return undefined;
  const base64 = content.get("base64");
  const subType = content.get("subType");
  return typeof base64 === "string" && typeof subType === "string"
    ? binary(base64, subType.padStart(2, "0"))
    : undefined;
}

/** `base64` and `subType` (two hex digits), as Extended JSON has them. */
export function binary(base64: string, subType: string): Tagged {
  return new Tagged(
    "binary",
    new Map<string, Value>([
      ["base64", base64],
      ["subType", subType],
    ]),
  );
}

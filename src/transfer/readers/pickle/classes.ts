import { Tagged } from "../../../base/values.js";
import {
  Callable,
  type Node,
  PickleDict,
  PickleError,
  PickleList,
  PickleObject,
  PickleZone,
} from "./nodes.js";

/**
 * The classes and functions of Python's standard library whose results are values, by the names under which Python 3 and
 * (protocols 0 to 2) Python 2 write them. This table is all that a pickle can call.
 */
export const CALLABLES: ReadonlyMap<string, Callable> = new Map(
  (
    [
      ["datetime.date", date],
      ["datetime.datetime", datetime],
      ["datetime.time", time],
      ["datetime.timedelta", timedelta],
      ["datetime.timezone", timezone],
      ["decimal.Decimal", decimal],
      ["collections.OrderedDict", orderedDict],
      ["uuid.UUID", (given) => (given.length === 0 ? new PickleObject("uuid.UUID", uuidOfState) : null)],
      ["builtins.set", (given) => collection("set", given)],
      ["builtins.frozenset", (given) => collection("frozenset", given)],
      ["builtins.list", (given) => collection("list", given)],
      ["builtins.tuple", (given) => collection("tuple", given)],
      ["builtins.bytearray", bytearray],
      ["builtins.bytes", (given) => (given.length === 0 ? new Uint8Array() : bytesOfNode(given[0] ?? null))],
      ["builtins.dict", (given) => (given.length === 0 ? new PickleDict("dict") : null)],
      ["_codecs.encode", encode],
      ["copyreg._reconstructor", reconstructed],
      ["copyreg.__newobj__", reconstructed],
    ] as const satisfies readonly (readonly [string, (given: readonly Node[]) => Node | null])[]
  ).map(([name, make]) => [name, new Callable(name, make)]),
);

/** The names that Python 2 had for the same modules. */
const RENAMED: Readonly<Record<string, string>> = { __builtin__: "builtins", copy_reg: "copyreg" };

export function callableOf(module: string, name: string): Callable {
  const here = Object.hasOwn(RENAMED, module) ? RENAMED[module] : module;
  const full = `${here}.${name}`;
  return CALLABLES.get(full) ?? new Callable(full.slice(0, 200));
}

/** What calling (`isCall`) or instantiating it gives: a value of the table, or a placeholder with its name. */
export function madeBy(callable: Node, given: Node, isCall: boolean): Node {
  if (!(callable instanceof Callable))
    return new Tagged("unsupported", "a call of something that is no class");
  const made = given instanceof PickleList ? (callable.make?.(given.items) ?? null) : null;
  return (
    made ??
    new Tagged("unsupported", isCall && callable.make === null ? `${callable.name} (a call)` : callable.name)
  );
}

function date(given: readonly Node[]): Node | null {
  const bytes = bytesOfNode(given[0] ?? null);
  return given.length === 1 && bytes?.length === 4 ? new Tagged("date", dateText(bytes)) : null;
}

function datetime(given: readonly Node[]): Node | null {
  const bytes = bytesOfNode(given[0] ?? null);
  const zone = zoneText(given);
  if (bytes?.length !== 10 || zone === null) return null;
  return new Tagged("datetime", `${dateText(bytes)}T${timeText(bytes.subarray(4))}${zone}`);
}

function time(given: readonly Node[]): Node | null {
  const bytes = bytesOfNode(given[0] ?? null);
  const zone = zoneText(given);
  return bytes?.length === 6 && zone !== null ? new Tagged("time", `${timeText(bytes)}${zone}`) : null;
}

/** The highest bit of a month or an hour says which of two equal times in autumn is meant (PEP 495). */
const FOLD = 0x80;

function dateText(bytes: Uint8Array): string {
  const [high = 0, low = 0, month = 0, day = 0] = bytes;
  return `${padded(high * 256 + low, 4)}-${padded(month & ~FOLD, 2)}-${padded(day, 2)}`;
}

function timeText(bytes: Uint8Array): string {
  const [hour = 0, minute = 0, second = 0, high = 0, middle = 0, low = 0] = bytes;
  const micros = (high << 16) | (middle << 8) | low;
  const text = `${padded(hour & ~FOLD, 2)}:${padded(minute, 2)}:${padded(second, 2)}`;
  return micros === 0 ? text : `${text}.${padded(micros, 6)}`;
}

/** Behind the bytes: nothing, or a zone with a fixed distance. Others (`zoneinfo`) are not kept by a distance alone. */
function zoneText(given: readonly Node[]): string | null {
  if (given.length === 1) return "";
  const zone = given[1];
  if (given.length !== 2 || !(zone instanceof PickleZone)) return null;
  const seconds = Math.abs(zone.seconds);
  const rest = seconds % 60 === 0 ? "" : `:${padded(seconds % 60, 2)}`;
  const sign = zone.seconds < 0 ? "-" : "+";
  return `${sign}${padded(Math.floor(seconds / 3600), 2)}:${padded(Math.floor(seconds / 60) % 60, 2)}${rest}`;
}

function timedelta(given: readonly Node[]): Node | null {
  const [days = 0, seconds = 0, micros = 0] = given;
  if (![days, seconds, micros].every(Number.isSafeInteger) || given.length > 3) return null;
  const total = (Number(days) * 86_400 + Number(seconds)) * 1_000_000 + Number(micros);
  return Number.isSafeInteger(total) ? new Tagged("timedelta_seconds", total / 1_000_000) : null;
}

function timezone(given: readonly Node[]): Node | null {
  const [distance] = given;
  if (given.length !== 1 || !(distance instanceof Tagged) || distance.tag !== "timedelta_seconds")
    return null;
  const seconds = Number(distance.content);
  return Number.isInteger(seconds) && Math.abs(seconds) < 86_400 ? new PickleZone(seconds) : null;
}

function decimal(given: readonly Node[]): Node | null {
  const [text] = given;
  const isDecimal =
    typeof text === "string" &&
    /^[+-]?(?:(?:\d{1,10000}(?:\.\d{0,10000})?|\.\d{1,10000})(?:[eE][+-]?\d{1,20})?|Inf(?:inity)?|s?NaN\d{0,100})$/i.test(
      text,
    );
  return given.length === 1 && isDecimal ? new Tagged("decimal", text) : null;
}

function uuidOfState(state: Node): Tagged | null {
  if (!(state instanceof PickleDict)) return null;
  for (const [key, value] of state.pairs)
    if (key === "int" && (typeof value === "bigint" || typeof value === "number")) {
      const hex = BigInt(value).toString(16).padStart(32, "0");
      if (!/^[0-9a-f]{32}$/.test(hex)) return null;
      return new Tagged("uuid", hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"));
    }
  return null;
}

function orderedDict(given: readonly Node[]): Node | null {
  const dict = new PickleDict("ordereddict");
  const [pairs] = given;
  if (given.length === 0) return dict;
  if (!(pairs instanceof PickleList) || given.length > 1) return null;
  for (const pair of pairs.items) {
    if (!(pair instanceof PickleList) || pair.items.length !== 2) return null;
    dict.pairs.push([pair.items[0] ?? null, pair.items[1] ?? null]);
  }
  return dict;
}

function collection(kind: PickleList["kind"], given: readonly Node[]): Node | null {
  const [items] = given;
  if (given.length > 1 || (given.length === 1 && !(items instanceof PickleList))) return null;
  const list = new PickleList(kind);
  if (items instanceof PickleList) for (const item of items.items) list.items.push(item);
  return list;
}

function bytearray(given: readonly Node[]): Node | null {
  const bytes = given.length === 0 ? new Uint8Array() : bytesOfNode(given[0] ?? null);
  return bytes === null ? null : new Tagged("bytearray", Buffer.from(bytes).toString("base64"));
}

/** Protocols 0 to 2 write bytes as a text in which each character is one byte. */
function encode(given: readonly Node[]): Node | null {
  const [text, encoding] = given;
  if (typeof text !== "string" || (encoding !== "latin1" && encoding !== "latin-1")) return null;
  return bytesOfNode(text);
}

function bytesOfNode(node: Node): Uint8Array | null {
  if (node instanceof Uint8Array) return node;
  if (typeof node !== "string") return null;
  for (let at = 0; at < node.length; at++) if (node.charCodeAt(at) > 255) return null;
  return new Uint8Array(Buffer.from(node, "latin1"));
}

/** Protocols 0 and 1 make any object so: `(class, base, state of the base)`. */
function reconstructed(given: readonly Node[]): Node | null {
  const [callable] = given;
  if (!(callable instanceof Callable))
    throw new PickleError("it makes an object of something that is no class");
  return madeBy(callable, new PickleList("tuple"), false);
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}

import { InvalidArgumentError } from "commander";
import { DAY, HOUR, MINUTE, SECOND } from "../base/clock.js";
import type { Json, JsonObject } from "../space/contract.js";
import { UsageError } from "./errors.js";

/** A parser for a whole number between two bounds, for a flag. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return number;
  };
}

/** Gathers a flag that may be given several times. */
export function collect(text: string, before: readonly string[] | false | undefined): readonly string[] {
  return [...(before || []), text];
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
/** A calendar date, or a date and time with its zone (RFC 3339), since "local" differs between machines. */
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** A length of time in milliseconds (`30m`, `12h`, `7d`, `2w`), for a flag. */
export function lengthOfTime(text: string): number {
  const length = readLength(text);
  if (length === null || length === 0)
    throw new InvalidArgumentError("Give a length of time such as 30m, 12h, 7d or 2w.");
  return length;
}

/** Null: it is none. */
function readLength(text: string): number | null {
  const [, count, letter] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const unit = UNITS[letter ?? ""];
  return unit === undefined ? null : Number(count) * unit;
}

/** A length of time for people, in the largest unit that it is whole in: `10d`, `90m`; whole milliseconds where it is in none. */
export function formatLength(milliseconds: number): string {
  const [letter, unit] = Object.entries(UNITS)
    .filter(([name, size]) => name !== "w" && milliseconds % size === 0)
    .at(-1) ?? [undefined, 1];
  return letter === undefined ? `${milliseconds} ms` : `${milliseconds / unit}${letter}`;
}

/**
 * A moment in the future: a length of time from now (`30m`, `2h`, `7d`, `2w`), or a date (`2031-01-31`, midnight UTC;
 * `2031-01-31T12:00Z`).
 * @throws UsageError
 */
export function parseUntil(flag: string, text: string, now: number): Date {
  const length = readLength(text);
  const time =
    length !== null ? now + length : DATE.test(text) ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  // Date.parse takes 31 February for 3 March; a person who typed it meant something else.
  const day = /^\d{4}-\d{2}-(\d{2})/.exec(text)?.[1];
  const rolled = day !== undefined && new Date(`${text.slice(0, 10)}T00:00Z`).getUTCDate() !== Number(day);
  if (Number.isNaN(time) || rolled)
    throw new UsageError(
      `${flag} takes a length of time such as 2h or 7d, or a date such as 2031-01-31 or 2031-01-31T12:00Z; it was given "${text}".`,
    );
  if (time <= now) throw new UsageError(`${flag} ${text} is not in the future; give a later time.`);
  return new Date(time);
}

/**
 * A JSON object, as `--data '{"plan":"free"}'` gives it.
 * @throws UsageError
 */
export function parseJsonObject(flag: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${flag} is not JSON (${(error as Error).message}); give an object such as '{"plan":"free"}'.`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`${flag} takes a JSON object such as '{"plan":"free"}'.`);
  return value as JsonObject;
}

/**
 * `field=value` pairs as an object: a value that is JSON counts as such (`age=7`, `on=true`, `old=null`), any other
 * as text.
 * @throws UsageError
 */
export function parseFields(flag: string, pairs: readonly string[]): JsonObject {
  // Not by assignment: that would set the prototype where a field is called `__proto__`.
  return Object.fromEntries(
    pairs.map((pair): [string, Json] => {
      const equals = pair.indexOf("=");
      if (equals < 1) throw new UsageError(`${flag} takes field=value; it was given "${pair}".`);
      return [pair.slice(0, equals), jsonOrText(pair.slice(equals + 1))];
    }),
  );
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Bytes for people, in powers of 1024. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A moment for people, in UTC, to the minute; `-` for none. */
export function formatTime(time: Date | null): string {
  return time === null ? "-" : time.toISOString().slice(0, 16).replace("T", " ");
}

import { WatchwordError } from "../../base/errors.js";
import { isNumber } from "../../base/numbers.js";
import {
  decimalOf,
  type Fields,
  instantOf,
  isFields,
  objectIdOf,
  Tagged,
  type Value,
} from "../../base/values.js";
import type { ImportNoteCode } from "../../space/contract.js";
import { parseJson } from "../readers/json.js";
import type { Row } from "../readers/rows.js";
import type { ImportNote, SourceOptions } from "../source.js";
import { atWall, readTime } from "./times.js";

/**
 * Whether numbers that stand for times count seconds or milliseconds since 1970. `either`: below 10^11 they are seconds, since as
 * milliseconds they would lie before 1974.
 */
export type Epoch = "seconds" | "milliseconds" | "either";

const LATEST = Date.UTC(9999, 0);

/**
 * One row while it is being made a user. Each column that is asked for counts as used; {@link rest} gives the others, so
 * that nothing is lost that nobody thought of. A value of an unexpected kind is never bent into shape: it stays
 * in the rest, and a note says so.
 */
export class Reading {
  readonly notes: ImportNote[] = [];
  readonly where: string;
  readonly #used = new Set<string>();
  #byLowerCase: ReadonlyMap<string, string> | undefined;

  constructor(
    readonly row: Row,
    readonly options: SourceOptions,
  ) {
    this.where = placeOf(row);
  }

  note(code: ImportNoteCode, message: string): void {
    this.notes.push({ code, message });
  }

  /** The column as the row spells it: databases differ in the case that they give to unquoted names. */
  #column(name: string): string | undefined {
    if (this.row.values.has(name)) return name;
    this.#byLowerCase ??= new Map(Array.from(this.row.values.keys(), (key) => [key.toLowerCase(), key]));
    return this.#byLowerCase.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#column(name) !== undefined;
  }

  /** Null for a column that is not there, too. */
  value(name: string): Value {
    const column = this.#column(name);
    if (column === undefined) return null;
    this.#used.add(column);
    return this.row.values.get(column) ?? null;
  }

  /** Uses columns up without looking at them: secrets that end with the old system, and its own bookkeeping. */
  drop(...names: readonly string[]): void {
    for (const name of names) this.value(name);
  }

  /** Whether any of these columns holds something; uses them up. */
  holdsAny(...names: readonly string[]): boolean {
    return names.filter((name) => !isEmpty(this.value(name))).length > 0;
  }

  /** Text as it stands; of numbers and ids their digits. */
  text(name: string): string | null {
    const value = this.value(name);
    if (value === null) return null;
    const text = textOf(value);
    if (text === null) this.unclear(name, "is no text");
    return text;
  }

  /** As {@link text}, with null for the empty text. */
  filled(name: string): string | null {
    return this.text(name) || null;
  }

  /**
   * The id of a person, which they keep as their number where it can be one, so that programs that know them by it find
   * them.
   */
  numberedId(name: string): { readonly id: string; readonly number: number | null } {
    const id = this.text(name) ?? "";
    const number = numberOf(id);
    if (number === null)
      this.note(
        "value-unclear",
        `${name} ${JSON.stringify(id.slice(0, 64))} is no whole number from 1 to 2^53 - 1: the person has no number here.`,
      );
    return { id, number };
  }

  /** `absent` where there is no such column, or NULL in it. A value that is neither yes nor no counts as no. */
  flag(name: string, absent: boolean): boolean {
    const value = this.value(name);
    if (value === null) return absent;
    const flag = flagOf(value);
    if (flag === null) this.unclear(name, "is neither true nor false, so it counts as false");
    return flag ?? false;
  }

  /** Whole milliseconds since 1970. Text without a zone is in the zone of the options, unless another is given. */
  time(name: string, options: { readonly epoch?: Epoch; readonly zone?: string } = {}): number | null {
    const value = this.value(name);
    if (value === null) return null;
    const time = timeOf(value, options.zone ?? this.options.timeZone, options.epoch);
    if (time === undefined) this.unclear(name, "is no time", "time-unclear");
    return time ?? null;
  }

  integer(name: string): number | null {
    const value = this.value(name);
    if (value === null) return null;
    const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number;
    this.unclear(name, "is no whole number");
    return null;
  }

  /** The list of texts in a column that holds a list, or JSON of one. */
  texts(name: string): readonly string[] {
    const value = this.value(name);
    if (value === null || value === "") return [];
    const list = typeof value === "string" ? (jsonOf(value) ?? null) : value;
    if (Array.isArray(list)) {
      const texts = list.map((item: Value) => textOf(item));
      const clear = texts.filter((text) => text !== null);
      if (clear.length === texts.length) return clear;
    }
    this.unclear(name, "is no list of texts");
    return [];
  }

  /** Leaves the column to the rest after all, with a note of what is odd about it. */
  unclear(name: string, what: string, code: ImportNoteCode = "value-unclear"): void {
    const column = this.#column(name);
    if (column !== undefined) this.#used.delete(column);
    this.note(code, `${name} ${what}. The value is kept in the user's data.`);
  }

  /** Gives a column back to the rest. */
  keep(name: string): void {
    const column = this.#column(name);
    if (column !== undefined) this.#used.delete(column);
  }

  /** All that was not used. What is NULL says nothing and is left out where `nulls` is false. */
  rest(nulls = true): Map<string, Value> {
    const rest = new Map<string, Value>();
    for (const [name, value] of this.row.values)
      if (!this.#used.has(name) && (nulls || value !== null)) rest.set(name, value);
    return rest;
  }
}

export function placeOf(row: Row): string {
  return `${row.table}, line ${row.line}`;
}

/** @throws WatchwordError `invalid-input`, where the table has none of the columns that make it what it should be. */
export function requireColumns(
  columns: readonly string[] | null,
  wanted: readonly string[],
  table: string,
  system: string,
): void {
  if (columns === null) return;
  const there = new Set(columns.map((column) => column.toLowerCase()));
  const missing = wanted.filter((column) => !there.has(column.toLowerCase()));
  if (missing.length > 0)
    throw new WatchwordError(
      "invalid-input",
      `The table ${table} is not one of ${system}: it has no column ${missing.join(", ")}. Name the right source, or the table with --table.`,
      { details: { table, missing } },
    );
}

export function isEmpty(value: Value): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** Null: the value is no text, nor anything that has one obvious text. */
export function textOf(value: Value): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  const id = objectIdOf(value) ?? decimalOf(value);
  if (id !== null) return id;
  return value instanceof Tagged && value.tag === "uuid" && typeof value.content === "string"
    ? value.content
    : null;
}

/** A number that a user can have; null: the text is none, as a database writes it. */
export function numberOf(text: string): number | null {
  return /^[1-9]\d{0,15}$/.test(text) && isNumber(Number(text)) ? Number(text) : null;
}

export function flagOf(value: Value): boolean | null {
  if (typeof value === "boolean") return value;
  if (value === 1 || value === 1n) return true;
  if (value === 0 || value === 0n) return false;
  // MySQL's bit(1)
  if (value instanceof Uint8Array && value.length === 1 && (value[0] === 0 || value[0] === 1))
    return value[0] === 1;
  if (typeof value !== "string") return null;
  if (/^(?:t|true|y|yes|1|on)$/i.test(value)) return true;
  return /^(?:f|false|n|no|0|off)$/i.test(value) ? false : null;
}

/** Null: no time was meant. Undefined: it is none. A number is a time only where its unit is known. */
export function timeOf(value: Value, zone: string, epoch?: Epoch): number | null | undefined {
  const date = instantOf(value);
  if (date !== null) return whole(date);
  if (typeof value === "number" || typeof value === "bigint") return epochTime(Number(value), epoch);
  if (typeof value !== "string") return undefined;
  if (epoch !== undefined && /^\d+(?:\.\d+)?$/.test(value)) return epochTime(Number(value), epoch);
  const reading = readTime(value, zone);
  if (reading.status === "read") return reading.at;
  return reading.status === "none" || reading.status === "never" ? null : undefined;
}

/** MongoDB's dates of a program that wrote its local clock as if it were UTC. */
export function wallOfInstant(instant: number | null, zone: string): number | null {
  return instant === null ? null : atWall(instant, zone);
}

function epochTime(number: number, epoch: Epoch | undefined): number | undefined {
  if (epoch === undefined) return undefined;
  const isSeconds = epoch === "seconds" || (epoch === "either" && Math.abs(number) < 1e11);
  return whole(isSeconds ? number * 1000 : number);
}

/** Years up to 9999 either side of 1970 are times; what lies beyond, or is no number, is a mistake of somebody's. */
function whole(milliseconds: number): number | undefined {
  return Math.abs(milliseconds) < LATEST ? Math.floor(milliseconds) : undefined;
}

/** The value of a JSON text; undefined where it is none, or is nested too deeply to be anybody's data. */
export function jsonOf(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof WatchwordError) return undefined;
    throw error;
  }
}

/** The fields of a value that is an object or JSON text of one; null where it is neither. */
export function fieldsOf(value: Value): Fields | null {
  const read = typeof value === "string" ? (jsonOf(value) ?? null) : value;
  return isFields(read) ? read : null;
}

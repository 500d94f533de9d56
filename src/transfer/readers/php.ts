import { DEEPEST, Tagged, type Value } from "../../base/values.js";
import { bytesOf, decodeUtf8 } from "./feed.js";
import type { ReadResult } from "./pickle.js";

const LARGEST = 16 * 1024 * 1024;
const MOST_VALUES = 200_000;

class PhpError extends Error {}

/**
 * What PHP's serialize() wrote: null, booleans, numbers, texts (whose length counts bytes) and arrays. An array whose
 * keys are 0, 1, 2, … is a list; another one an object of texts. Objects of classes are never made: they stand as
 * `Tagged("unsupported", class)`, and only the text itself keeps them whole.
 *
 * @param serialized - As bytes, or as the text that they are in UTF-8.
 */
export function readPhp(serialized: Uint8Array | string): ReadResult {
  const text = Buffer.from(serialized as string).toString("latin1");
  if (text.length > LARGEST) return { status: "raw", why: `it is larger than ${LARGEST} bytes` };
  try {
    const reader = new PhpReader(text);
    const value = reader.value(0);
    if (reader.at !== text.length) throw new PhpError("something stands behind its end");
    return { status: "read", value, unsupported: [...reader.unsupported] };
  } catch (error) {
    if (error instanceof PhpError) return { status: "raw", why: error.message };
    throw error;
  }
}

class PhpReader {
  readonly unsupported = new Set<string>();
  at = 0;
  #count = 0;

  constructor(readonly text: string) {}

  value(depth: number): Value {
    if (depth > DEEPEST) throw new PhpError(`it is nested deeper than ${DEEPEST} levels`);
    if (++this.#count > MOST_VALUES) throw new PhpError(`it holds more than ${MOST_VALUES} values`);
    const type = this.text[this.at];
    if (type === "N") {
      this.#expect("N;");
      return null;
    }
    this.#expect(`${type ?? ""}:`);
    switch (type) {
      case "b":
        return this.#untilSemicolon(/^[01]$/) === "1";
      case "i":
        return integerOf(this.#untilSemicolon(/^[+-]?\d{1,20}$/));
      case "d":
        return floatOf(this.#untilSemicolon(/^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NAN)$/));
      case "s":
        return this.#string();
      case "a":
        return this.#array(depth);
      case "O":
        return this.#object(depth);
      case "C":
        return this.#custom();
      case "E":
        return this.#unsupported(String(this.#string()));
      case "r":
      case "R":
        this.#untilSemicolon(/^\d{1,9}$/);
        return this.#unsupported("a reference");
      default:
        throw new PhpError(`it holds a value of the unknown type ${JSON.stringify(type ?? "")}`);
    }
  }

  #expect(text: string): void {
    if (!this.text.startsWith(text, this.at)) throw new PhpError(`at byte ${this.at} there is no ${text}`);
    this.at += text.length;
  }

  #untilSemicolon(form: RegExp): string {
    const end = this.text.indexOf(";", this.at);
    // No number is longer; looking further would make reading take the square of the length.
    const text = end < 0 || end - this.at > 400 ? "" : this.text.slice(this.at, end);
    if (!form.test(text)) throw new PhpError(`at byte ${this.at} there is no such number`);
    this.at = end + 1;
    return text;
  }

  #length(): number {
    const digits = /\d{1,9}:/y;
    digits.lastIndex = this.at;
    const found = digits.exec(this.text)?.[0];
    if (found === undefined) throw new PhpError(`at byte ${this.at} there is no length`);
    this.at += found.length;
    return Number.parseInt(found, 10);
  }

  #quoted(): string {
    const length = this.#length();
    this.#expect('"');
    if (length > this.text.length - this.at) throw new PhpError("it ends in the middle of a text");
    const raw = this.text.slice(this.at, this.at + length);
    this.at += length;
    this.#expect('"');
    return raw;
  }

  #string(): Value {
    const raw = this.#quoted();
    this.#expect(";");
    return decodeUtf8(raw) ?? bytesOf(raw);
  }

  #pairs(depth: number): (readonly [Value, Value])[] {
    const length = this.#length();
    this.#expect("{");
    const pairs: (readonly [Value, Value])[] = [];
    for (let index = 0; index < length; index++) pairs.push([this.value(depth + 1), this.value(depth + 1)]);
    this.#expect("}");
    return pairs;
  }

  #array(depth: number): Value {
    const pairs = this.#pairs(depth);
    for (const [key] of pairs)
      if (
        typeof key !== "string" &&
        typeof key !== "number" &&
        typeof key !== "bigint" &&
        !(key instanceof Uint8Array)
      )
        throw new PhpError("it has a key that is neither text nor number");
    if (pairs.every(([key], index) => key === index)) return pairs.map(([, value]) => value);
    if (pairs.some(([key]) => key instanceof Uint8Array)) return new Tagged("dict", pairs);
    return new Map(pairs.map(([key, value]) => [String(key), value]));
  }

  #object(depth: number): Value {
    const name = decodeUtf8(this.#quoted()) ?? "a class";
    this.#expect(":");
    this.#pairs(depth);
    return this.#unsupported(name);
  }

  /** A class that writes itself: its name, and bytes that only it can read. */
  #custom(): Value {
    const name = decodeUtf8(this.#quoted()) ?? "a class";
    this.#expect(":");
    const length = this.#length();
    this.#expect("{");
    this.at += length;
    this.#expect("}");
    return this.#unsupported(name);
  }

  #unsupported(name: string): Value {
    this.unsupported.add(name);
    return new Tagged("unsupported", name);
  }
}

function integerOf(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits.replace("+", ""));
}

function floatOf(text: string): number {
  if (text === "NAN") return Number.NaN;
  if (text.endsWith("INF")) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

import { WatchwordError } from "../../base/errors.js";
import { DEEPEST, Tagged, type Value } from "../../base/values.js";

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
/** JSON has no name for these; Python writes them nevertheless. */
const WORDS: readonly (readonly [string, Value])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];

/**
 * JSON (RFC 8259) as a {@link Value}: objects become maps, whole numbers beyond 2^53 stay exact, and nothing is nested
 * deeper than 200 levels. Of two members with one name the later counts.
 *
 * @throws WatchwordError `invalid-input`, with the place in the text.
 */
export function parseJson(text: string): Value {
  const parser = new JsonParser(text);
  const value = parser.value(0);
  parser.skipSpace();
  if (parser.at < text.length) throw parser.error("has something behind its end");
  return value;
}

class JsonParser {
  at = 0;

  constructor(readonly text: string) {}

  error(what: string): WatchwordError {
    return new WatchwordError("invalid-input", `The JSON ${what}, at character ${this.at + 1}.`);
  }

  skipSpace(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  value(depth: number): Value {
    if (depth > DEEPEST) throw this.error(`is nested deeper than ${DEEPEST} levels`);
    this.skipSpace();
    switch (this.text[this.at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#list(depth);
      case '"':
        return this.#string();
      case undefined:
        throw this.error("ends too early");
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): Value {
    const fields = new Map<string, Value>();
    this.at++;
    this.skipSpace();
    if (this.#takes("}")) return fields;
    for (;;) {
      this.skipSpace();
      if (this.text[this.at] !== '"') throw this.error("has an object with a member without a name");
      const name = this.#string();
      this.skipSpace();
      if (!this.#takes(":")) throw this.error("has a member without a colon");
      fields.set(name, this.value(depth + 1));
      this.skipSpace();
      if (this.#takes("}")) return fields;
      if (!this.#takes(",")) throw this.error("has an object that does not end");
    }
  }

  #list(depth: number): Value {
    const items: Value[] = [];
    this.at++;
    this.skipSpace();
    if (this.#takes("]")) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      this.skipSpace();
      if (this.#takes("]")) return items;
      if (!this.#takes(",")) throw this.error("has a list that does not end");
    }
  }

  #takes(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  #string(): string {
    const start = this.at;
    const end = endOfString(this.text, start);
    if (end < 0) throw this.error("has a text that does not end");
    this.at = end;
    const plain = this.text.slice(start + 1, end - 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that JSON wants escaped
    if (!/[\\\x00-\x1f]/.test(plain)) return plain;
    try {
      return JSON.parse(this.text.slice(start, end));
    } catch {
      this.at = start;
      throw this.error("has a text with a wrong escape or a control character");
    }
  }

  /** Undefined: there is none of them here. */
  #scalar(): Value {
    // `null` is a word too, so that `??` would go on to the number.
    const word = this.#word();
    return word === undefined ? this.#number() : word;
  }

  #word(): Value | undefined {
    for (const [word, value] of WORDS)
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    return undefined;
  }

  #number(): Value {
    NUMBER.lastIndex = this.at;
    const digits = NUMBER.exec(this.text)?.[0];
    if (digits === undefined) throw this.error("has something that is no value");
    this.at = NUMBER.lastIndex;
    const number = Number(digits);
    if (Number.isSafeInteger(number) || /[.eE]/.test(digits))
      return Number.isFinite(number) ? number : new Tagged("decimal", digits);
    // Turning digits into a bigint takes time that grows with their square.
    return digits.length > 1000 ? new Tagged("decimal", digits) : BigInt(digits);
  }
}

/** Behind the closing quote of the text that begins at `start`; -1: it does not end. */
export function endOfString(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const end = text.indexOf('"', from);
    if (end < 0) return -1;
    let backslashes = 0;
    while (end - 1 - backslashes > start && text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end + 1;
    from = end + 1;
  }
}

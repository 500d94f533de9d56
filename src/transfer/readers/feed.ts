import { isUtf8 } from "node:buffer";
import { WatchwordError } from "../../base/errors.js";
import type { Input } from "./file.js";

/** No record of an input (a row, a line, a value) may be longer than this many bytes. */
const LONGEST_UNIT = 64 * 1024 * 1024;
const PIECE = 64 * 1024;

/** Says that the text at hand ends within what is being read. */
class OutOfText extends Error {}
const OUT_OF_TEXT = new OutOfText("The text at hand ends here.");

/**
 * The window of an input that a reader looks at: its bytes, one character for each, so that no piece cuts a letter in
 * two and bytes that are no text survive. A reader moves `at` forward; what lies before it is let go.
 */
export class Feed {
  text = "";
  at = 0;
  /** Whether nothing follows behind `text`. */
  ended = false;
  /** Where the line begins that was counted last, and where it ends (-1: not looked for yet). */
  #counted = 0;
  #newline = -1;
  #line = 1;

  constructor(readonly name: string) {}

  /** Ends the attempt to read one unit: it is made anew when there is more text. */
  outOfText(): never {
    if (this.ended) throw this.error("The input ends in the middle of something; it was cut off.");
    throw OUT_OF_TEXT;
  }

  /** The number of the line that `at` stands in. */
  line(): number {
    if (this.#newline < 0) this.#newline = this.#nextNewline(this.#counted);
    while (this.#newline < this.at) {
      this.#line++;
      this.#counted = this.#newline + 1;
      this.#newline = this.#nextNewline(this.#counted);
    }
    return this.#line;
  }

  #nextNewline(from: number): number {
    const at = this.text.indexOf("\n", from);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  }

  error(what: string): WatchwordError {
    const line = this.line();
    return new WatchwordError("invalid-input", `${this.name}, line ${line}: ${what}`, { details: { line } });
  }

  /** Adds what came in, and lets go of what was read. */
  add(more: string): void {
    this.line();
    this.#counted = Math.max(0, this.#counted - this.at);
    this.#newline = -1;
    this.text = this.text.slice(this.at) + more;
    this.at = 0;
  }

  /** Bytes as the text that they are in UTF-8. */
  decode(bytes: string): string {
    const decoded = decodeUtf8(bytes);
    if (decoded === null) throw this.error("A text is not valid UTF-8; write the input anew in UTF-8.");
    return decoded;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is what is meant
const ASCII = /^[\x00-\x7f]*$/;

/** The text of bytes that stand as one character each; null: they are not UTF-8. */
export function decodeUtf8(bytes: string): string | null {
  if (ASCII.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, "latin1");
  return isUtf8(buffer) ? buffer.toString("utf8") : null;
}

export function bytesOf(bytes: string): Uint8Array {
  return new Uint8Array(Buffer.from(bytes, "latin1"));
}

/** What reads an input unit by unit: a row, a line, a statement. */
export interface UnitParser<T> {
  /**
   * Reads one unit from `feed.at` on. Undefined: the input is at its end; null: the unit gave nothing. It must not
   * remember anything of a unit that it did not finish, since it is called again for the same one when text runs out.
   */
  next(): T | null | undefined;
}

/**
 * Runs a parser over an input. Memory holds the piece at hand and the unit that reaches across its end.
 *
 * @param piece - How many bytes are looked at once, at the least.
 */
export async function* readUnits<T>(
  input: Input,
  name: string,
  parser: (feed: Feed) => UnitParser<T>,
  piece = PIECE,
): AsyncGenerator<T> {
  const feed = new Feed(name);
  const pieces = pieceReader(input);
  try {
    feed.add(withoutMark(await pieces.atLeast(piece, feed)));
    const units = parser(feed);
    for (;;) {
      const start = feed.at;
      let unit: T | null | undefined;
      try {
        unit = units.next();
      } catch (error) {
        if (error !== OUT_OF_TEXT) throw error;
        feed.at = start;
        const kept = feed.text.length - start;
        if (kept > LONGEST_UNIT)
          throw feed.error(`What begins here is longer than ${LONGEST_UNIT / 1024 / 1024} MiB.`);
        // Twice as much each time: a unit that many pieces make up is then looked at in linear time.
        feed.add(await pieces.atLeast(Math.max(piece, kept), feed));
        continue;
      }
      if (unit === undefined) return;
      if (unit !== null) yield unit;
    }
  } finally {
    await pieces.close();
  }
}

function pieceReader(input: Input) {
  const iterator = input[Symbol.asyncIterator]();
  return {
    async atLeast(size: number, feed: Feed): Promise<string> {
      const parts: string[] = [];
      let length = 0;
      while (length < size) {
        const next = await iterator.next();
        if (next.done === true) {
          feed.ended = true;
          break;
        }
        const bytes = typeof next.value === "string" ? Buffer.from(next.value) : next.value;
        const part = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
        parts.push(part);
        length += part.length;
      }
      return parts.join("");
    },
    async close(): Promise<void> {
      await iterator.return?.();
    },
  };
}

/** The byte order mark of UTF-8 says nothing. */
function withoutMark(text: string): string {
  return text.startsWith("\u00ef\u00bb\u00bf") ? text.slice(3) : text;
}

import { bytesOf, type Feed } from "../feed.js";
import type { Token } from "./lexer.js";

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const MYSQL_ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\x1a",
  // Kept with their backslash: they are meant for LIKE.
  "%": "\\%",
  _: "\\_",
};

/** What a text token holds, its escapes undone, bytes still one character each. */
export function rawText(token: Token, backslashes: boolean, feed: Feed): string {
  const { text, prefix } = token;
  if (prefix === "$") return text;
  if (prefix === "u&") return unicodeEscapes(text.replaceAll("''", "'"), "\\", feed);
  if (prefix === "e") return cEscapes(text);
  return backslashes ? mysqlEscapes(text, "'") : text.replaceAll("''", "'");
}

/** A text in double quotes, where they hold no name (MySQL). */
export function rawDoubleQuoted(text: string): string {
  return mysqlEscapes(text, '"');
}

function mysqlEscapes(text: string, quote: string): string {
  if (!text.includes("\\")) return text.includes(quote) ? text.replaceAll(quote + quote, quote) : text;
  return text.replace(quote === "'" ? /\\([\s\S])|''/g : /\\([\s\S])|""/g, (_, escaped?: string) =>
    escaped === undefined ? quote : (MYSQL_ESCAPES[escaped] ?? escaped),
  );
}

/** `E'…'` of PostgreSQL. Octal and hexadecimal ones are bytes, `\u` ones are characters. */
function cEscapes(text: string): string {
  return text.replace(
    /''|\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|([\s\S]))/g,
    (all, short?: string, long?: string, hex?: string, octal?: string, other?: string) => {
      if (all === "''") return "'";
      const point = short ?? long;
      if (point !== undefined) return utf8Of(Number.parseInt(point, 16));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      return SIMPLE_ESCAPES[other ?? ""] ?? other ?? "";
    },
  );
}

/** `U&'…'`: four hex digits behind the escape character, six behind it and a plus. Surrogates come in pairs. */
export function unicodeEscapes(text: string, mark: string, feed: Feed): string {
  if (!text.includes(mark)) return text;
  let out = "";
  let high = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char !== mark) {
      if (high !== 0) throw feed.error("A Unicode escape holds half a character.");
      out += char;
    } else if (text[at + 1] === mark) {
      out += mark;
      at++;
    } else {
      const digits = text[at + 1] === "+" ? text.slice(at + 2, at + 8) : text.slice(at + 1, at + 5);
      if (!/^(?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6})$/.test(digits))
        throw feed.error("A Unicode escape does not hold four hexadecimal digits.");
      at += digits.length === 6 ? 7 : 4;
      const point = Number.parseInt(digits, 16);
      if (point >= 0xd800 && point < 0xdc00 && high === 0) high = point;
      else if (point >= 0xdc00 && point < 0xe000 && high !== 0) {
        out += utf8Of(0x10000 + ((high - 0xd800) << 10) + (point - 0xdc00));
        high = 0;
      } else if (high !== 0) throw feed.error("A Unicode escape holds half a character.");
      else out += utf8Of(point);
    }
  }
  if (high !== 0) throw feed.error("A Unicode escape holds half a character.");
  return out;
}

/** A character as the bytes of its UTF-8, one character for each. */
export function utf8Of(point: number): string {
  if (point < 128) return String.fromCharCode(point);
  return point > 0x10ffff
    ? "\u00ef\u00bf\u00bd"
    : Buffer.from(String.fromCodePoint(point)).toString("latin1");
}

/** The bytes of `X'00FF'`, `0x00FF` and the like. */
export function hexBytes(digits: string, feed: Feed): Uint8Array {
  const clean = digits.replace(/\s/g, "");
  if (clean.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(clean))
    throw feed.error("A hexadecimal text has an odd number of digits, or others than 0-9 and a-f.");
  return new Uint8Array(Buffer.from(clean, "hex"));
}

/** `bytea` as PostgreSQL writes it: `\x00ff`, or in its older form with octal escapes. */
export function byteaOf(raw: string, feed: Feed): Uint8Array {
  if (raw.startsWith("\\x")) return hexBytes(raw.slice(2), feed);
  return bytesOf(
    raw.replace(/\\(?:([0-3][0-7]{2})|(\\))/g, (_, octal?: string) =>
      octal === undefined ? "\\" : String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}

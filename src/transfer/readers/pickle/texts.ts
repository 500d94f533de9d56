import { isUtf8 } from "node:buffer";
import { PickleError } from "./nodes.js";

/** Digits of a whole number written as text: converting them takes time that grows with their square. */
const MOST_DIGITS = 4300;

/** `I01`, `I00` are how protocol 0 writes true and false. */
export function intText(text: string): number | bigint | boolean {
  if (text === "01") return true;
  if (text === "00") return false;
  return wholeNumber(text);
}

export function wholeNumber(text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text) || text.length > MOST_DIGITS)
    throw new PickleError("it holds a whole number that is none, or too long a one");
  return narrow(BigInt(text.replace("+", "")));
}

/** Two's complement, the lowest byte first, as many bytes as it takes. */
export function longOf(bytes: Buffer): number | bigint {
  if (bytes.length > MOST_DIGITS / 2) throw new PickleError("it holds too long a whole number");
  if (bytes.length === 0) return 0;
  const value = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  return narrow(BigInt.asIntN(bytes.length * 8, value));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function floatText(text: string): number {
  switch (text) {
    case "nan":
    case "-nan":
      return Number.NaN;
    case "inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
      return Number.NEGATIVE_INFINITY;
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text))
    throw new PickleError("it holds a number that is none");
  return Number(text);
}

/** UTF-8 in which Python keeps half of a surrogate pair as three bytes of its own ("surrogatepass"). */
export function surrogatePass(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    const second = bytes[at + 1] ?? 0;
    const third = bytes[at + 2] ?? 0;
    if (bytes[at] !== 0xed || second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue;
    parts.push(
      strict(bytes.subarray(from, at)),
      String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)),
    );
    from = at + 3;
    at += 2;
  }
  parts.push(strict(bytes.subarray(from)));
  return parts.join("");
}

function strict(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new PickleError("it holds a text that is not UTF-8");
  return bytes.toString("utf8");
}

/** Protocol 0: latin-1, in which other characters stand as `\uXXXX` and `\UXXXXXXXX`. */
export function rawUnicodeEscapes(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})/g, (all, short?: string, long?: string) => {
      const point = Number.parseInt(short ?? long ?? "", 16);
      return point > 0x10ffff ? all : String.fromCodePoint(point);
    });
}

/** A `str` of Python 2: text where it is UTF-8, else the bytes that it is. */
export function python2Text(bytes: Buffer): string | Uint8Array {
  return isUtf8(bytes) ? bytes.toString("utf8") : new Uint8Array(bytes);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** `'it\'s'`: the repr of a `str` of Python 2. */
export function stringLiteral(text: string): Buffer {
  const quote = text[0];
  if ((quote !== "'" && quote !== '"') || text.length < 2 || text.at(-1) !== quote)
    throw new PickleError("it holds a text without quotes");
  const plain = text
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9A-Fa-f]{2})|([0-7]{1,3})|([\s\S]))/g,
      (_, hex?: string, octal?: string, other?: string) => {
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
        return ESCAPES[other ?? ""] ?? other ?? "";
      },
    );
  return Buffer.from(plain, "latin1");
}

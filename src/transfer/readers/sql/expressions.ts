import { Tagged, type Value } from "../../../base/values.js";
import { blobOf, cellOfNumber, cellOfText } from "./cells.js";
import type { Column } from "./columns.js";
import { isSign, isWord, type Lexer, type Token } from "./lexer.js";
import { hexBytes, rawDoubleQuoted, rawText, unicodeEscapes } from "./texts.js";

/** Stands for a cell that the row does not have: `DEFAULT`. */
export const ABSENT = Symbol("absent");

/** How deeply parentheses and calls may be nested in a value. */
const DEEPEST_CALL = 16;

/**
 * A value of an INSERT, typed by its column. Literals in every spelling, casts, and the few functions that dumps use
 * to spell texts. Anything else is never computed: it is kept as the SQL that it is.
 */
export function readValue(lexer: Lexer, column: Column | undefined): Value | typeof ABSENT {
  const { feed } = lexer;
  lexer.skipSpace();
  const start = feed.at;
  const value = readOperand(lexer, column, 0);
  if (value === undefined || !atEndOfValue(lexer)) {
    feed.at = start;
    skipExpression(lexer);
    return new Tagged("unsupported", feed.decode(feed.text.slice(start, feed.at).trim()));
  }
  return value;
}

function atEndOfValue(lexer: Lexer): boolean {
  const token = lexer.peek();
  return isSign(token, ",") || isSign(token, ")");
}

/** Undefined: not one of those that are read. */
function readOperand(
  lexer: Lexer,
  column: Column | undefined,
  depth: number,
): Value | typeof ABSENT | undefined {
  if (depth > DEEPEST_CALL) return undefined;
  const token = lexer.next();
  const value = readPlain(lexer, token, column, depth);
  return value === undefined ? undefined : afterCasts(lexer, value);
}

function readPlain(
  lexer: Lexer,
  token: Token,
  column: Column | undefined,
  depth: number,
): Value | typeof ABSENT | undefined {
  switch (token.kind) {
    case "text":
      return textValue(lexer, token, column);
    case "number":
      return numberValue(lexer, token.text, column);
    case "word":
      return wordValue(lexer, token, column, depth);
    case "name":
      // Double quotes hold a text in MySQL; elsewhere a name, which is no value.
      return lexer.dialect === "mysql" && token.prefix === '"'
        ? cellOfText(rawDoubleQuoted(token.text), column, lexer.feed)
        : undefined;
    case "sign": {
      if (token.text === "-" || token.text === "+") {
        const number = lexer.next();
        if (number.kind !== "number" || /^0x/i.test(number.text)) return undefined;
        return cellOfNumber((token.text === "-" ? "-" : "") + number.text, column);
      }
      if (token.text !== "(") return undefined;
      const inner = readOperand(lexer, column, depth + 1);
      return inner !== undefined && isSign(lexer.next(), ")") ? inner : undefined;
    }
    default:
      return undefined;
  }
}

function textValue(lexer: Lexer, token: Token, column: Column | undefined): Value {
  const { feed } = lexer;
  if (token.prefix === "x") return hexBytes(token.text, feed);
  if (token.prefix === "b") return bitsOf(lexer, token.text);
  let raw = rawText(token, lexer.backslashes, feed);
  if (token.prefix === "u&" && isWord(lexer.peek(), "UESCAPE")) {
    lexer.next();
    raw = unicodeEscapes(token.text.replaceAll("''", "'"), lexer.next().text, feed);
  }
  const isBinary = token.prefix === "_binary" || (column?.kind === "bytes" && lexer.dialect === "mysql");
  return isBinary ? blobOf(raw) : cellOfText(raw, column, feed);
}

function bitsOf(lexer: Lexer, bits: string): Value {
  if (!/^[01]{0,64}$/.test(bits)) throw lexer.feed.error("A bit text holds something else than 0 and 1.");
  const value = BigInt(`0b${bits === "" ? "0" : bits}`);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function numberValue(lexer: Lexer, digits: string, column: Column | undefined): Value {
  if (!/^0x/i.test(digits)) return cellOfNumber(digits, column);
  const bytes = hexBytes(digits.slice(2), lexer.feed);
  // mysqldump --hex-blob spells bits so, too.
  if (column?.kind === "any" && lexer.dialect === "mysql" && bytes.length <= 6)
    return Number(`0x${Buffer.from(bytes).toString("hex")}`);
  return column?.kind === "text" ? lexer.feed.decode(Buffer.from(bytes).toString("latin1")) : bytes;
}

function wordValue(
  lexer: Lexer,
  token: Token,
  column: Column | undefined,
  depth: number,
): Value | typeof ABSENT | undefined {
  const word = token.text.toUpperCase();
  switch (word) {
    case "NULL":
      return null;
    case "TRUE":
      return true;
    case "FALSE":
      return false;
    case "DEFAULT":
      return ABSENT;
    case "CAST":
      return castOperand(lexer, column, depth);
    case "STRINGDECODE":
    case "UNISTR":
    case "CHAR":
    case "REPLACE":
      return textFunction(lexer, word, depth);
    default:
      return typedLiteral(lexer, token, column);
  }
}

/** `TIMESTAMP '2024-…'`, `JSON '…'`, `_utf8mb4 '…'`: the text, whatever it is called. */
function typedLiteral(lexer: Lexer, word: Token, column: Column | undefined): Value | undefined {
  for (let words = 0; words < 5; words++) {
    const next = lexer.next();
    if (next.kind === "text")
      return textValue(
        lexer,
        word.text.toLowerCase() === "_binary" && next.prefix === "" ? { ...next, prefix: "_binary" } : next,
        column,
      );
    if (next.kind !== "word") return undefined;
  }
  return undefined;
}

/** `'…'::text` and `'…' COLLATE "C"` leave the value as it is. */
function afterCasts(lexer: Lexer, value: Value | typeof ABSENT): Value | typeof ABSENT | undefined {
  for (;;) {
    const token = lexer.peek();
    if (isSign(token, "::")) {
      lexer.next();
      if (!skipType(lexer)) return undefined;
    } else if (isWord(token, "COLLATE")) {
      lexer.next();
      lexer.next();
    } else return value;
  }
}

function castOperand(
  lexer: Lexer,
  column: Column | undefined,
  depth: number,
): Value | typeof ABSENT | undefined {
  if (!isSign(lexer.next(), "(")) return undefined;
  const value = readOperand(lexer, column, depth + 1);
  if (value === undefined || !isWord(lexer.next(), "AS") || !skipType(lexer)) return undefined;
  return isSign(lexer.next(), ")") ? value : undefined;
}

/** `character varying(20)[]`, `"public"."mood"`: up to what cannot belong to a type. */
function skipType(lexer: Lexer): boolean {
  for (let words = 0; ; words++) {
    const token = lexer.peek();
    if (token.kind === "word" || token.kind === "name" || isSign(token, ".")) lexer.next();
    else if (isSign(token, "(") || isSign(token, "[")) {
      const close = token.text === "(" ? ")" : "]";
      lexer.next();
      for (let inner = lexer.next(); !isSign(inner, close); inner = lexer.next())
        if (inner.kind !== "number" && inner.kind !== "word" && !isSign(inner, ",")) return false;
    } else return words > 0;
    if (words > 12) return false;
  }
}

/** What H2 (STRINGDECODE) and SQLite (unistr, replace with char) write control characters with. */
function textFunction(lexer: Lexer, name: string, depth: number): Value | undefined {
  if (!isSign(lexer.next(), "(")) return undefined;
  const values: Value[] = [];
  for (;;) {
    const value = readOperand(lexer, undefined, depth + 1);
    if (value === undefined || value === ABSENT) return undefined;
    values.push(value);
    const next = lexer.next();
    if (isSign(next, ")")) break;
    if (!isSign(next, ",") || values.length > 3) return undefined;
  }
  const [first, second, third] = values;
  if (name === "REPLACE")
    return typeof first === "string" && typeof second === "string" && typeof third === "string"
      ? first.replaceAll(second, () => third)
      : undefined;
  if (name === "CHAR")
    return values.length === 1 && typeof first === "number" && first >= 0 && first < 128
      ? String.fromCharCode(first)
      : undefined;
  if (typeof first !== "string" || values.length !== 1) return undefined;
  return name === "UNISTR" ? unistr(lexer, first) : stringDecode(first);
}

/** SQLite 3.50: `\XXXX`, `\+XXXXXX`, `\uXXXX`, `\UXXXXXXXX`, `\\`. */
function unistr(lexer: Lexer, text: string): string {
  const plain = text.replace(/\\u([0-9A-Fa-f]{4})/g, "\\$1").replace(/\\U00([0-9A-Fa-f]{6})/g, "\\+$1");
  const bytes = unicodeEscapes(Buffer.from(plain).toString("latin1"), "\\", lexer.feed);
  return lexer.feed.decode(bytes);
}

/** H2: the escapes of Java's properties. */
function stringDecode(text: string): string {
  const escapes: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n", b: "\b", f: "\f" };
  return text.replace(
    /\\(?:u([0-9A-Fa-f]{4})|([0-3][0-7]{2})|([\s\S]))/g,
    (_, unicode?: string, octal?: string, other?: string) => {
      if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return escapes[other ?? ""] ?? other ?? "";
    },
  );
}

/** Moves to the comma or parenthesis that ends the value. */
function skipExpression(lexer: Lexer): void {
  for (let depth = 0; ; ) {
    const token = lexer.peek();
    if (token.kind === "end") throw lexer.feed.error("The statement ends in the middle of a value.");
    if (depth === 0 && (isSign(token, ",") || isSign(token, ")"))) return;
    if (isSign(token, "(") || isSign(token, "[")) depth++;
    if (isSign(token, ")") || isSign(token, "]")) depth--;
    lexer.next();
  }
}

import type { SqlValue } from "./operation.js";

const NONE: readonly string[] = Object.freeze([]);
const KNOWN = new Map<string, readonly string[]>();
const MOST_KNOWN = 256;

/**
 * A list of texts out of a column. The same few lists (`["password"]`, `["editor"]`) come back with every session
 * check, so they are parsed once and shared, frozen.
 */
export function readTexts(json: string): readonly string[] {
  if (json === "[]") return NONE;
  const known = KNOWN.get(json);
  if (known !== undefined) return known;
  const texts: readonly string[] = Object.freeze(JSON.parse(json));
  if (KNOWN.size < MOST_KNOWN) KNOWN.set(json, texts);
  return texts;
}

export function writeTexts(texts: readonly string[]): string {
  return texts.length === 0 ? "[]" : JSON.stringify(texts.map(wellFormed));
}

/** JSON can name NUL and half a surrogate pair, and PostgreSQL reads no JSON that does: the mark for "not a character" stands there. */
export function wellFormed(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, "\uFFFD");
}

/** What stands for `count` parameters. */
export function marks(count: number): string {
  return Array(count).fill("?").join(", ");
}

/**
 * PostgreSQL knows no NUL in a text, and a driver of SQLite's cuts the text off there, so that two names became one: the
 * mark for "not a character" stands in its place.
 */
export function sendable(value: SqlValue): SqlValue {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

import { WatchwordError } from "../../base/errors.js";

/**
 * What stands in a filter is a text or nothing: an object there would be an operator (`{ "$ne": null }`). The types say so
 * already; a caller in JavaScript, or a value out of somebody's JSON, may not keep to them.
 *
 * @throws WatchwordError `invalid-input`
 */
export function text(value: string): string {
  if (typeof value === "string") return value;
  throw new WatchwordError(
    "invalid-input",
    `A text was expected where the database got a value of type ${typeof value}.`,
  );
}

/** As {@link text}, for each of a list. */
export function texts(values: readonly string[]): string[] {
  return Array.from(values, text);
}

/** Lower case of A to Z alone, as SQL's `lower()` does it: so all stores sort names alike. */
export function lowerAscii(value: string): string {
  return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A pattern that fits this text and nothing else. */
export function literalPattern(value: string): string {
  return value.replace(/[^A-Za-z0-9_\u0080-\uFFFF]/g, "\\$&");
}

const HOUR = 3_600_000;
/** Real milliseconds that a record outlives its end by at the least, before the server's own clock may remove it. */
const GRACE = 24 * HOUR;

/**
 * The moment of the server's clock at which a TTL index may remove a record. The caller's clock is not the server's (tests move theirs by
 * hand), so only the distance to the end is taken over. Whole hours: a record that is written often keeps its place in the index.
 */
export function purgeDate(end: number | null, now: number): Date | null {
  if (end === null) return null;
  const at = Date.now() + Math.max(0, end - now) + GRACE;
  return new Date(Math.ceil(at / HOUR) * HOUR);
}

/** As {@link text}, for numbers. */
export function whole(value: number): number {
  if (typeof value === "number") return value;
  throw new WatchwordError(
    "invalid-input",
    `A number was expected where the database got a value of type ${typeof value}.`,
  );
}

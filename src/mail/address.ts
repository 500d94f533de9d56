import { WatchwordError } from "../base/errors.js";
import { parseEmail } from "../base/keys.js";

/** Who a mail comes from. */
export interface Sender {
  /** Empty where only an address was given. */
  readonly name: string;
  readonly address: string;
}

/**
 * A sender in the form `Ada's Shop <hello@example.com>` or `hello@example.com`; quotes around the name are taken off.
 * @throws WatchwordError `invalid-option`
 */
export function parseSender(from: string): Sender {
  const match = /^([^<>]*)<([^<>]+)>$/.exec(from.trim());
  const name = (match?.[1] ?? "").trim().replace(/^"(.*)"$/, "$1");
  try {
    return { name: oneLine(name), address: parseEmail(match?.[2] ?? from) };
  } catch (cause) {
    throw new WatchwordError(
      "invalid-option",
      `mail.from is ${JSON.stringify(from)}; give one address, such as "Ada's Shop <hello@example.com>".`,
      { cause, details: { option: "mail.from" } },
    );
  }
}

/** The text on one line and without control characters, which could begin a header of their own (RFC 5322 §2.2). */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** An address for logs and notices: `a…@example.com`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  if (at < 1) return "…";
  return `${String.fromCodePoint(address.codePointAt(0) ?? 0)}…${address.slice(at)}`;
}

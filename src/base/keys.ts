import { domainToASCII } from "node:url";
import { sha256 } from "./crypto.js";
import { WatchwordError } from "./errors.js";

/** Whether `Alice` and `alice` are one person (`folded`) or two (`exact`). A setting of the space, fixed at its creation. */
export type IdentifierMode = "folded" | "exact";

/**
 * Control, bidi, zero-width and other characters that are not seen (variation selectors, fillers), which could make two
 * names look alike.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** What needs no look at the tables of Unicode, as most names do not. */
const ASCII = /^[\x20-\x7e]*$/;
/** Any character of an `atext` (RFC 5322 §3.2.3) or, after RFC 6531, a letter, mark or number beyond ASCII. */
const LOCAL_PART =
  /^[\w!#$%&'*+/=?^`{|}~\-\u0080-\u{10FFFF}]+(?:\.[\w!#$%&'*+/=?^`{|}~\-\u0080-\u{10FFFF}]+)*$/u;
/** What a person types as a domain: `domainToASCII` would cut paths off and decode escapes, so ten texts were one address. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.\u3002\uFF0E\uFF61-]+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * NFKC with full case folding (Unicode 3.13, "NFKC_Casefold" without the removal of ignorables, which are refused).
 * JavaScript has no case folding; upper case and back again reaches the same classes, but for the dotless i, which
 * must stay apart from i, and the final sigma, which must not.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKC")
    .split("\u0131")
    .map((part) => part.toUpperCase().toLowerCase())
    .join("\u0131")
    .replaceAll("\u03C2", "\u03C3")
    .normalize("NFKC");
}

/**
 * A username as it is stored and shown: as typed, without surrounding white space.
 * @throws WatchwordError `invalid-identifier` with the reason.
 */
export function parseUsername(typed: string): string {
  const username = typed.trim();
  const refuse = (reason: string) =>
    new WatchwordError("invalid-identifier", `The username ${quote(typed)} ${reason}`, {
      details: { field: "username" },
    });
  if (username === "") throw refuse("is empty; give at least one character.");
  if (username.length > 510 || [...username].length > 255) throw refuse("is longer than 255 characters.");
  if (ASCII.test(username)) return username;
  if (INVISIBLE.test(username) || INVISIBLE.test(username.normalize("NFKC")))
    throw refuse("holds an invisible, control or text-direction character.");
  return username;
}

/**
 * An email address as it is stored, mailed and looked up: without surrounding white space, its domain in ASCII
 * (IDNA) and lower case. Validated in linear time, 254 bytes at most (RFC 5321 §4.5.3.1).
 * @throws WatchwordError `invalid-identifier` with the reason.
 */
export function parseEmail(typed: string): string {
  const refuse = (reason: string) =>
    new WatchwordError("invalid-identifier", `The email address ${quote(typed)} ${reason}`, {
      details: { field: "email" },
    });
  const text = typed.trim();
  if (text.length > 254) throw refuse("is longer than 254 characters.");
  const at = text.lastIndexOf("@");
  if (at < 1) throw refuse("has no @ with a name before it.");
  const local = text.slice(0, at);
  // Compatibility forms (the full-width @, for one) would turn into another address somewhere along the way.
  if (local.normalize("NFKC") !== local)
    throw refuse("holds characters in a compatibility form; type the plain ones.");
  if (INVISIBLE.test(local) || !LOCAL_PART.test(local) || Buffer.byteLength(local) > 64)
    throw refuse("has a part before the @ that mail servers do not accept.");
  const typedDomain = text.slice(at + 1);
  const domain = domainOf(typedDomain);
  if (domain === null) throw refuse("has a part after the @ that is no domain name.");
  const email = `${local}@${domain}`;
  if (Buffer.byteLength(email) > 254) throw refuse("is longer than 254 bytes.");
  return email;
}

const DOMAINS = new Map<string, string>();
const MOST_DOMAINS = 256;

/** In ASCII and lower case; null: it is none. Most people share a few, so those are remembered. */
function domainOf(typed: string): string | null {
  const known = DOMAINS.get(typed);
  if (known !== undefined) return known;
  const domain = DOMAIN.test(typed) ? domainToASCII(typed).toLowerCase() : "";
  const labels = domain.split(".");
  if (!labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? "")) return null;
  if (DOMAINS.size < MOST_DOMAINS) DOMAINS.set(typed, domain);
  return domain;
}

/** The unique key of a user's id. */
export function idKey(id: string): string {
  return `i:${id}`;
}

/** The unique key of a number that the space gave to a user. */
export function numberKey(number: number): string {
  return `n:${number}`;
}

/** Longer ids of other systems (names of a directory) are known by their digest. */
const LONGEST_ORIGIN = 200;

/** The unique key of the id that a user had in the system that they were imported from. */
export function originKey(origin: { readonly system: string; readonly id: string }): string {
  const { system, id } = origin;
  return `o:${system}:${id.length <= LONGEST_ORIGIN ? id : `sha256-${sha256(id)}`}`;
}

/** The unique key of a parsed username. */
export function usernameKey(username: string, mode: IdentifierMode): string {
  return `u:${mode === "folded" ? fold(username) : username}`;
}

/** The unique key of a parsed email address: the whole of it in lower case. */
export function emailKey(email: string, mode: IdentifierMode): string {
  return `e:${mode === "folded" ? email.toLowerCase() : email}`;
}

/**
 * The keys under which what a person typed may be found, in the order to try: with an `@` the email first, then the
 * username. Text that can be neither gives no key; it is no error, just nobody's name.
 */
export function keysOfTyped(typed: string, mode: IdentifierMode): string[] {
  const keys: string[] = [];
  if (typed.includes("@")) {
    const email = attempt(() => parseEmail(typed));
    if (email !== null) keys.push(emailKey(email, mode));
  }
  const username = attempt(() => parseUsername(typed));
  if (username !== null) keys.push(usernameKey(username, mode));
  return keys;
}

/** The one form under which limits count all spellings of an identifier, whatever the mode of the space. */
export function limitForm(typed: string): string {
  return keysOfTyped(typed, "folded")[0] ?? fold(typed.trim().slice(0, 512));
}

function attempt(parse: () => string): string | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof WatchwordError) return null;
    throw error;
  }
}

function quote(typed: string): string {
  const shown = typed.length > 64 ? `${typed.slice(0, 64)}…` : typed;
  return JSON.stringify(shown);
}

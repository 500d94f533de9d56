import { HOUR, MINUTE } from "../base/clock.js";
import { newShortCode } from "../base/crypto.js";
import { WatchwordError } from "../base/errors.js";
import type { CodePolicy } from "../space/contract.js";
import type { CodeOptions } from "../space/options.js";

/** What `codes.alphabet` may be called by its name. */
const ALPHABETS: Readonly<Record<string, string>> = {
  alphanumeric: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  // RFC 8628 §6.1: no vowels, so no words; no digits, so nothing that looks like a letter.
  unambiguous: "BCDFGHJKLMNPQRSTVWXZ",
};
/** Tries, not length, are what keeps a typed code safe. */
const TRIES = 5;
/** As many as six digits have: 20 bits (OWASP ASVS 5.0, 6.5.4), of which a hundred tries a month find one in ten thousand. */
const FEWEST_CODES = 1_000_000;
const LONGEST_CODE = 32;

/** How codes look and how long they live: the options over the defaults. @throws WatchwordError `invalid-option` */
export function readCodePolicy(options: CodeOptions = {}): CodePolicy {
  const alphabet = readAlphabet(options.alphabet ?? "alphanumeric");
  const length = options.length ?? 6;
  const refusal = refuseLength(length, alphabet);
  if (refusal !== null) throw invalidOption("length", refusal);
  return {
    length,
    alphabet,
    tries: TRIES,
    lifetime: readLifetime("lifetime", options.lifetime, 10 * MINUTE, HOUR),
    linkLifetime: readLifetime("linkLifetime", options.linkLifetime, HOUR, 24 * HOUR),
  };
}

/** @throws WatchwordError `invalid-input` for a length that leaves too few codes */
export function requireCodeLength(length: number, policy: CodePolicy): number {
  const refusal = refuseLength(length, policy.alphabet);
  if (refusal !== null)
    throw new WatchwordError("invalid-input", `length ${refusal}`, { details: { field: "length" } });
  return length;
}

/** A code as people shall type it. */
export function newCode(policy: CodePolicy, length: number): string {
  return newShortCode(policy.alphabet, length);
}

/**
 * What a person typed, in the one form that is compared: full-width characters as plain ones, without the spaces and
 * hyphens that people put in between, in the case that the alphabet has, if it has only one.
 */
export function plainCode(typed: string, alphabet: string): string {
  const text = typed.normalize("NFKC").replace(/[\s\p{Pd}]/gu, "");
  if (alphabet === alphabet.toUpperCase()) return text.toUpperCase();
  return alphabet === alphabet.toLowerCase() ? text.toLowerCase() : text;
}

function readAlphabet(given: unknown): string {
  const text = typeof given === "string" ? given : "";
  const named = Object.hasOwn(ALPHABETS, text) ? ALPHABETS[text] : undefined;
  if (named !== undefined) return named;
  if (!/^[0-9A-Za-z]{10,}$/.test(text) || new Set(text).size !== text.length)
    throw invalidOption(
      "alphabet",
      `must be ${Object.keys(ALPHABETS)
        .map((name) => JSON.stringify(name))
        .join(" or ")}, or ten or more different ASCII letters and digits.`,
    );
  return text;
}

function refuseLength(length: unknown, alphabet: string): string | null {
  if (typeof length !== "number" || !Number.isInteger(length) || length < 1 || length > LONGEST_CODE)
    return `must be a whole number from 1 to ${LONGEST_CODE}.`;
  const fewest = Math.ceil(Math.log(FEWEST_CODES) / Math.log(alphabet.length) - 1e-9);
  return length >= fewest
    ? null
    : `must be ${fewest} at least, or codes of these ${alphabet.length} characters could be guessed.`;
}

function readLifetime(name: string, given: unknown, fallback: number, longest: number): number {
  if (given === undefined) return fallback;
  if (typeof given !== "number" || !Number.isInteger(given) || given < MINUTE || given > longest)
    throw invalidOption(name, `must be whole milliseconds, from ${MINUTE} to ${longest}.`);
  return given;
}

function invalidOption(name: string, reason: string): WatchwordError {
  return new WatchwordError("invalid-option", `codes.${name} ${reason}`, {
    details: { option: `codes.${name}` },
  });
}

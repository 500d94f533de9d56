import { HOUR, MINUTE } from "../base/clock.js";
import { hmac, newShortCode, newToken } from "../base/crypto.js";

/** 36 characters, 31 bits in six places; tries, not length, are what keeps a typed code safe. */
export const SHORT_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const SHORT_LENGTH = 6;
export const SHORT_LIFETIME = 10 * MINUTE;
export const SHORT_TRIES = 5;
export const LINK_LIFETIME = HOUR;

/** Makes codes and the HMACs under which they rest; the first key makes, every key is accepted (rotation). */
export interface CodeSecrets {
  newShort(): string;
  newLink(): string;
  /** What is stored of a secret. It is bound to its record and kind, so that none passes for another. */
  seal(kind: "short" | "link", recordId: string, text: string): string;
  /** What may be stored of what was presented, one for each key. */
  candidates(kind: "short" | "link", recordId: string, text: string): string[];
}

export function createCodeSecrets(keys: readonly [Buffer, ...Buffer[]]): CodeSecrets {
  const sealed = (key: Buffer, kind: string, recordId: string, text: string) =>
    hmac(key, `${kind}:${recordId}:${kind === "short" ? plain(text) : text}`);
  return {
    newShort: () => newShortCode(SHORT_ALPHABET, SHORT_LENGTH),
    newLink: newToken,
    seal: (kind, recordId, text) => sealed(keys[0], kind, recordId, text),
    candidates: (kind, recordId, text) => keys.map((key) => sealed(key, kind, recordId, text)),
  };
}

/** People type codes in lower case, with spaces or hyphens. */
function plain(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, "");
}

/** The text of a link: the record's id and its token. */
export function writeLink(recordId: string, token: string): string {
  return `${recordId}.${token}`;
}

/** Null for text that is no link of ours. */
export function readLink(text: string): { readonly id: string; readonly token: string } | null {
  const dot = text.indexOf(".");
  if (dot < 1 || text.length > 128) return null;
  return { id: text.slice(0, dot), token: text.slice(dot + 1) };
}

import { hmac, newToken } from "../base/crypto.js";
import { plainCode } from "./options.js";

/** The HMACs under which codes rest; the first key makes, every key is accepted (rotation). */
export interface CodeSecrets {
  newLink(): string;
  /** What is stored of a secret. It is bound to its record and kind, so that none passes for another. */
  seal(kind: "short" | "link", recordId: string, text: string): string;
  /** What may be stored of what was presented, one for each key. */
  candidates(kind: "short" | "link", recordId: string, text: string): string[];
}

export function createCodeSecrets(keys: readonly [Buffer, ...Buffer[]], alphabet: string): CodeSecrets {
  const sealed = (key: Buffer, kind: string, recordId: string, text: string) =>
    hmac(key, `${kind}:${recordId}:${kind === "short" ? plainCode(text, alphabet) : text}`);
  return {
    newLink: newToken,
    seal: (kind, recordId, text) => sealed(keys[0], kind, recordId, text),
    candidates: (kind, recordId, text) => keys.map((key) => sealed(key, kind, recordId, text)),
  };
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

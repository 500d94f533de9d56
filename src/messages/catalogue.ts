import { en } from "./en.js";

/** The wording of one language; English gives the shape that every other one must have. */
export type Messages = typeof en;

const CATALOGUES: ReadonlyMap<string, Messages> = new Map([[en.language, en]]);

/**
 * The wording for a BCP 47 language tag: that of the tag itself, else of its shorter forms (`de-AT`, then `de`; the
 * look-up of RFC 4647 §3.4), else English.
 */
export function messagesFor(locale: string | null): Messages {
  const parts = (locale ?? "").toLowerCase().split("-");
  for (let length = parts.length; length > 0; length--) {
    const found = CATALOGUES.get(parts.slice(0, length).join("-"));
    if (found !== undefined) return found;
  }
  return en;
}

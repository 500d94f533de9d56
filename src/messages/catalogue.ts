import { en } from "./en.js";

/** The wording of one language; English gives the shape that every other one must have. */
export type Messages = typeof en;

const CATALOGUES: ReadonlyMap<string, Messages> = new Map([[en.language, en]]);

/**
 * The wording for a BCP 47 language tag: that of the tag itself, else of its shorter forms (`de-AT`, then `de`; the
 * look-up of RFC 4647 §3.4), else English.
 */
export function messagesFor(locale: string | null): Messages {
  for (const language of languagesOf(locale)) {
    const found = CATALOGUES.get(language);
    if (found !== undefined) return found;
  }
  return en;
}

/** A tag and its shorter forms in lower case, the longest first: `de-at`, `de`. */
export function languagesOf(locale: string | null): readonly string[] {
  const parts = (locale ?? "").toLowerCase().split("-");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
}

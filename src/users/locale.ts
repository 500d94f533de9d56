import { WatchwordError } from "../base/errors.js";
import { optionalText } from "../base/input.js";

/**
 * A language tag in its canonical form (BCP 47, RFC 5646); undefined stays undefined.
 * @throws WatchwordError `invalid-input`
 */
export function parseLocale(tag: unknown): string | undefined {
  const text = optionalText(tag ?? undefined, "locale", 35);
  if (text === undefined) return undefined;
  try {
    return new Intl.Locale(text).toString();
  } catch (cause) {
    throw new WatchwordError(
      "invalid-input",
      `${JSON.stringify(text)} is no language tag; give one such as en or de-AT.`,
      { cause, details: { field: "locale" } },
    );
  }
}

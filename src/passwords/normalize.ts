import { WatchwordError } from "../base/errors.js";

/** The most UTF-8 bytes that a password may have, as typed and normalised, so that its length is no way to cause work. */
export const MAX_PASSWORD_BYTES = 4096;

/** What {@link readPassword} makes of a text. */
export type PasswordText =
  | { readonly status: "ok"; readonly text: string }
  | { readonly status: "refused"; readonly reason: "too-long" | "invalid-text"; readonly message: string };

/** Normalises a password, or says why it can be none. {@link normalizePassword} does the same and throws. */
export function readPassword(typed: string): PasswordText {
  const tooLong = {
    status: "refused",
    reason: "too-long",
    message: `The password is longer than ${MAX_PASSWORD_BYTES} bytes of UTF-8. Use a shorter one.`,
  } as const;
  if (Buffer.byteLength(typed) > MAX_PASSWORD_BYTES) return tooLong;
  // In UTF-8 every lone surrogate becomes the same replacement character: different passwords would match.
  if (/\p{Surrogate}/u.test(typed))
    return {
      status: "refused",
      reason: "invalid-text",
      message:
        "The password holds half a character (a lone surrogate), which no keyboard types. Type it again.",
    };
  const text = typed.normalize("NFKC");
  return Buffer.byteLength(text) > MAX_PASSWORD_BYTES ? tooLong : { status: "ok", text };
}

/**
 * A password in the one form in which it is counted, hashed and checked, on every keyboard: Unicode NFKC, as NIST
 * SP 800-63B-4 §3.1.1.2 asks. Nothing is cut off, trimmed or folded.
 *
 * @param typed - What the person typed; at most 4096 bytes of UTF-8, before and after.
 * @throws WatchwordError `invalid-input` where the text is longer or holds a lone surrogate.
 */
export function normalizePassword(typed: string): string {
  const read = readPassword(typed);
  if (read.status === "refused")
    throw new WatchwordError("invalid-input", read.message, {
      details: { field: "password", reason: read.reason },
    });
  return read.text;
}

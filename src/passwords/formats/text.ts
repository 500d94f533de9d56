/**
 * What source systems did to the text of a password before they hashed its bytes. A password here is the bytes that were
 * typed; where they are no UTF-8, it was never text, and a system that works on text cannot have hashed it.
 */

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a password; null where its bytes are not UTF-8. */
export function textOf(password: Buffer): string | null {
  try {
    return UTF8.decode(password);
  } catch {
    // The only thing that decode throws for: bytes that are no UTF-8.
    return null;
  }
}

/** The password after a change of its text; null where it is no text. */
export function changed(password: Buffer, change: (text: string) => string): Buffer | null {
  const text = textOf(password);
  return text === null ? null : Buffer.from(change(text));
}

export const nfkc = (password: Buffer) => changed(password, (text) => text.normalize("NFKC"));

/** The code units of the text, two bytes each, the low one first, as Windows and SQL Server have them. */
export function utf16(password: Buffer): Buffer | null {
  const text = textOf(password);
  return text === null ? null : Buffer.from(text, "utf16le");
}

/** Without the bytes that PHP's `trim` takes off: space, tab, line feed, carriage return, NUL, vertical tab. */
export function trimmed(password: Buffer): Buffer {
  const isWhite = (byte: number | undefined) =>
    byte === 32 || byte === 9 || byte === 10 || byte === 13 || byte === 0 || byte === 11;
  let start = 0;
  let end = password.length;
  while (start < end && isWhite(password[start])) start++;
  while (end > start && isWhite(password[end - 1])) end--;
  return password.subarray(start, end);
}

/** As PHP's `addslashes` leaves it: a backslash before quotes and backslashes, `\0` for NUL. */
export function slashed(password: Buffer): Buffer {
  const bytes: number[] = [];
  for (const byte of password) {
    if (byte === 0) bytes.push(92, 48);
    else if (byte === 34 || byte === 39 || byte === 92) bytes.push(92, byte);
    else bytes.push(byte);
  }
  return Buffer.from(bytes);
}

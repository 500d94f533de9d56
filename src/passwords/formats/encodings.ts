/**
 * Strict readers of the encodings that stored hashes use. Node's own decoders skip what they do not know, so two texts
 * would be one hash; these answer null for anything but the canonical text (RFC 4648 §3.5).
 */

/** Base64 with padding. */
export function readBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

/** Base64 without padding, as PHC strings have it. */
export function readBare64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64").replaceAll("=", "") === text ? bytes : null;
}

/** Passlib's "ab64": base64 without padding, a dot for the plus. */
export function readAdapted64(text: string): Buffer | null {
  return text.includes("+") ? null : readBare64(text.replaceAll(".", "+"));
}

/** Passlib's "ab64" of bytes. */
export function adapted64(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "").replaceAll("+", ".");
}

/** Either alphabet of base64 (not both at once), with all of its padding or none. */
export function readAny64(text: string): Buffer | null {
  if (/[+/]/.test(text) && /[-_]/.test(text)) return null;
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return standard.includes("=") ? readBase64(standard) : readBare64(standard);
}

/** Hexadecimal digits, either case, whole bytes. */
export function readHex(text: string): Buffer | null {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text) ? Buffer.from(text, "hex") : null;
}

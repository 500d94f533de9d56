import { createHash, createHmac, hkdfSync, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

/** 256 random bits as base64url, 43 characters: session tokens, tickets, link tokens. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** A text of `length` characters, each drawn without bias from `alphabet` by the system's CSPRNG. */
export function newShortCode(alphabet: string, length: number): string {
  let code = "";
  for (let i = 0; i < length; i++) code += alphabet[randomInt(alphabet.length)];
  return code;
}

/** SHA-256 of a text, as base64url, 43 characters. Only for secrets of 112 bits and more (ASVS 5.0, 6.5.2). */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** HMAC-SHA-256 (RFC 2104) of a text, as base64url, 43 characters. */
export function hmac(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** One key of 32 bytes for one purpose, out of the space's secret: HKDF-SHA-256 (RFC 5869). */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "watchword", purpose, 32));
}

/** Compares two texts in a time that does not depend on where they differ (ASVS 5.0, 11.2.4). */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = createHash("sha256").update(a).digest();
  const right = createHash("sha256").update(b).digest();
  return timingSafeEqual(left, right);
}

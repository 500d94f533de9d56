import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const NONCE = 12;
const TAG = 16;

/**
 * Encrypts a text with AES-256-GCM (NIST SP 800-38D) under a key of 32 bytes. `about` is bound to it: in another place
 * (of another user, for one) it cannot be opened.
 */
export function seal(key: Buffer, text: string, about: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(about));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `v1.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString("base64url")}`;
}

/** The text that {@link seal} encrypted under one of these keys; null: under none of them, or it was changed. */
export function unseal(keys: readonly Buffer[], sealed: string, about: string): string | null {
  const bytes = Buffer.from(sealed.slice(3), "base64url");
  if (!sealed.startsWith("v1.") || bytes.length < NONCE + TAG) return null;
  for (const key of keys)
    try {
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE))
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(-TAG));
      return decipher.update(bytes.subarray(NONCE, -TAG), undefined, "utf8") + decipher.final("utf8");
    } catch (error) {
      // Another key, or another text than was sealed: the next key may fit.
      if (!(error instanceof Error)) throw error;
    }
  return null;
}

import { createDecipheriv, createHash } from "node:crypto";

const NONCE = 24;
const TAG = 16;

/**
 * Opens what Better Auth sealed with the application's secret: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under the SHA-256
 * of the secret, as hexadecimal nonce ‖ ciphertext ‖ tag. Null: it is another secret, or the text is none of these.
 */
export function unsealBetterAuth(text: string, secret: string): string | null {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return null;
  const bytes = Buffer.from(text, "hex");
  if (bytes.length < NONCE + TAG) return null;
  const key = createHash("sha256").update(secret).digest();
  // RFC 8439 takes twelve bytes of nonce: four zeros, and what HChaCha20 leaves over.
  const nonce = Buffer.concat([Buffer.alloc(4), bytes.subarray(16, NONCE)]);
  const decipher = createDecipheriv("chacha20-poly1305", hChaCha20(key, bytes.subarray(0, 16)), nonce, {
    authTagLength: TAG,
  });
  decipher.setAuthTag(bytes.subarray(-TAG));
  const opened = decipher.update(bytes.subarray(NONCE, -TAG));
  try {
    return Buffer.concat([opened, decipher.final()]).toString();
  } catch {
    // The tag does not fit: sealed with another secret.
    return null;
  }
}

/** The subkey for a nonce of 16 bytes (draft-irtf-cfrg-xchacha-03 §2.2): ChaCha20's rounds without the last addition. */
export function hChaCha20(key: Buffer, nonce: Buffer): Buffer {
  const state = new Uint32Array(16);
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i++) state[4 + i] = key.readUInt32LE(4 * i);
  for (let i = 0; i < 4; i++) state[12 + i] = nonce.readUInt32LE(4 * i);
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) quarterRound(state, i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++)
      quarterRound(state, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  const subkey = Buffer.alloc(32);
  for (let i = 0; i < 4; i++) {
    subkey.writeUInt32LE(state[i] ?? 0, 4 * i);
    subkey.writeUInt32LE(state[12 + i] ?? 0, 16 + 4 * i);
  }
  return subkey;
}

/** RFC 8439 §2.1. */
function quarterRound(state: Uint32Array, a: number, b: number, c: number, d: number): void {
  const add = (to: number, from: number) => {
    state[to] = (state[to] ?? 0) + (state[from] ?? 0);
  };
  const turn = (to: number, from: number, bits: number) => {
    const mixed = (state[to] ?? 0) ^ (state[from] ?? 0);
    state[to] = (mixed << bits) | (mixed >>> (32 - bits));
  };
  add(a, b);
  turn(d, a, 16);
  add(c, d);
  turn(b, c, 12);
  add(a, b);
  turn(d, a, 8);
  add(c, d);
  turn(b, c, 7);
}

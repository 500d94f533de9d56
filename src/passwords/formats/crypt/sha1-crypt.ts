import { createHmac, hash } from "node:crypto";
import { encode64 } from "./crypt64.js";

const BLOCK = 64;
const DIGEST = 20;

/**
 * NetBSD's `$sha1$`: a chain of HMAC-SHA1 with the password as key, PBKDF1 in spirit. It begins with the salt, the magic
 * word and the number of rounds.
 *
 * @param salt as it stands in the hash.
 * @param rounds how many HMACs; at least one.
 * @returns 28 characters.
 * @see S. Gerraty, crypt-sha1.c of NetBSD, 2004
 */
export function sha1Crypt(password: Buffer, salt: string, rounds: number): string {
  let digest: string = createHmac("sha1", password).update(`${salt}$sha1$${rounds}`).digest("binary");
  // HMAC (RFC 2104) with both blocks of the key laid out once: an object for each round would take four times as long.
  const key = Buffer.alloc(BLOCK);
  if (password.length > BLOCK) key.write(hash("sha1", password, "hex"), "hex");
  else key.set(password);
  const inner = Buffer.alloc(BLOCK + DIGEST);
  const outer = Buffer.alloc(BLOCK + DIGEST);
  key.forEach((byte, index) => {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  });
  for (let round = 1; round < rounds; round++) {
    inner.write(digest, BLOCK, "latin1");
    outer.write(hash("sha1", inner, "binary"), BLOCK, "latin1");
    digest = hash("sha1", outer, "binary");
  }
  const bytes = Buffer.from(digest, "latin1");
  // Each three bytes from the last to the first; the last three are two and, once more, the first of all.
  const order = [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 17, 16, 15, 0, 19, 18];
  return encode64(Uint8Array.from(order, (from) => bytes.readUInt8(from)));
}

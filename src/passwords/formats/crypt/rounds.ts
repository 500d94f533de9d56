import { createHash, hash } from "node:crypto";

/**
 * The loop that MD5-crypt and SHA-crypt share: each round hashes the digest before it and the password, in alternating
 * order, with the salt between them but in every third round and the password once more but in every seventh.
 *
 * There are eight different arrangements; each is laid out once, and only the digest is written anew. Text of one
 * character a byte is the quickest thing that node:crypto answers with.
 *
 * @param first the digest that the loop begins with.
 * @param password what stands for the password.
 * @param salt what stands for the salt.
 */
export function mixRounds(
  algorithm: string,
  first: Buffer,
  password: Buffer,
  salt: Buffer,
  rounds: number,
): Buffer {
  const blank = Buffer.alloc(first.length);
  const layouts = Array.from({ length: 8 }, (_, kind) => {
    const middle = [kind & 2 ? salt : [], kind & 4 ? password : []].map((part) => Buffer.from(part));
    const passwordFirst = (kind & 1) === 1;
    const bytes = Buffer.concat(passwordFirst ? [password, ...middle, blank] : [blank, ...middle, password]);
    return { bytes, at: passwordFirst ? bytes.length - blank.length : 0 };
  });
  let digest = first.toString("latin1");
  for (let round = 0; round < rounds; round++) {
    const kind = (round & 1) | (round % 3 === 0 ? 0 : 2) | (round % 7 === 0 ? 0 : 4);
    const layout = layouts[kind] as { bytes: Buffer; at: number };
    layout.bytes.write(digest, layout.at, "latin1");
    digest = hash(algorithm, layout.bytes, "binary");
  }
  return Buffer.from(digest, "latin1");
}

/** The digest of parts, one after the other. */
export function digestOf(algorithm: string, ...parts: readonly Uint8Array[]): Buffer {
  const digest = createHash(algorithm);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** Bytes repeated and cut to a length. */
export function stretch(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes.length === 0 ? 0 : bytes);
}

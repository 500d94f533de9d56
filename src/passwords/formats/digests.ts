import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { md4 } from "./crypt/md4.js";
import { mdc2 } from "./crypt/mdc2.js";
import { whirlpool } from "./crypt/whirlpool.js";

/** The digests that stored hashes name, by OpenSSL's names; the last three are not in Node. */
export type DigestName =
  | "md5"
  | "sha1"
  | "sha224"
  | "sha256"
  | "sha384"
  | "sha512"
  | "sha3-224"
  | "sha3-256"
  | "sha3-384"
  | "sha3-512"
  | "ripemd160"
  | "md4"
  | "mdc2"
  | "whirlpool";

/** How many bytes each gives. */
export const DIGEST_BYTES: Readonly<Record<DigestName, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  "sha3-224": 28,
  "sha3-256": 32,
  "sha3-384": 48,
  "sha3-512": 64,
  ripemd160: 20,
  md4: 16,
  mdc2: 16,
  whirlpool: 64,
};

/** As people write it: SHA-256. */
export function shown(name: DigestName): string {
  return name.toUpperCase().replace(/^(SHA|RIPEMD)(?=[1-9]\d*$)(?!3$)/, "$1-");
}

interface OwnDigest {
  readonly of: (message: Uint8Array) => Buffer;
  /** What HMAC pads a key to. */
  readonly block: number;
}

const OWN: Readonly<Partial<Record<DigestName, OwnDigest>>> = {
  md4: { of: md4, block: 64 },
  mdc2: { of: mdc2, block: 8 },
  whirlpool: { of: whirlpool, block: 64 },
};

function join(parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

/** HMAC (RFC 2104 §2) over a digest of our own. */
function ownHmac({ of, block }: OwnDigest, key: Buffer, message: Buffer): Buffer {
  const padded = Buffer.alloc(block);
  // A digest that is longer than the block (MDC-2) counts with its first bytes only, as in OpenSSL.
  (key.length > block ? of(key) : key).copy(padded);
  const pad = (byte: number) => Buffer.from(padded.map((value) => value ^ byte));
  return of(Buffer.concat([pad(0x5c), of(Buffer.concat([pad(0x36), message]))]));
}

/** PBKDF2 (RFC 8018 §5.2) over a digest of our own. */
function ownPbkdf2(own: OwnDigest, password: Buffer, salt: Buffer, rounds: number, bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 1, length = 0; length < bytes; index++) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(index);
    let step = ownHmac(own, password, Buffer.concat([salt, counter]));
    const sum = Buffer.from(step);
    for (let round = 1; round < rounds; round++) {
      step = ownHmac(own, password, step);
      step.forEach((byte, at) => {
        sum[at] = (sum[at] ?? 0) ^ byte;
      });
    }
    blocks.push(sum);
    length += sum.length;
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** The digest of these parts, one after the other. */
export function digestOf(name: DigestName, ...parts: readonly (Buffer | string)[]): Buffer {
  const own = OWN[name];
  if (own !== undefined) return own.of(join(parts));
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** HMAC (RFC 2104). */
export function hmacOf(
  name: DigestName,
  key: Buffer | string,
  ...parts: readonly (Buffer | string)[]
): Buffer {
  const own = OWN[name];
  if (own !== undefined) return ownHmac(own, join([key]), join(parts));
  const hmac = createHmac(name, key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** PBKDF2 (RFC 8018 §5.2). */
export function pbkdf2Of(
  name: DigestName,
  password: Buffer,
  salt: Buffer,
  rounds: number,
  bytes: number,
): Buffer {
  const own = OWN[name];
  if (own !== undefined) return ownPbkdf2(own, password, salt, rounds, bytes);
  return pbkdf2Sync(password, salt, rounds, bytes, name);
}

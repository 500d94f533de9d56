/**
 * The expensive key schedule of bcrypt over Blowfish, for the forms of bcrypt that no kept package does.
 * @see N. Provos and D. Mazières, "A Future-Adaptable Password Scheme", 1999; B. Schneier, "Description of a New
 * Variable-Length Key, 64-Bit Block Cipher (Blowfish)", 1993
 */

const KEYS = 18;
const BOX_WORDS = 4 * 256;

/**
 * How the bytes of a password become the words of a key. `2b` (and `2y`, and every sound `2a`) end the password with a zero
 * byte; the first form, `2`, did not; `2x` marks hashes of crypt_blowfish before 1.1, which took bytes from 128 on as
 * negative numbers. `2a` is as `2b`, but for the few passwords that the bug would not have changed although it was there: later
 * versions of crypt_blowfish give these another hash, so that no wrong password of an old hash matches.
 */
export type BcryptVariant = "2" | "2a" | "2b" | "2x";

let initial: Int32Array | undefined;

/** Blowfish begins with the binary digits of the fraction of pi: eighteen words of keys, then four S-boxes. */
function initialState(): Int32Array {
  if (initial === undefined) {
    const bits = BigInt(32 * (KEYS + BOX_WORDS));
    const guard = 64n;
    // Machin's formula; what is rounded away lies in the guard bits.
    const pi = 4n * (4n * arcCotangent(5n, bits + guard) - arcCotangent(239n, bits + guard));
    const digits = ((pi >> guard) & ((1n << bits) - 1n)).toString(16).padStart(Number(bits) / 4, "0");
    initial = Int32Array.from({ length: KEYS + BOX_WORDS }, (_, word) =>
      Number.parseInt(digits.slice(8 * word, 8 * word + 8), 16),
    );
  }
  return initial.slice();
}

/** arccot(x) with so many binary digits behind the point. */
function arcCotangent(x: bigint, bits: bigint): bigint {
  let power = (1n << bits) / x;
  let sum = 0n;
  for (let odd = 1n; power > 0n; odd += 2n) {
    sum += odd % 4n === 1n ? power / odd : -power / odd;
    power /= x * x;
  }
  return sum;
}

/** 18 words of a password's bytes, which begin anew as often as needed. */
function keyWords(password: Uint8Array, variant: BcryptVariant): Int32Array {
  const bytes = variant === "2" ? password : Uint8Array.from([...password.subarray(0, 72), 0]);
  const words = new Int32Array(KEYS);
  for (let at = 0; at < 4 * KEYS && bytes.length > 0; at++) {
    const byte = bytes[at % bytes.length] as number;
    const added = variant === "2x" ? (byte << 24) >> 24 : byte;
    words[at >> 2] = ((words[at >> 2] as number) << 8) | added;
  }
  return words;
}

/** Whether the bug of `2x` met bytes of this password (behind the first of a word) and yet left all words as they are. */
function escapesTheBug(password: Uint8Array): boolean {
  const bytes = Uint8Array.from([...password.subarray(0, 72), 0]);
  const met = Array.from({ length: 4 * KEYS }, (_, at) => at).some(
    (at) => at % 4 !== 0 && (bytes[at % bytes.length] as number) > 127,
  );
  const sound = keyWords(password, "2b");
  return met && keyWords(password, "2x").every((word, index) => word === sound[index]);
}

/** Encrypts the block in `pair`, in place. `state` is the keys and the S-boxes. */
function encrypt(state: Int32Array, pair: Int32Array): void {
  let left = pair[0] as number;
  let right = pair[1] as number;
  left ^= state[0] as number;
  for (let round = 1; round <= 16; round += 2) {
    right ^=
      (state[round] as number) ^
      ((((state[18 + (left >>> 24)] as number) + (state[274 + ((left >>> 16) & 255)] as number)) ^
        (state[530 + ((left >>> 8) & 255)] as number)) +
        (state[786 + (left & 255)] as number));
    left ^=
      (state[round + 1] as number) ^
      ((((state[18 + (right >>> 24)] as number) + (state[274 + ((right >>> 16) & 255)] as number)) ^
        (state[530 + ((right >>> 8) & 255)] as number)) +
        (state[786 + (right & 255)] as number));
  }
  pair[0] = right ^ (state[17] as number);
  pair[1] = left;
}

const pair = new Int32Array(2);

/** ExpandKey: mixes a key in, then puts the encryption of the state and the salt in the place of the state. */
function expand(state: Int32Array, key: Int32Array, salt: Int32Array): void {
  for (let word = 0; word < KEYS; word++) state[word] = (state[word] as number) ^ (key[word] as number);
  pair.fill(0);
  for (let word = 0; word < state.length; word += 2) {
    // The four words of the salt, two at a time.
    const half = word & 2;
    pair[0] = (pair[0] as number) ^ (salt[half] as number);
    pair[1] = (pair[1] as number) ^ (salt[half + 1] as number);
    encrypt(state, pair);
    state[word] = pair[0] as number;
    state[word + 1] = pair[1] as number;
  }
}

/**
 * bcrypt.
 *
 * @param password any bytes; 72 of them count.
 * @param salt sixteen bytes.
 * @param cost the binary logarithm of the number of rounds.
 * @returns 23 bytes.
 */
export function bcryptDigest(
  password: Uint8Array,
  salt: Buffer,
  cost: number,
  variant: BcryptVariant,
): Buffer {
  const key = keyWords(password, variant);
  const salt4 = Int32Array.from({ length: 4 }, (_, word) => salt.readInt32BE(4 * word));
  const saltKey = Int32Array.from({ length: KEYS }, (_, word) => salt4[word & 3] as number);
  const none = new Int32Array(4);
  const state = initialState();
  if (variant === "2a" && escapesTheBug(password)) state[0] = (state[0] as number) ^ 0x10000;
  expand(state, key, salt4);
  for (let round = 0; round < 2 ** cost; round++) {
    expand(state, key, none);
    expand(state, saltKey, none);
  }
  const text = Buffer.from("OrpheanBeholderScryDoubt");
  const digest = Buffer.alloc(24);
  for (let from = 0; from < 24; from += 8) {
    pair[0] = text.readInt32BE(from);
    pair[1] = text.readInt32BE(from + 4);
    for (let time = 0; time < 64; time++) encrypt(state, pair);
    digest.writeInt32BE(pair[0], from);
    digest.writeInt32BE(pair[1], from + 4);
  }
  return digest.subarray(0, 23);
}

const STANDARD64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BCRYPT64 = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Bytes in bcrypt's own base 64: the order of bits of the usual one, another alphabet, no padding. */
export function encodeBcrypt64(bytes: Buffer): string {
  const standard = bytes.toString("base64").replaceAll("=", "");
  return standard.replace(/./g, (character) => BCRYPT64.charAt(STANDARD64.indexOf(character)));
}

/** The bytes of a text in bcrypt's base 64; bits that fill up the last character are let go, as every bcrypt does. */
export function decodeBcrypt64(text: string): Buffer {
  const standard = text.replace(/./g, (character) => STANDARD64.charAt(BCRYPT64.indexOf(character)));
  return Buffer.from(standard, "base64");
}

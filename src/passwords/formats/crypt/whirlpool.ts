/**
 * Whirlpool (ISO/IEC 10118-3:2018; P. Barreto and V. Rijmen, "The Whirlpool Hashing Function", 2003). OpenSSL 3 keeps it
 * in a provider that Node does not load; Auth0 takes HMAC and PBKDF2 over it.
 */

/** The two small boxes that the S-box is made of (§7.2 of the paper), and the inverse of the first. */
const E = [1, 11, 9, 12, 13, 6, 15, 3, 14, 8, 7, 4, 10, 2, 5, 0];
const R = [7, 12, 11, 13, 14, 4, 9, 15, 6, 3, 8, 10, 2, 5, 1, 0];
/** The first row of the circulant matrix of the diffusion layer (§3.4). */
const ROW = [1, 1, 4, 1, 8, 5, 2, 9];
const ROUNDS = 10;

function box(value: number): number {
  const at = (table: readonly number[], index: number) => table[index] ?? 0;
  const high = at(E, value >>> 4);
  const low = E.indexOf(value & 15);
  const middle = at(R, high ^ low);
  return (at(E, high ^ middle) << 4) | E.indexOf(low ^ middle);
}

/** Product in the field of x⁸ + x⁴ + x³ + x² + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let x = a, y = b; y > 0; y >>>= 1) {
    if (y & 1) product ^= x;
    x = x & 0x80 ? ((x << 1) ^ 0x11d) & 255 : x << 1;
  }
  return product;
}

const SBOX = Uint8Array.from({ length: 256 }, (_, value) => box(value));
/** For each place in the row, the box and the multiplication in one step. */
const TABLES = ROW.map((factor) => Uint8Array.from(SBOX, (value) => times(value, factor)));

/** One round: substitute, shift the columns, mix the rows, add the key; 8 × 8 bytes, row by row. */
function round(state: Uint8Array, key: Uint8Array): Uint8Array {
  const next = new Uint8Array(64);
  for (let row = 0; row < 8; row++)
    for (let column = 0; column < 8; column++) {
      let sum = key[8 * row + column] ?? 0;
      for (let from = 0; from < 8; from++) {
        const byte = state[8 * ((row - from) & 7) + from] ?? 0;
        sum ^= TABLES[(column - from) & 7]?.[byte] ?? 0;
      }
      next[8 * row + column] = sum;
    }
  return next;
}

/** The constants of each round: the S-box, eight bytes a time, in the first row. */
const CONSTANTS = Array.from({ length: ROUNDS }, (_, index) => {
  const constant = new Uint8Array(64);
  constant.set(SBOX.subarray(8 * index, 8 * index + 8));
  return constant;
});

function compress(hash: Uint8Array, block: Uint8Array): Uint8Array {
  let key = hash;
  let state = block.map((byte, index) => byte ^ (hash[index] ?? 0));
  for (const constant of CONSTANTS) {
    key = round(key, constant);
    state = round(state, key);
  }
  return state.map((byte, index) => byte ^ (block[index] ?? 0) ^ (hash[index] ?? 0));
}

/** @returns 64 bytes. */
export function whirlpool(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 33) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  padded.writeBigUInt64BE(BigInt(message.length) * 8n, padded.length - 8);
  let hash: Uint8Array = new Uint8Array(64);
  for (let from = 0; from < padded.length; from += 64)
    hash = compress(hash, padded.subarray(from, from + 64));
  return Buffer.from(hash);
}

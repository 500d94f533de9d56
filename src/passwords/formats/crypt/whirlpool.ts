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

/** A row of eight bytes as two words: for each column of the byte that goes in, what it adds to a row (§3.2 to §3.4). */
const TABLES = Array.from({ length: 8 }, (_, from) => {
  const table = new Int32Array(512);
  SBOX.forEach((value, byte) => {
    for (let column = 0; column < 8; column++) {
      const product = times(value, ROW[(column - from) & 7] ?? 0);
      const at = 2 * byte + (column >>> 2);
      table[at] = (table[at] ?? 0) | (product << (24 - 8 * (column & 3)));
    }
  });
  return table;
});

/** One round: substitute, shift the columns, mix the rows, add the key. */
function round(state: Int32Array, key: Int32Array, next: Int32Array): void {
  for (let row = 0; row < 8; row++) {
    let high = key[2 * row] ?? 0;
    let low = key[2 * row + 1] ?? 0;
    for (let from = 0; from < 8; from++) {
      const word = state[2 * ((row - from) & 7) + (from >>> 2)] ?? 0;
      const at = 2 * ((word >>> (24 - 8 * (from & 3))) & 255);
      const table = TABLES[from] as Int32Array;
      high ^= table[at] ?? 0;
      low ^= table[at + 1] ?? 0;
    }
    next[2 * row] = high;
    next[2 * row + 1] = low;
  }
}

/** The constants of each round: the S-box, eight bytes a time, in the first row. */
const CONSTANTS = Array.from({ length: ROUNDS }, (_, index) => {
  const constant = new Int32Array(16);
  const bytes = Buffer.from(SBOX.subarray(8 * index, 8 * index + 8));
  constant[0] = bytes.readInt32BE(0);
  constant[1] = bytes.readInt32BE(4);
  return constant;
});

function compress(hash: Int32Array, block: Int32Array): void {
  let key = Int32Array.from(hash);
  let state = block.map((word, index) => word ^ (hash[index] ?? 0));
  let spareKey = new Int32Array(16);
  let spareState = new Int32Array(16);
  for (const constant of CONSTANTS) {
    round(key, constant, spareKey);
    [key, spareKey] = [spareKey, key];
    round(state, key, spareState);
    [state, spareState] = [spareState, state];
  }
  state.forEach((word, index) => {
    hash[index] = (hash[index] ?? 0) ^ word ^ (block[index] ?? 0);
  });
}

/**
 * Whirlpool of a message.
 *
 * @returns 64 bytes.
 */
export function whirlpool(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 33) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  padded.writeBigUInt64BE(BigInt(message.length) * 8n, padded.length - 8);
  const hash = new Int32Array(16);
  const block = new Int32Array(16);
  for (let from = 0; from < padded.length; from += 64) {
    for (let word = 0; word < 16; word++) block[word] = padded.readInt32BE(from + 4 * word);
    compress(hash, block);
  }
  const digest = Buffer.alloc(64);
  hash.forEach((word, index) => {
    digest.writeInt32BE(word, 4 * index);
  });
  return digest;
}

/**
 * Streebog (GOST R 34.11-2012) with 256 bits, and HMAC over it. gost-yescrypt needs it; OpenSSL has it no longer in itself.
 *
 * Numbers of the standard are written here as bytes from the lowest to the highest, as messages and digests are.
 * @see https://www.rfc-editor.org/rfc/rfc6986, whose section numbers stand in the code
 */

/** §6.2 */
const SUBSTITUTION = Buffer.from(
  "fceedd11cf6e3116fbc4fada23c5044de977f0db932e99ba1736f1bb14cd5fc1f918655ae25cef21811c3c428b018e4f" +
    "058402aee36a8fa0060bed987fd4d31feb342c51eac848abf22a68a2fd3aceccb5700e56080c7612bf7213479cb75d87" +
    "15a19629107b9ac7f391786f9d9eb2b13275193dff358a7e6d54c680c3bd0d57dff524a93ea843c9d779d6f67c22b903" +
    "e00fecde7a94b0bcdce828504e330a4aa79760731e0062441ab83882649f2641ad454692275e552f8ca3a57d69d5953b" +
    "0758b34086ac1df730376be488d9e789e11b83494c3ff8fe8d53aa90cad88561207167a42d2b095bcb9b25d0bee56c52" +
    "59a674d2e6f4b4c0d166afc2394b63b6",
  "hex",
);

/**
 * The linear transformation of §6.4 is a matrix over GF(2^8) modulo x^8+x^4+x^3+x^2+1: these are the products of its rows
 * with 0x80, the first of each eight lines of the standard's matrix.
 */
const ROWS = [
  0x8e20faa72ba0b470n,
  0xa011d380818e8f40n,
  0x90dab52a387ae76fn,
  0x9d4df05d5f661451n,
  0x86275df09ce8aaa8n,
  0x456c34887a3805b9n,
  0xe4fa2054a80b329cn,
  0x70a6a56e2440598en,
];

/** §6.5, from the highest byte. */
const CONSTANTS = [
  "b1085bda1ecadae9ebcb2f81c0657c1f2f6a76432e45d016714eb88d7585c4fc" +
    "4b7ce09192676901a2422a08a460d31505767436cc744d23dd806559f2a64507",
  "6fa3b58aa99d2f1a4fe39d460f70b5d7f3feea720a232b9861d55e0f16b50131" +
    "9ab5176b12d699585cb561c2db0aa7ca55dda21bd7cbcd56e679047021b19bb7",
  "f574dcac2bce2fc70a39fc286a3d843506f15e5f529c1f8bf2ea7514b1297b7b" +
    "d3e20fe490359eb1c1c93a376062db09c2b6f443867adb31991e96f50aba0ab2",
  "ef1fdfb3e81566d2f948e1a05d71e4dd488e857e335c3c7d9d721cad685e353f" +
    "a9d72c82ed03d675d8b71333935203be3453eaa193e837f1220cbebc84e3d12e",
  "4bea6bacad4747999a3f410c6ca923637f151c1f1686104a359e35d7800fffbd" +
    "bfcd1747253af5a3dfff00b723271a167a56a27ea9ea63f5601758fd7c6cfe57",
  "ae4faeae1d3ad3d96fa4c33b7a3039c02d66c4f95142a46c187f9ab49af08ec6" +
    "cffaa6b71c9ab7b40af21f66c2bec6b6bf71c57236904f35fa68407a46647d6e",
  "f4c70e16eeaac5ec51ac86febf240954399ec6c7e6bf87c9d3473e33197a93c9" +
    "0992abc52d822c3706476983284a05043517454ca23c4af38886564d3a14d493",
  "9b1f5b424d93c9a703e7aa020c6e41414eb7f8719c36de1e89b4443b4ddbc49a" +
    "f4892bcb929b069069d18d2bd1a5c42f36acc2355951a8d9a47f0dd4bf02e71e",
  "378f5a541631229b944c9ad8ec165fde3a7d3a1b258942243cd955b7e00d0984" +
    "800a440bdbb2ceb17b2b8a9aa6079c540e38dc92cb1f2a607261445183235adb",
  "abbedea680056f52382ae548b2e4f3f38941e71cff8a78db1fffe18a1b336103" +
    "9fe76702af69334b7a1e6c303b7652f43698fad1153bb6c374b4c7fb98459ced",
  "7bcd9ed0efc889fb3002c6cd635afe94d8fa6bbbebab07612001802114846679" +
    "8a1d71efea48b9caefbacd1d7d476e98dea2594ac06fd85d6bcaa4cd81f32d1b",
  "378ee767f11631bad21380b00449b17acda43c32bcdf1d77f82012d430219f9b" +
    "5d80ef9d1891cc86e71da4aa88e12852faf417d5d9b21b9948bc924af11bd720",
].map((hex) => words(Buffer.from(hex, "hex").reverse()));

/**
 * Substitution, transposition and linear transformation in one: what each byte value adds to a row of the result, by the
 * byte's place in its column. Two words of 32 bits each, the lower one first.
 */
const TABLE = new Int32Array(8 * 256 * 2);
ROWS.forEach((row, index) => {
  // Halving in the field turns the product with 0x80 into the one with 0x40, and so on.
  const products: bigint[] = [];
  let product = row;
  for (let bit = 7; bit >= 0; bit--) {
    products[bit] = product;
    product = halved(product);
  }
  for (let byte = 0; byte < 256; byte++) {
    const substituted = SUBSTITUTION[byte] ?? 0;
    let sum = 0n;
    for (let bit = 0; bit < 8; bit++) if ((substituted >> bit) & 1) sum ^= products[bit] ?? 0n;
    // The first row of the matrix is for the highest byte.
    const at = ((7 - index) * 256 + byte) * 2;
    TABLE[at] = Number(BigInt.asIntN(32, sum));
    TABLE[at + 1] = Number(BigInt.asIntN(32, sum >> 32n));
  }
});

function halved(eight: bigint): bigint {
  const low = eight & 0x0101010101010101n;
  return ((eight ^ low) >> 1n) ^ (low * 0x8en);
}

function words(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: 16 }, (_, word) => bytes.readInt32LE(4 * word));
}

/** L(P(S(x))) of §7, into another place. */
function transform(from: Int32Array, to: Int32Array): void {
  for (let row = 0; row < 8; row++) {
    let low = 0;
    let high = 0;
    for (let column = 0; column < 8; column++) {
      const byte = ((from[column * 2 + (row >> 2)] as number) >>> (8 * (row & 3))) & 255;
      const at = (column * 256 + byte) * 2;
      low ^= TABLE[at] as number;
      high ^= TABLE[at + 1] as number;
    }
    to[row * 2] = low;
    to[row * 2 + 1] = high;
  }
}

function add(to: Int32Array, one: Int32Array, other: Int32Array): void {
  for (let word = 0; word < 16; word++) to[word] = (one[word] as number) ^ (other[word] as number);
}

/** The compression function g_N of §8. */
function compress(state: Int32Array, counter: Int32Array, message: Int32Array): void {
  const mixed = new Int32Array(16);
  const key = new Int32Array(16);
  const text = Int32Array.from(message);
  add(mixed, state, counter);
  transform(mixed, key);
  for (const constant of CONSTANTS) {
    add(mixed, text, key);
    transform(mixed, text);
    add(mixed, key, constant);
    transform(mixed, key);
  }
  add(text, text, key);
  add(state, state, text);
  add(state, state, message);
}

/** Adds modulo 2^512. */
function increase(sum: Int32Array, by: Int32Array): void {
  let carry = 0;
  for (let word = 0; word < 16; word++) {
    const total = ((sum[word] as number) >>> 0) + ((by[word] as number) >>> 0) + carry;
    sum[word] = total | 0;
    carry = total > 0xffffffff ? 1 : 0;
  }
}

/** Streebog of 256 bits (§9, §10). @returns 32 bytes. */
export function streebog256(message: Uint8Array): Buffer {
  const state = new Int32Array(16).fill(0x01010101);
  const length = new Int32Array(16);
  const sum = new Int32Array(16);
  const zero = new Int32Array(16);
  for (let from = 0; ; from += 64) {
    const part = message.subarray(from, from + 64);
    const block = Buffer.alloc(64);
    block.set(part);
    if (part.length < 64) block[part.length] = 1;
    const block32 = words(block);
    compress(state, length, block32);
    increase(length, Int32Array.of(8 * part.length, ...zero.subarray(1)));
    increase(sum, block32);
    if (part.length < 64) break;
  }
  compress(state, zero, length);
  compress(state, zero, sum);
  const digest = Buffer.alloc(32);
  state.subarray(8).forEach((word, index) => {
    digest.writeInt32LE(word, 4 * index);
  });
  return digest;
}

/** HMAC (RFC 2104, RFC 7836 §4.1) over {@link streebog256}. */
export function hmacStreebog256(key: Uint8Array, message: Uint8Array): Buffer {
  const block = Buffer.alloc(64);
  block.set(key.length > 64 ? streebog256(key) : key);
  const inner = streebog256(Buffer.concat([block.map((byte) => byte ^ 0x36), message]));
  return streebog256(Buffer.concat([block.map((byte) => byte ^ 0x5c), inner]));
}

/**
 * The Data Encryption Standard (FIPS 46-3), with the change that crypt(3) makes to it: a salt that swaps bits of the two
 * halves of each expanded block. node:crypto has neither. With salt 0 it is plain DES.
 *
 * Bits are numbered as in the standard, from 1 and from the highest. A block is two words of 32 bits, an expanded block and
 * a round's key two of 24.
 * @see https://csrc.nist.gov/pubs/fips/46-3/final
 */

// biome-ignore format: the tables stand as in the standard
const INITIAL = [
  58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
  57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
];
/** The inverse of the initial permutation. */
const FINAL = INITIAL.map((_, index) => INITIAL.indexOf(index + 1) + 1);
// biome-ignore format: the tables stand as in the standard
const KEY_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
// biome-ignore format: the tables stand as in the standard
const KEY_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const KEY_SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
// biome-ignore format: the tables stand as in the standard
const AFTER_SUBSTITUTION = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];
/** S1 to S8: four rows of sixteen hexadecimal digits each. */
const SUBSTITUTIONS = [
  "e4d12fb83a6c5907" + "0f74e2d1a6cb9538" + "41e8d62bfc973a50" + "fc8249175b3ea06d",
  "f18e6b34972dc05a" + "3d47f28ec01a69b5" + "0e7ba4d158c6932f" + "d8a13f42b67c05e9",
  "a09e63f51dc7b428" + "d709346a285ecbf1" + "d6498f30b12c5ae7" + "1ad069874fe3b52c",
  "7de3069a1285bc4f" + "d8b56f03472c1ae9" + "a690cb7df13e5284" + "3f06a1d8945bc72e",
  "2c417ab6853fd0e9" + "eb2c47d150fa3986" + "421bad78f9c5630e" + "b8c71e2d6f09a453",
  "c1af92680d34e75b" + "af427c9561de0b38" + "9ef528c3704a1db6" + "432c95fabe17608d",
  "4b2ef08d3c975a61" + "d0b7491ae35c2f86" + "14bdc37eaf680592" + "6bd814a7950fe23c",
  "d2846fb1a93e50c7" + "1fd8a374c56b0e92" + "7b419ce206adf358" + "21e74a8dfc90356b",
];

/** Each S-box with the permutation P behind it: 64 words of 32 bits a box. */
const BOXES = new Int32Array(8 * 64);
SUBSTITUTIONS.forEach((rows, box) => {
  for (let six = 0; six < 64; six++) {
    const row = ((six >> 4) & 2) | (six & 1);
    const four = Number.parseInt(rows.charAt(row * 16 + ((six >> 1) & 15)), 16);
    BOXES[box * 64 + six] = choose(AFTER_SUBSTITUTION, four << (28 - 4 * box), 0, 32, 32)[0];
  }
});

/** The bits that a table names, out of two words of `from` bits and into two of `to`. */
function choose(
  table: readonly number[],
  high: number,
  low: number,
  from: number,
  to: number,
): [number, number] {
  const chosen: [number, number] = [0, 0];
  table.forEach((bit, index) => {
    const set = ((bit <= from ? high : low) >>> ((from - (bit % from)) % from)) & 1;
    chosen[index < to ? 0 : 1] |= set << (to - 1 - (index % to));
  });
  return chosen;
}

/** The sixteen keys of the rounds, two words of 24 bits each. */
export type DesKeys = Int32Array;

/** The keys of the rounds out of a key of eight bytes; the lowest bit of each byte does not count. */
export function desKeys(key: Uint8Array): DesKeys {
  const view = Buffer.alloc(8);
  view.set(key.subarray(0, 8));
  let [c, d] = choose(KEY_CHOICE_1, view.readUInt32BE(0), view.readUInt32BE(4), 32, 28);
  const keys = new Int32Array(32);
  KEY_SHIFTS.forEach((by, round) => {
    c = ((c << by) | (c >>> (28 - by))) & 0xfffffff;
    d = ((d << by) | (d >>> (28 - by))) & 0xfffffff;
    const [left, right] = choose(KEY_CHOICE_2, c, d, 28, 24);
    keys[2 * round] = left;
    keys[2 * round + 1] = right;
  });
  return keys;
}

/** A salt of up to 24 bits as the mask that it swaps: its lowest bit stands for bit 1 of the expanded block. */
function saltMask(salt: number): number {
  let mask = 0;
  for (let bit = 0; bit < 24; bit++) if ((salt >>> bit) & 1) mask |= 1 << (23 - bit);
  return mask;
}

/**
 * Encrypts one block, `times` times over.
 *
 * @param block eight bytes.
 * @param salt 0 for plain DES; up to 24 bits for crypt(3).
 * @returns eight bytes.
 */
export function desEncrypt(block: Uint8Array, keys: DesKeys, salt = 0, times = 1): Buffer {
  const result = Buffer.alloc(8);
  result.set(block.subarray(0, 8));
  let [left, right] = choose(INITIAL, result.readUInt32BE(0), result.readUInt32BE(4), 32, 32);
  const mask = saltMask(salt);
  // Between two encryptions the final permutation and the initial one undo each other.
  for (let time = 0; time < times; time++) {
    for (let at = 0; at < 32; at += 2) {
      let e1 = ((right & 1) << 23) | ((right >>> 9) & 0x7c0000);
      e1 |= ((right >>> 11) & 0x3f000) | ((right >>> 13) & 0xfc0) | ((right >>> 15) & 0x3f);
      let e2 = ((right << 7) & 0xfc0000) | ((right << 5) & 0x3f000);
      e2 |= ((right << 3) & 0xfc0) | ((right & 0x1f) << 1) | (right >>> 31);
      const swapped = (e1 ^ e2) & mask;
      e1 ^= swapped ^ (keys[at] as number);
      e2 ^= swapped ^ (keys[at + 1] as number);
      const f =
        (BOXES[e1 >>> 18] as number) |
        (BOXES[64 + ((e1 >>> 12) & 63)] as number) |
        (BOXES[128 + ((e1 >>> 6) & 63)] as number) |
        (BOXES[192 + (e1 & 63)] as number) |
        (BOXES[256 + (e2 >>> 18)] as number) |
        (BOXES[320 + ((e2 >>> 12) & 63)] as number) |
        (BOXES[384 + ((e2 >>> 6) & 63)] as number) |
        (BOXES[448 + (e2 & 63)] as number);
      const next = left ^ f;
      left = right;
      right = next;
    }
    // The halves stand the other way round at the end.
    const swap = left;
    left = right;
    right = swap;
  }
  const [high, low] = choose(FINAL, left, right, 32, 32);
  result.writeInt32BE(high, 0);
  result.writeInt32BE(low, 4);
  return result;
}

/** The last block of DES in CBC mode over whole blocks, from an initial vector of zeros. */
export function desCbcLast(message: Uint8Array, key: Uint8Array): Buffer {
  const keys = desKeys(key);
  let block = Buffer.alloc(8);
  for (let from = 0; from < message.length; from += 8) {
    for (let byte = 0; byte < 8; byte++) block[byte] = (block[byte] ?? 0) ^ (message[from + byte] ?? 0);
    block = Buffer.from(desEncrypt(block, keys));
  }
  return block;
}

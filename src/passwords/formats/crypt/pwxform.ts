import { salsa20 } from "./salsa20.js";

/** 64-bit words in each of the three S-boxes: 256 rows (Swidth 8) of two. */
const BOX_WORDS64 = 512;
/** 32-bit words of one S-box. */
const BOX = BOX_WORDS64 * 2;
/** 32-bit words of all three: 12 KiB. */
export const SBOX_WORDS = 3 * BOX;
/** The bits of a word that pick a row, already as a distance in 32-bit words: rows are sixteen bytes. */
const ROW_MASK = 0xff0;
const ROUNDS = 6;

/**
 * What yescrypt puts in place of Salsa20/8 where it may read and write its memory: rounds of multiplication,
 * addition and exclusive or with words from S-boxes that change while they are used.
 *
 * @see A. Peslyak, "yescrypt - scalable KDF and password hashing scheme", pwxform; parameters PWXsimple 2, PWXgather 4,
 * PWXrounds 6, Swidth 8, the only ones that are in use.
 */
export interface Pwxform {
  /** The S-boxes, one behind the other. */
  readonly boxes: Int32Array;
  /** Where each of the three begins at this moment: they change places after every block of 64 bytes. */
  s0: number;
  s1: number;
  s2: number;
  /** How far S2 is rewritten, in 32-bit words. */
  written: number;
}

/** S-boxes with their places in the beginning. */
export function newPwxform(boxes: Int32Array): Pwxform {
  return { boxes, s0: 2 * BOX, s1: BOX, s2: 0, written: 0 };
}

/**
 * BlockMix with pwxform, in place: every 64 bytes are mixed with those before them and transformed; Salsa20/2 ends the last.
 *
 * The four lanes of a block of 64 bytes do not know each other and S2 is not read while it is written, so each lane goes
 * through its six rounds at once.
 */
export function blockMixPwxform(block: Int32Array, pwxform: Pwxform): void {
  const { boxes } = pwxform;
  let { s0, s1, s2, written } = pwxform;
  const length = block.length;
  for (let at = 0, before = length - 16; at < length; before = at, at += 16) {
    for (let lane = 0; lane < 16; lane += 4) {
      let l0 = (block[at + lane] as number) ^ (block[before + lane] as number);
      let h0 = (block[at + lane + 1] as number) ^ (block[before + lane + 1] as number);
      let l1 = (block[at + lane + 2] as number) ^ (block[before + lane + 2] as number);
      let h1 = (block[at + lane + 3] as number) ^ (block[before + lane + 3] as number);
      let to = s2 + written + lane;
      for (let round = 0; round < ROUNDS; round++) {
        const p0 = s0 + ((l0 & ROW_MASK) >>> 2);
        const p1 = s1 + ((h0 & ROW_MASK) >>> 2);
        // The high half of each product out of four products of 16 bits; carries by their rule, as a branch would be guessed
        // wrong every other time.
        let low = Math.imul(l0, h0);
        let cross = (Math.imul(h0 >>> 16, l0 & 0xffff) + (Math.imul(h0 & 0xffff, l0 & 0xffff) >>> 16)) | 0;
        let other = (Math.imul(h0 & 0xffff, l0 >>> 16) + (cross & 0xffff)) | 0;
        let high = (Math.imul(h0 >>> 16, l0 >>> 16) + (cross >>> 16) + (other >>> 16)) | 0;
        let term = boxes[p0] as number;
        let sum = (low + term) | 0;
        high = (high + (boxes[p0 + 1] as number) + (((low & term) | ((low | term) & ~sum)) >>> 31)) | 0;
        l0 = sum ^ (boxes[p1] as number);
        h0 = high ^ (boxes[p1 + 1] as number);

        low = Math.imul(l1, h1);
        cross = (Math.imul(h1 >>> 16, l1 & 0xffff) + (Math.imul(h1 & 0xffff, l1 & 0xffff) >>> 16)) | 0;
        other = (Math.imul(h1 & 0xffff, l1 >>> 16) + (cross & 0xffff)) | 0;
        high = (Math.imul(h1 >>> 16, l1 >>> 16) + (cross >>> 16) + (other >>> 16)) | 0;
        term = boxes[p0 + 2] as number;
        sum = (low + term) | 0;
        high = (high + (boxes[p0 + 3] as number) + (((low & term) | ((low | term) & ~sum)) >>> 31)) | 0;
        l1 = sum ^ (boxes[p1 + 2] as number);
        h1 = high ^ (boxes[p1 + 3] as number);

        // All rounds but the first and the last leave their words in S2.
        if (round !== 0 && round !== ROUNDS - 1) {
          boxes[to] = l0;
          boxes[to + 1] = h0;
          boxes[to + 2] = l1;
          boxes[to + 3] = h1;
          to += 16;
        }
      }
      block[at + lane] = l0;
      block[at + lane + 1] = h0;
      block[at + lane + 2] = l1;
      block[at + lane + 3] = h1;
    }
    written = (written + 16 * (ROUNDS - 2)) & (BOX - 1);
    const first = s2;
    s2 = s1;
    s1 = s0;
    s0 = first;
  }
  Object.assign(pwxform, { s0, s1, s2, written });
  salsa20(block, length - 16, 2);
}

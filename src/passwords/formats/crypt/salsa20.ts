/**
 * Salsa20 as scrypt and yescrypt use it, in place, on blocks of sixteen words in the order of the diagonals: word `i`
 * stands for word `5i mod 16` of the specification.
 * @see D. J. Bernstein, "The Salsa20 family of stream ciphers", 2007; RFC 7914 §3
 */

/** Where each word of the specification's order stands. */
const PLACE = new Uint8Array(16);
for (let index = 0; index < 16; index++) PLACE[(index * 5) % 16] = index;

/** The columns, then the rows. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
].flatMap((quarter) => quarter.map((word) => PLACE[word] as number));

const work = new Int32Array(16);

/**
 * The core function over the sixteen words from `at`.
 *
 * @param rounds an even number: 8 in scrypt, 2 in yescrypt.
 */
export function salsa20(words: Int32Array, at: number, rounds: number): void {
  for (let index = 0; index < 16; index++) work[index] = words[at + index] as number;
  for (let round = 0; round < rounds; round += 2)
    for (let quarter = 0; quarter < 32; quarter += 4) {
      const p = QUARTERS[quarter] as number;
      const q = QUARTERS[quarter + 1] as number;
      const r = QUARTERS[quarter + 2] as number;
      const s = QUARTERS[quarter + 3] as number;
      let a = work[p] as number;
      let b = work[q] as number;
      let c = work[r] as number;
      let d = work[s] as number;
      let sum = (a + d) | 0;
      b ^= (sum << 7) | (sum >>> 25);
      sum = (b + a) | 0;
      c ^= (sum << 9) | (sum >>> 23);
      sum = (c + b) | 0;
      d ^= (sum << 13) | (sum >>> 19);
      sum = (d + c) | 0;
      a ^= (sum << 18) | (sum >>> 14);
      work[p] = a;
      work[q] = b;
      work[r] = c;
      work[s] = d;
    }
  for (let index = 0; index < 16; index++)
    words[at + index] = ((words[at + index] as number) + (work[index] as number)) | 0;
}

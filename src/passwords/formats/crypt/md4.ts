/**
 * MD4 (RFC 1320). node:crypto has it no longer, and Windows' and old directories' passwords rest on it.
 *
 * @param message any bytes.
 * @returns 16 bytes.
 * @see https://www.rfc-editor.org/rfc/rfc1320
 */
export function md4(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(((message.length + 72) >> 6) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  // The length in bits, 64 of them (§3.2).
  padded.writeUInt32LE((message.length << 3) >>> 0, padded.length - 8);
  padded.writeUInt32LE(Math.floor(message.length / 0x20000000), padded.length - 4);

  const state = Int32Array.of(0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476);
  const words = new Int32Array(16);
  for (let from = 0; from < padded.length; from += 64) {
    for (let word = 0; word < 16; word++) words[word] = padded.readInt32LE(from + 4 * word);
    compress(state, words);
  }
  const digest = Buffer.alloc(16);
  state.forEach((word, index) => {
    digest.writeInt32LE(word, 4 * index);
  });
  return digest;
}

/** The constant that a round adds, the order of its words and its rotations (§3.4). */
const ROUNDS = [
  { add: 0, order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], rotate: [3, 7, 11, 19] },
  { add: 0x5a827999, order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], rotate: [3, 5, 9, 13] },
  { add: 0x6ed9eba1, order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], rotate: [3, 9, 11, 15] },
] as const;

const MIX = [
  (x: number, y: number, z: number) => (x & y) | (~x & z),
  (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number) => x ^ y ^ z,
] as const;

function compress(state: Int32Array, words: Int32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  ROUNDS.forEach(({ add, order, rotate }, round) => {
    const mix = MIX[round as 0 | 1 | 2];
    order.forEach((word, step) => {
      const sum = (a + mix(b, c, d) + (words[word] as number) + add) | 0;
      const by = rotate[(step & 3) as 0 | 1 | 2 | 3];
      [a, b, c, d] = [d, (sum << by) | (sum >>> (32 - by)), b, c];
    });
  });
  [a, b, c, d].forEach((word, index) => {
    state[index] = ((state[index] as number) + word) | 0;
  });
}

import { desEncrypt, desKeys } from "./des.js";

const BLOCK = 8;

/** Sets the two bits that keep the halves apart (0x40 in one, 0x20 in the other). DES looks at no parity bits. */
function keyOf(half: Buffer, mark: number): Buffer {
  const key = Buffer.from(half);
  key.writeUInt8((key.readUInt8(0) & 0x9f) | mark, 0);
  return key;
}

const xor = (a: Uint8Array, b: Uint8Array) => Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));

/**
 * MDC-2 (ISO/IEC 10118-2:2010, hash-function 2) over DES, with OpenSSL's default padding: zeros up to a whole block.
 *
 * @returns 16 bytes.
 */
export function mdc2(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil(message.length / BLOCK) * BLOCK);
  padded.set(message);
  let left: Buffer = Buffer.alloc(BLOCK, 0x52);
  let right: Buffer = Buffer.alloc(BLOCK, 0x25);
  for (let from = 0; from < padded.length; from += BLOCK) {
    const block = padded.subarray(from, from + BLOCK);
    const one = xor(desEncrypt(block, desKeys(keyOf(left, 0x40))), block);
    const two = xor(desEncrypt(block, desKeys(keyOf(right, 0x20))), block);
    left = Buffer.concat([one.subarray(0, 4), two.subarray(4)]);
    right = Buffer.concat([two.subarray(0, 4), one.subarray(4)]);
  }
  return Buffer.concat([left, right]);
}

import { encode64HighFirst, number64 } from "./crypt64.js";
import { desEncrypt, desKeys } from "./des.js";

/**
 * What crypt(3) of Unix' seventh edition and its relatives make of a password: a constant block of zeros, encrypted many
 * times by DES with the password as its key.
 * @see R. Morris and K. Thompson, "Password Security: A Case History", 1979; crypt(5) of libxcrypt for the relatives.
 */

const ZEROS = Buffer.alloc(8);

/** Seven bits of each of the first eight bytes, as a key. */
function keyOf(password: Uint8Array): Buffer {
  const key = Buffer.alloc(8);
  password.subarray(0, 8).forEach((byte, index) => {
    key[index] = byte << 1;
  });
  return key;
}

function encrypted(key: Uint8Array, salt: string, times: number): string {
  return encode64HighFirst(desEncrypt(ZEROS, desKeys(key), number64(salt), times));
}

/** Traditional crypt: the first eight bytes, 25 times. @param salt two characters. @returns eleven characters. */
export function desCrypt(password: Uint8Array, salt: string): string {
  return encrypted(keyOf(password), salt, 25);
}

/**
 * BSDi's extended crypt: the whole password, folded into one key by encrypting the key so far and adding the next eight bytes.
 *
 * @param salt four characters.
 * @param times how often: the four characters before the salt, as a number.
 * @returns eleven characters.
 */
export function bsdiCrypt(password: Uint8Array, salt: string, times: number): string {
  let key = keyOf(password);
  for (let from = 8; from < password.length; from += 8) {
    const folded = desEncrypt(key, desKeys(key));
    keyOf(password.subarray(from)).forEach((byte, index) => {
      folded[index] = (folded[index] ?? 0) ^ byte;
    });
    key = folded;
  }
  return encrypted(key, salt, times);
}

/**
 * Digital's bigcrypt: traditional crypt of each eight bytes, the salt of each being the first two characters of the result
 * before it.
 *
 * @param parts how many eights of bytes count at the most.
 * @returns eleven characters for each eight bytes.
 */
export function bigCrypt(password: Uint8Array, salt: string, parts: number): string {
  let text = desCrypt(password, salt);
  let last = text;
  for (let part = 1; part < parts && part * 8 < password.length; part++) {
    last = desCrypt(password.subarray(part * 8), last.slice(0, 2));
    text += last;
  }
  return text;
}

/** Ultrix' crypt16: sixteen bytes, the first eight 20 times, the others 5 times. @returns 22 characters. */
export function crypt16(password: Uint8Array, salt: string): string {
  return encrypted(keyOf(password), salt, 20) + encrypted(keyOf(password.subarray(8)), salt, 5);
}

/**
 * LAN Manager's hash: fourteen upper-case bytes in the machine's code page, each seven of them a DES key for one constant
 * text.
 *
 * @returns sixteen bytes.
 * @see [MS-NLMP] §3.3.1, LMOWFv1
 */
export function lmHash(password: Uint8Array): Buffer {
  const padded = Buffer.alloc(14);
  padded.set(password.subarray(0, 14));
  const halves = [padded.subarray(0, 7), padded.subarray(7)];
  return Buffer.concat(halves.map((half) => desEncrypt(Buffer.from("KGS!@#$%"), desKeys(spread(half)))));
}

/** 56 bits as eight bytes of seven bits each, above the lowest bit, which is for parity. */
function spread(seven: Buffer): Buffer {
  const eight = Buffer.alloc(8);
  for (let index = 0; index < 8; index++) {
    const from = (7 * index) >> 3;
    const pair = ((seven[from] ?? 0) << 8) | (seven[from + 1] ?? 0);
    eight[index] = ((pair >> (9 - ((7 * index) & 7))) & 127) << 1;
  }
  return eight;
}

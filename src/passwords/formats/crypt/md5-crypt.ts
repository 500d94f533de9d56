import { encode64InOrder } from "./crypt64.js";
import { digestOf, mixRounds, stretch } from "./rounds.js";

/** The order in which the bytes of an MD5 digest are written, by MD5-crypt and by Sun's. */
export const MD5_ORDER = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];

/**
 * MD5-crypt: FreeBSD's `$1$` (1994), and Apache's `$apr1$`, which is the same with another magic word.
 *
 * @param salt as it stands in the hash; eight characters at the most count.
 * @param magic `$1$` or `$apr1$`.
 * @returns 22 characters.
 * @see P.-H. Kamp, crypt-md5.c of FreeBSD; "Password Formats" of the Apache HTTP Server's documentation.
 */
export function md5Crypt(password: Buffer, salt: string, magic: "$1$" | "$apr1$"): string {
  const salted = Buffer.from(salt.slice(0, 8), "latin1");
  const alternate = digestOf("md5", password, salted, password);
  const parts: Uint8Array[] = [password, Buffer.from(magic), salted, stretch(alternate, password.length)];
  const zero = Buffer.alloc(1);
  // A byte for each binary digit of the length: where it is one a zero, otherwise the password's first byte.
  for (let bits = password.length; bits > 0; bits >>>= 1)
    parts.push(bits & 1 ? zero : password.subarray(0, 1));
  return encode64InOrder(mixRounds("md5", digestOf("md5", ...parts), password, salted, 1000), MD5_ORDER);
}

import { createHash } from "node:crypto";
import { encode64InOrder } from "./crypt64.js";
import { digestOf, mixRounds, stretch } from "./rounds.js";

/** The two forms of SHA-crypt. */
export type ShaCryptAlgorithm = "sha256" | "sha512";

/** The order in which the bytes of a digest are written (steps 22 e and f): three columns, rotated by one a row. */
const ORDERS: Readonly<Record<ShaCryptAlgorithm, readonly number[]>> = {
  sha256: [...columns(10, 1), 30, 31],
  sha512: [...columns(21, 2), 63],
};

function columns(length: number, turn: 1 | 2): number[] {
  const order: number[] = [];
  let row = [2 * length, length, 0];
  for (let count = 0; count < length; count++) {
    order.push(...row);
    const next = row.map((position) => position + 1);
    row = [...next.slice(turn), ...next.slice(0, turn)];
  }
  return order;
}

/**
 * SHA-crypt: `$5$` with SHA-256 and `$6$` with SHA-512.
 *
 * @param salt as it stands in the hash.
 * @param rounds 1,000 to 999,999,999; 5,000 where the hash names none.
 * @param mostSalt how many bytes of the salt count; sixteen everywhere but in MySQL.
 * @returns 43 characters for SHA-256, 86 for SHA-512.
 * @see U. Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6, whose step numbers stand in the code.
 */
export function shaCrypt(
  algorithm: ShaCryptAlgorithm,
  password: Buffer,
  salt: Buffer,
  rounds: number,
  mostSalt = 16,
): string {
  const salted = salt.subarray(0, mostSalt);
  // 4 to 8
  const b = digestOf(algorithm, password, salted, password);
  // 1 to 3 and 9 to 12
  const parts: Buffer[] = [password, salted, stretch(b, password.length)];
  for (let bits = password.length; bits > 0; bits >>>= 1) parts.push(bits & 1 ? b : password);
  const a = digestOf(algorithm, ...parts);
  // 13 to 16
  const p = stretch(repeated(algorithm, password, password.length), password.length);
  // 17 to 20
  const s = stretch(repeated(algorithm, salted, 16 + a.readUInt8(0)), salted.length);
  // 21
  return encode64InOrder(mixRounds(algorithm, a, p, s, rounds), ORDERS[algorithm]);
}

function repeated(algorithm: string, bytes: Buffer, times: number): Buffer {
  const digest = createHash(algorithm);
  for (let time = 0; time < times; time++) digest.update(bytes);
  return digest.digest();
}

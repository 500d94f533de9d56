import { desCbcLast } from "./crypt/des.js";
import { defineFormat, type PasswordFormat } from "./format.js";
import { textOf } from "./text.js";

/**
 * MySQL's first hash: two sums of 31 bits.
 * @see `hash_password` of MySQL 3.23
 */
function mysql323(password: Buffer): Buffer {
  let one = 1345345333;
  let other = 0x12345671;
  let add = 7;
  for (const byte of password) {
    // Spaces and tabs do not count.
    if (byte === 32 || byte === 9) continue;
    one ^= (Math.imul((one & 63) + add, byte) + (one << 8)) | 0;
    other = (other + ((other << 8) ^ one)) | 0;
    add += byte;
  }
  const digest = Buffer.alloc(8);
  digest.writeUInt32BE((one & 0x7fffffff) >>> 0, 0);
  digest.writeUInt32BE((other & 0x7fffffff) >>> 0, 4);
  return digest;
}

const FIRST_KEY = Buffer.from("0123456789abcdef", "hex");

/**
 * Oracle's hash up to 10g: name and password, in upper case and two bytes a character, through DES-CBC; the last block is the key
 * for doing so again, and the last block of that is the hash.
 * @see B. Baldwin, "Details of Oracle's password hash", comp.databases.oracle, 1993
 */
function oracle10(password: Buffer, user: string): Buffer | null {
  const text = textOf(password);
  if (text === null) return null;
  const wide = Buffer.from((user + text).toUpperCase(), "utf16le").swap16();
  const padded = Buffer.alloc(Math.ceil(wide.length / 8) * 8);
  wide.copy(padded);
  return desCbcLast(padded, desCbcLast(padded, FIRST_KEY));
}

export const OLD_DATABASE_FORMATS: readonly PasswordFormat[] = [
  defineFormat<Buffer>({
    name: "mysql323",
    title: "MySQL before 4.1: two sums of 31 bits",
    sources: ["mysql", "mariadb", "passlib"],
    shape: /^[0-7][0-9a-fA-F]{7}[0-7][0-9a-fA-F]{7}$/,
    strength: "broken",
    flags: ["unsalted", "drops-characters"],
    parse: (hash) => Buffer.from(hash, "hex"),
    compare: { expected: (expected) => expected, digest: mysql323, bare: () => "0".repeat(16) },
  }),
  defineFormat<Buffer>({
    name: "oracle10",
    title: "Oracle up to 10g: DES, upper case, the user's name as salt",
    sources: ["oracle", "passlib"],
    shape: /^[0-9a-fA-F]{16}$/,
    needs: ["user"],
    strength: "broken",
    flags: ["folds-case"],
    parse: (hash) => Buffer.from(hash, "hex"),
    compare: {
      expected: (expected) => expected,
      digest: (password, _, { user = "" }) => oracle10(password, user),
      bare: () => "0".repeat(16),
    },
  }),
];

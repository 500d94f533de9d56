import { BCRYPT } from "./bcrypt.js";
import { digestOf, hmacOf, shown } from "./digests.js";
import { readAny64, readHex } from "./encodings.js";
import { defineFormat, type PasswordFormat } from "./format.js";
import { layeredFormat } from "./layered.js";
import { pbkdf2Format, pbkdf2Hash } from "./pbkdf2.js";
import { expectedBytes } from "./simple.js";
import { utf16 } from "./text.js";

const PEPPERED = /^(\$2[aby]?\$\d\d\$[./A-Za-z0-9]{53})\$(.{1,256})$/;
const HMAC = /^hmac_sha256_utf16_b64\$([A-Za-z0-9+/_-]{43}=?)\$([^$]{1,684})$/;
const PBKDF2_SHA1 = /^pbkdf2_sha1\$([1-9]\d{0,9})\$([^$\s]{1,1024})\$([0-9a-fA-F]{32,1024})(?:\$(\d{1,4}))?$/;
const PBKDF2_SHA512 = /^pbkdf2_sha512\$([1-9]\d{0,9})\$([^$\s]{1,1024})\$([0-9a-fA-F]{32,1024})$/;

interface Salted {
  readonly salt: string;
  readonly expected: Buffer;
}

/** `hex$salt`: whether the salt stands before or after the password, the text does not say, and Clerk does not either. */
function salted(name: string, alias: string, digest: "md5" | "sha256"): PasswordFormat {
  const digits = digest === "md5" ? 32 : 64;
  const shape = new RegExp(`^([0-9a-fA-F]{${digits}})\\$([^$]{1,256})$`);
  return defineFormat<Salted>({
    name,
    aliases: [alias],
    title: `${shown(digest)} of password and salt, or of salt and password, as digest$salt`,
    sources: ["clerk"],
    shape,
    strength: "weak",
    parse(hash) {
      const [, expected = "", salt = ""] = shape.exec(hash) ?? [];
      return { salt, expected: expectedBytes(name, readHex(expected)) };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => [digestOf(digest, password, salt), digestOf(digest, salt, password)],
      bare: ({ salt }) => `${"0".repeat(digits)}$${salt}`,
    },
  });
}

/** The salt is hexadecimal where it can be, and otherwise itself. */
const hexOrText = (salt: string) => readHex(salt) ?? Buffer.from(salt);

/** What Clerk's `password_hasher` takes that no other system has in the same form. */
export const CLERK_FORMATS: readonly PasswordFormat[] = [
  layeredFormat({
    name: "clerk_bcrypt_peppered",
    aliases: ["bcrypt_peppered"],
    title: "bcrypt over password and pepper, the pepper behind the hash",
    sources: ["clerk"],
    shape: PEPPERED,
    strength: "strong",
    flags: ["truncates"],
    inner: [BCRYPT],
    unwrap: (hash) => PEPPERED.exec(hash)?.[1] ?? "",
    before: (password, _, hash) => [Buffer.concat([password, Buffer.from(PEPPERED.exec(hash)?.[2] ?? "")])],
  }),
  defineFormat<{ readonly key: Buffer; readonly expected: Buffer }>({
    name: "hmac_sha256_utf16_b64",
    title: "HMAC-SHA256 of the password in UTF-16",
    sources: ["clerk"],
    shape: HMAC,
    strength: "weak",
    parse(hash) {
      const [, digest = "", key = ""] = HMAC.exec(hash) ?? [];
      const expected = expectedBytes("hmac_sha256_utf16_b64", readAny64(digest), 32);
      return { key: readAny64(key) ?? Buffer.from(key), expected };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest(password, { key }) {
        const text = utf16(password);
        return text === null ? null : hmacOf("sha256", key, text);
      },
      bare: ({ key }) =>
        `hmac_sha256_utf16_b64$${Buffer.alloc(32).toString("base64")}$${key.toString("base64")}`,
    },
  }),
  pbkdf2Format({
    name: "clerk_pbkdf2_sha1",
    title: "PBKDF2 with HMAC-SHA1, of Clerk: salt and digest in hexadecimal",
    sources: ["clerk"],
    shape: PBKDF2_SHA1,
    longest: 2300,
    parse(hash) {
      const [, rounds, salt = "", expected = "", length] = PBKDF2_SHA1.exec(hash) ?? [];
      const bytes = expectedBytes(
        "clerk_pbkdf2_sha1",
        readHex(expected),
        length === undefined ? undefined : Number(length),
      );
      return pbkdf2Hash("clerk_pbkdf2_sha1", {
        digest: "sha1",
        salt: hexOrText(salt),
        rounds: Number(rounds),
        expected: bytes,
      });
    },
  }),
  pbkdf2Format({
    name: "clerk_pbkdf2_sha512",
    title: "PBKDF2 with HMAC-SHA512, of Clerk: digest in hexadecimal, the salt as text",
    sources: ["clerk"],
    shape: PBKDF2_SHA512,
    longest: 2300,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = PBKDF2_SHA512.exec(hash) ?? [];
      return pbkdf2Hash("clerk_pbkdf2_sha512", {
        digest: "sha512",
        salt: Buffer.from(salt),
        rounds: Number(rounds),
        expected: readHex(expected),
      });
    },
  }),
  pbkdf2Format({
    name: "clerk_pbkdf2_sha512_hex",
    aliases: ["pbkdf2_sha512_hex"],
    title: "PBKDF2 with HMAC-SHA512, of Clerk: salt and digest in hexadecimal",
    sources: ["clerk-hex"],
    shape: PBKDF2_SHA512,
    longest: 2300,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = PBKDF2_SHA512.exec(hash) ?? [];
      return pbkdf2Hash("clerk_pbkdf2_sha512_hex", {
        digest: "sha512",
        salt: readHex(salt),
        rounds: Number(rounds),
        expected: readHex(expected),
      });
    },
  }),
  salted("clerk_md5_salted", "md5_salted", "md5"),
  salted("clerk_sha256_salted", "sha256_salted", "sha256"),
];

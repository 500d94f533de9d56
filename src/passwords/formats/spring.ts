import { ARGON2 } from "./argon2.js";
import { BCRYPT } from "./bcrypt.js";
import { md4 } from "./crypt/md4.js";
import { digestOf, shown } from "./digests.js";
import { readBase64, readHex } from "./encodings.js";
import { defineFormat, type PasswordFormat } from "./format.js";
import { layeredFormat } from "./layered.js";
import { LDAP_FORMATS } from "./ldap.js";
import { pbkdf2Format, pbkdf2Hash } from "./pbkdf2.js";
import { scryptFormat, scryptHash } from "./scrypt.js";
import { expectedBytes } from "./simple.js";

const SOURCES = ["spring-security"];

/** Drops the id in braces that the delegating encoder puts first. */
const afterId = (hash: string) => hash.slice(hash.indexOf("}") + 1);

/** `{pbkdf2}hex(salt ‖ key)`: the application's secret, mostly empty, belongs to the salt. */
function pbkdf2(
  name: string,
  id: string,
  digest: "sha1" | "sha256",
  rounds: number,
  saltBytes: number,
): PasswordFormat {
  return pbkdf2Format({
    name,
    best: "fair",
    title: `PBKDF2 with HMAC-${shown(digest)}, ${rounds.toLocaleString("en")} rounds, of Spring Security`,
    sources: SOURCES,
    shape: new RegExp(`^\\{${id}\\}[0-9a-f]{${2 * (saltBytes + 32)}}$`),
    parse(hash) {
      const bytes = expectedBytes(name, readHex(afterId(hash)));
      return pbkdf2Hash(name, {
        digest,
        salt: bytes.subarray(0, saltBytes),
        rounds,
        expected: bytes.subarray(saltBytes),
      });
    },
  });
}

function scrypt(name: string, id: string): PasswordFormat {
  const shape = new RegExp(
    `^\\{${id}\\}\\$([0-9a-f]{5,8})\\$([A-Za-z0-9+/]{4,344}={0,2})\\$([A-Za-z0-9+/]{22,344}={0,2})$`,
  );
  return scryptFormat({
    name,
    title: "scrypt of Spring Security",
    sources: SOURCES,
    shape,
    parse(hash) {
      const [, parameters = "", salt = "", expected = ""] = shape.exec(hash) ?? [];
      const packed = Number.parseInt(parameters, 16);
      return scryptHash(name, {
        logN: Math.floor(packed / 65536),
        r: (packed >>> 8) & 255,
        p: packed & 255,
        salt: readBase64(salt),
        expected: readBase64(expected),
      });
    },
  });
}

/** `{SHA-256}{salt}hex`: the digest of `password{salt}`, or of the password where there is no salt. */
function messageDigest(
  name: string,
  id: string,
  bytes: number,
  digest: (text: Buffer) => Buffer,
): PasswordFormat {
  // {MD5} without a salt is what LDAP's relatives write too, and `ldap_hex_md5` reads it.
  const salt = `(\\{[^{}]{0,256}\\})${id === "MD5" ? "" : "?"}`;
  const shape = new RegExp(`^\\{${id}\\}${salt}([0-9a-f]{${2 * bytes}})$`);
  return defineFormat<{ readonly salt: string; readonly expected: Buffer }>({
    name,
    title: `${id} of password and salt, of Spring Security`,
    sources: SOURCES,
    shape,
    // With an empty salt it is what others store in the same braces.
    strength: { best: "weak", of: ({ salt }) => (salt === "" ? "broken" : "weak") },
    parse(hash) {
      const [, salt = "", expected = ""] = shape.exec(hash) ?? [];
      return { salt, expected: expectedBytes(name, readHex(expected)) };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => digest(Buffer.concat([password, Buffer.from(salt)])),
      bare: ({ salt }) => `{${id}}${salt}${"0".repeat(2 * bytes)}`,
    },
  });
}

const STANDARD = /^\{sha256\}([0-9a-f]{16})([0-9a-f]{64})$/;

function inBraces(name: string, title: string, id: string, inner: readonly PasswordFormat[]): PasswordFormat {
  return layeredFormat({
    name,
    title,
    sources: SOURCES,
    shape: new RegExp(`^\\{${id}\\}[^\\s]{20,1024}$`),
    longest: 1100,
    strength: "strong",
    inner,
    unwrap: afterId,
  });
}

export const SPRING_FORMATS: readonly PasswordFormat[] = [
  inBraces("spring_bcrypt", "bcrypt of Spring Security", "bcrypt", [BCRYPT]),
  inBraces("spring_argon2", "Argon2 of Spring Security", "argon2(?:@SpringSecurity_v5_8)?", [ARGON2]),
  inBraces("spring_ldap", "LDAP's digests in Spring Security", "ldap", LDAP_FORMATS),
  pbkdf2("spring_pbkdf2_5_5", "pbkdf2", "sha1", 185_000, 8),
  pbkdf2("spring_pbkdf2_5_8", "pbkdf2@SpringSecurity_v5_8", "sha256", 310_000, 16),
  scrypt("spring_scrypt", "scrypt"),
  scrypt("spring_scrypt_5_8", "scrypt@SpringSecurity_v5_8"),
  defineFormat<{ readonly salt: Buffer; readonly expected: Buffer }>({
    name: "spring_sha256",
    title: "SHA-256, 1,024 times, of Spring Security's StandardPasswordEncoder",
    sources: SOURCES,
    shape: STANDARD,
    accepts: ["pepper"],
    strength: "weak",
    parse(hash) {
      const [, salt = "", expected = ""] = STANDARD.exec(hash) ?? [];
      return { salt: Buffer.from(salt, "hex"), expected: Buffer.from(expected, "hex") };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest(password, { salt }, { pepper = "" }) {
        let digest = digestOf("sha256", salt, pepper, password);
        for (let round = 1; round < 1024; round++) digest = digestOf("sha256", digest);
        return digest;
      },
      bare: ({ salt }) => `{sha256}${salt.toString("hex")}${"0".repeat(64)}`,
    },
  }),
  messageDigest("spring_md4", "MD4", 16, md4),
  messageDigest("spring_md5", "MD5", 16, (text) => digestOf("md5", text)),
  messageDigest("spring_sha_1", "SHA-1", 20, (text) => digestOf("sha1", text)),
  messageDigest("spring_sha_256", "SHA-256", 32, (text) => digestOf("sha256", text)),
];

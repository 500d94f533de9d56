import { ARGON2 } from "./argon2.js";
import { DIGEST_BYTES, type DigestName, digestOf, shown } from "./digests.js";
import { readBase64, readHex } from "./encodings.js";
import { defineFormat, type PasswordFormat } from "./format.js";
import { layeredFormat } from "./layered.js";
import { pbkdf2Format, pbkdf2Hash } from "./pbkdf2.js";
import { logOf, scryptFormat, scryptHash } from "./scrypt.js";
import { expectedBytes, hexFormat } from "./simple.js";

/** Three systems store this shape: Django's digest is base64, Piccolo's is hexadecimal, Clerk's salt is base64 too. */
export const PBKDF2_SHA256_SHAPE =
  /^pbkdf2_sha256\$([1-9]\d{0,9})\$([^$\s]{1,256})\$([A-Za-z0-9+/]{42,64}={0,2})$/;
const PBKDF2_SHA1 = /^pbkdf2_sha1\$([1-9]\d{0,9})\$([^$\s]{1,256})\$([A-Za-z0-9+/]{27}=)$/;
const SCRYPT =
  /^scrypt\$([1-9]\d{0,8})\$([^$\s]{1,256})\$([1-9]\d{0,3})\$([1-9]\d{0,3})\$([A-Za-z0-9+/]{86}==)$/;

function pbkdf2(name: string, digest: DigestName, shape: RegExp, aliases: readonly string[]): PasswordFormat {
  return pbkdf2Format({
    name,
    aliases,
    title: `PBKDF2 with HMAC-${shown(digest)}, of Django`,
    sources: ["django", "djmongoauth", "passlib", ...(digest === "sha256" ? ["clerk-django"] : [])],
    shape,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = shape.exec(hash) ?? [];
      return pbkdf2Hash(name, {
        digest,
        salt: Buffer.from(salt),
        rounds: Number(rounds),
        expected: expectedBytes(name, readBase64(expected), DIGEST_BYTES[digest]),
      });
    },
  });
}

/** `sha1$salt$hex` and `md5$salt$hex`: the digest of salt and password. Old Werkzeug stores another in this shape. */
function salted(digest: "md5" | "sha1"): PasswordFormat {
  const name = `django_salted_${digest}`;
  const bytes = DIGEST_BYTES[digest];
  const shape = new RegExp(`^${digest}\\$([^$\\s]{1,256})\\$([0-9a-f]{${2 * bytes}})$`);
  return defineFormat<{ readonly salt: string; readonly expected: Buffer }>({
    name,
    aliases: [`django_${digest}`],
    title: `${shown(digest)} of salt and password, of Django`,
    sources: ["django", "djmongoauth", "passlib"],
    shape,
    strength: "weak",
    parse(hash) {
      const [, salt = "", expected = ""] = shape.exec(hash) ?? [];
      return { salt, expected: expectedBytes(name, readHex(expected)) };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => digestOf(digest, salt, password),
      bare: ({ salt }) => `${digest}$${salt}$${"0".repeat(2 * bytes)}`,
    },
  });
}

const IN_DJANGO = /^argon2\$(argon2(?:id|i|d)\$[^\s]{20,400})$/;

export const DJANGO_FORMATS: readonly PasswordFormat[] = [
  pbkdf2("django_pbkdf2_sha256", "sha256", PBKDF2_SHA256_SHAPE, [
    "djmongoauth_pbkdf2_sha256",
    "pbkdf2_sha256_django",
  ]),
  pbkdf2("django_pbkdf2_sha1", "sha1", PBKDF2_SHA1, []),
  layeredFormat({
    name: "django_argon2",
    title: "Argon2 of Django",
    sources: ["django", "djmongoauth", "passlib"],
    shape: IN_DJANGO,
    strength: "strong",
    inner: [ARGON2],
    unwrap: (hash) => `$${IN_DJANGO.exec(hash)?.[1] ?? ""}`,
  }),
  scryptFormat({
    name: "django_scrypt",
    title: "scrypt of Django",
    sources: ["django"],
    shape: SCRYPT,
    parse(hash) {
      const [, n, salt = "", r, p, expected = ""] = SCRYPT.exec(hash) ?? [];
      return scryptHash("django_scrypt", {
        logN: logOf("django_scrypt", Number(n)),
        r: Number(r),
        p: Number(p),
        salt: Buffer.from(salt),
        expected: readBase64(expected),
      });
    },
  }),
  salted("sha1"),
  salted("md5"),
  hexFormat(
    "django_unsalted_sha1",
    "SHA-1 of the password, of Django",
    { sources: ["django", "djmongoauth"], prefix: "sha1$$", bytes: 20 },
    (password) => digestOf("sha1", password),
  ),
  hexFormat(
    "django_unsalted_md5",
    "MD5 of the password, of Django",
    { sources: ["django", "djmongoauth"], bytes: 16 },
    (password) => digestOf("md5", password),
  ),
  hexFormat(
    "django_unsalted_md5_marked",
    "MD5 of the password, of Django, after `md5$$`",
    { sources: ["django", "djmongoauth"], prefix: "md5$$", bytes: 16 },
    (password) => digestOf("md5", password),
  ),
];

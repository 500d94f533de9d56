import { BCRYPT } from "./bcrypt.js";
import { encode64, valueOf64 } from "./crypt/crypt64.js";
import { isTooLong, roundsCap } from "./crypt/work.js";
import { digestOf, hmacOf } from "./digests.js";
import { readBase64 } from "./encodings.js";
import { textFields } from "./fields.js";
import { defineFormat, type PasswordFormat, within } from "./format.js";
import { layeredFormat } from "./layered.js";
import { pbkdf2Format, pbkdf2Hash } from "./pbkdf2.js";
import { PHPASS, phpassLoop } from "./phpass.js";
import { expectedBytes } from "./simple.js";
import { slashed, trimmed } from "./text.js";

interface PhpassHash {
  readonly log: number;
  readonly salt: string;
  readonly expected: Buffer;
}

const MOST_LOG = 22;

const DRUPAL = /^(U?)\$S\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{43})$/;

/** Drupal 7 keeps 55 characters of all that it writes, 43 of them of the digest. */
function drupal(name: string, title: string, upgraded: boolean): PasswordFormat {
  return defineFormat<PhpassHash>({
    name,
    title,
    sources: ["drupal", "passwap"],
    shape: new RegExp(DRUPAL.source.replace("(U?)", upgraded ? "(U)" : "()")),
    strength: { best: "fair", of: ({ log }) => (log >= 15 ? "fair" : "weak") },
    caps: roundsCap(2 ** MOST_LOG),
    parse(hash) {
      const [, , log = "", salt = "", digest = ""] = DRUPAL.exec(hash) ?? [];
      return {
        log: within(name, "log2(rounds)", valueOf64(log, 0), 7, MOST_LOG),
        salt,
        expected: Buffer.from(digest),
      };
    },
    parameters: ({ log }) => ({ digest: "sha512", rounds: 2 ** log }),
    compare: {
      expected: ({ expected }) => expected,
      digest(password, { log, salt }) {
        if (isTooLong(password, 2 ** log, 2 ** MOST_LOG)) return null;
        const text = upgraded ? Buffer.from(digestOf("md5", password).toString("hex")) : password;
        return Buffer.from(encode64(phpassLoop("sha512", text, Buffer.from(salt), 2 ** log)).slice(0, 43));
      },
    },
  });
}

/** A form that WordPress took: trimmed, as the login form sends it; or with the slashes that its own forms add. */
function wordPressForms(password: Buffer): Buffer[] {
  const plain = trimmed(password);
  const withSlashes = slashed(plain);
  return withSlashes.equals(plain) ? [plain] : [plain, withSlashes];
}

const WP = /^\$wp(\$2y\$.{56})$/;
const WP_KEY = "wp-sha384";

/** bcrypt counts 72 bytes only, so WordPress 6.8 lays a digest of the password in. */
function wordPressDigest(password: Buffer): Buffer {
  return Buffer.from(hmacOf("sha384", WP_KEY, password).toString("base64"));
}

const HEX_MD5 = /^[0-9a-f]{32}$/;

const WORDPRESS_FORMATS: readonly PasswordFormat[] = [
  layeredFormat({
    name: "wordpress_68",
    title: "bcrypt over HMAC-SHA384 of the trimmed password, of WordPress 6.8 and later",
    sources: ["wordpress"],
    shape: WP,
    strength: "strong",
    flags: ["drops-characters"],
    inner: [BCRYPT],
    unwrap: (hash) => WP.exec(hash)?.[1] ?? "",
    before: (password) => wordPressForms(password).map(wordPressDigest),
  }),
  layeredFormat({
    name: "wordpress_phpass",
    title: "phpass or bcrypt over the trimmed password, of WordPress",
    sources: ["wordpress"],
    shape: /^\$(?:P|H|2[aby])\$[./0-9A-Za-z$]{31,56}$/,
    detectable: false,
    strength: "strong",
    flags: ["drops-characters", "truncates"],
    inner: [PHPASS, BCRYPT],
    unwrap: (hash) => hash,
    before: wordPressForms,
  }),
  defineFormat<Buffer>({
    name: "wordpress_md5",
    title: "MD5 of the trimmed password, of WordPress before 2.5",
    sources: ["wordpress"],
    shape: HEX_MD5,
    detectable: false,
    strength: "broken",
    flags: ["unsalted", "drops-characters"],
    parse: (hash) => Buffer.from(hash, "hex"),
    compare: {
      expected: (expected) => expected,
      digest: (password) => wordPressForms(password).map((form) => digestOf("md5", form)),
      bare: () => "0".repeat(32),
    },
  }),
];

const SYMFONY_ROUNDS = 5000;

/** Symfony's MessageDigestPasswordHasher: `password{salt}`, hashed, then that and the same again. */
function symfonyDigest(password: Buffer, salt: string): Buffer {
  const salted = salt === "" ? password : Buffer.concat([password, Buffer.from(`{${salt}}`)]);
  let digest = digestOf("sha512", salted);
  for (let round = 1; round < SYMFONY_ROUNDS; round++) digest = digestOf("sha512", digest, salted);
  return digest;
}

interface SaltedBytes {
  readonly salt: string;
  readonly expected: Buffer;
}

const CLERK_SYMFONY = /^([A-Za-z0-9+/]{86}==)\$([^$\s]{1,256})$/;

export const PHP_FORMATS: readonly PasswordFormat[] = [
  ...WORDPRESS_FORMATS,
  drupal("drupal7", "phpass with SHA-512, of Drupal 7 to 10.0", false),
  drupal("drupal7_md5_upgraded", "phpass with SHA-512 over the MD5 of Drupal 6", true),
  defineFormat<SaltedBytes>({
    name: "symfony_message_digest_sha512",
    title: "SHA-512, 5,000 times, of Symfony",
    sources: ["symfony"],
    shape: { fields: ["hash", "salt"] },
    strength: "weak",
    parse(text) {
      const { hash, salt } = textFields("symfony_message_digest_sha512", text, ["hash", "salt"]);
      return { salt, expected: expectedBytes("symfony_message_digest_sha512", readBase64(hash), 64) };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => symfonyDigest(password, salt),
      bare: ({ salt }) => JSON.stringify({ hash: Buffer.alloc(64).toString("base64"), salt }),
    },
  }),
  defineFormat<SaltedBytes>({
    name: "clerk_sha512_symfony",
    aliases: ["sha512_symfony"],
    title: "SHA-512, 5,000 times, of Symfony, as digest$salt",
    sources: ["clerk"],
    shape: CLERK_SYMFONY,
    strength: "weak",
    parse(text) {
      const [, hash = "", salt = ""] = CLERK_SYMFONY.exec(text) ?? [];
      return { salt, expected: expectedBytes("clerk_sha512_symfony", readBase64(hash), 64) };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => symfonyDigest(password, salt),
      bare: ({ salt }) => `${Buffer.alloc(64).toString("base64")}$${salt}`,
    },
  }),
  pbkdf2Format({
    name: "symfony_pbkdf2",
    best: "weak",
    title: "PBKDF2 with HMAC-SHA512, 1,000 rounds, of Symfony",
    sources: ["symfony-pbkdf2"],
    shape: { fields: ["hash", "salt"] },
    detectable: false,
    parse(text) {
      const { hash, salt } = textFields("symfony_pbkdf2", text, ["hash", "salt"]);
      return pbkdf2Hash("symfony_pbkdf2", {
        digest: "sha512",
        salt: Buffer.from(salt),
        rounds: 1000,
        expected: readBase64(hash),
      });
    },
  }),
];

import { md5Crypt } from "./crypt/md5-crypt.js";
import { type ShaCryptAlgorithm, shaCrypt } from "./crypt/sha-crypt.js";
import { sha1Crypt } from "./crypt/sha1-crypt.js";
import { sunMd5Crypt } from "./crypt/sun-md5-crypt.js";
import { holdsNul, isTooLong, roundsCap, textDigest } from "./crypt/work.js";
import { defineFormat, type PasswordFormat, within } from "./format.js";

interface CryptHash {
  /** What stands before the digest, as it stands there. */
  readonly setting: string;
  readonly salt: string;
  readonly rounds: number;
  readonly digest: string;
}

/** What crypt(5) allows in a salt: printable, no `$` and no colon. */
const SALT = "[!-#%-9;-~]";
/** 128 bits. */
const MD5_DIGEST = "[./0-9A-Za-z]{21}[./01]";

function md5Format(
  name: string,
  title: string,
  magic: "$1$" | "$apr1$",
  sources: readonly string[],
): PasswordFormat {
  const shape = new RegExp(`^(${magic.replaceAll("$", "\\$")}(${SALT}{0,8})\\$)(${MD5_DIGEST})$`);
  return defineFormat<CryptHash>({
    name,
    title,
    sources,
    shape,
    strength: "weak",
    parse(hash) {
      const [, setting = "", salt = "", digest = ""] = shape.exec(hash) ?? [];
      return { setting, salt, rounds: 1000, digest };
    },
    compare: {
      expected: ({ digest }) => textDigest(digest),
      digest: (password, { salt }) =>
        holdsNul(password) ? null : textDigest(md5Crypt(password, salt, magic)),
      bare: ({ setting }) => `${setting}${".".repeat(22)}`,
    },
  });
}

const SHA_ROUNDS = { least: 1000, usual: 5000, most: 3_000_000 };

function shaFormat(name: string, title: string, algorithm: ShaCryptAlgorithm): PasswordFormat {
  const [magic, digest] =
    algorithm === "sha256" ? ["5", "[./0-9A-Za-z]{42}[./0-9A-D]"] : ["6", "[./0-9A-Za-z]{85}[./01]"];
  const shape = new RegExp(`^(\\$${magic}\\$(?:rounds=([1-9]\\d{0,8})\\$)?(${SALT}{0,16})\\$)(${digest})$`);
  return defineFormat<CryptHash>({
    name,
    title,
    sources: ["shadow", "libxcrypt", "openldap", "htpasswd", "passlib", "kratos", "passwap", "janssen"],
    shape,
    strength: { best: "strong", of: ({ rounds }) => (rounds >= 500_000 ? "strong" : "fair") },
    caps: roundsCap(SHA_ROUNDS.most),
    parse(hash) {
      const [, setting = "", rounds, salt = "", text = ""] = shape.exec(hash) ?? [];
      // The specification counts fewer rounds than the least as the least.
      const asked = rounds === undefined ? SHA_ROUNDS.usual : Math.max(Number(rounds), SHA_ROUNDS.least);
      return {
        setting,
        salt,
        rounds: within(name, "rounds", asked, SHA_ROUNDS.least, SHA_ROUNDS.most),
        digest: text,
      };
    },
    parameters: ({ rounds }) => ({ rounds }),
    compare: {
      expected: (parsed) => textDigest(parsed.digest),
      digest(password, { salt, rounds }) {
        if (holdsNul(password) || isTooLong(password, rounds, SHA_ROUNDS.most)) return null;
        return textDigest(shaCrypt(algorithm, password, Buffer.from(salt), rounds));
      },
    },
  });
}

const SHA1 = /^(\$sha1\$(0|[1-9]\d{0,9})\$([!-#%-9;-~]{0,64})\$)([./0-9A-Za-z]{28})$/;
const MOST_SHA1_ROUNDS = 3_000_000;
const sha1Strength = ({ rounds }: CryptHash) => (rounds >= 10_000 ? "fair" : "weak");

const SUN = /^(\$md5(?:,rounds=(0|[1-9]\d{0,9}))?\$[!-#%-9;-~]{0,64})(\${1,2})([./0-9A-Za-z]{21}[./01])$/;
const MOST_SUN_ROUNDS = 1_000_000;

export const DIGEST_CRYPT_FORMATS: readonly PasswordFormat[] = [
  md5Format("md5_crypt", "MD5-crypt of FreeBSD", "$1$", [
    "shadow",
    "libxcrypt",
    "openldap",
    "cisco",
    "passlib",
    "php",
    "kratos",
    "passwap",
    "janssen",
  ]),
  md5Format("apr_md5_crypt", "MD5-crypt of Apache", "$apr1$", ["htpasswd", "passlib"]),
  shaFormat("sha256_crypt", "SHA-crypt with SHA-256", "sha256"),
  shaFormat("sha512_crypt", "SHA-crypt with SHA-512", "sha512"),
  defineFormat<CryptHash>({
    name: "sha1_crypt",
    title: "NetBSD's chain of HMAC-SHA1",
    sources: ["shadow", "libxcrypt", "netbsd", "passlib"],
    shape: SHA1,
    strength: { best: "fair", of: sha1Strength },
    caps: `${MOST_SHA1_ROUNDS.toLocaleString("en")} rounds`,
    parse(hash) {
      const [, setting = "", rounds, salt = "", digest = ""] = SHA1.exec(hash) ?? [];
      return {
        setting,
        salt,
        rounds: within("sha1_crypt", "rounds", Number(rounds), 1, MOST_SHA1_ROUNDS),
        digest,
      };
    },
    parameters: ({ rounds }) => ({ rounds }),
    compare: {
      expected: ({ digest }) => textDigest(digest),
      digest: (password, { salt, rounds }) =>
        holdsNul(password) ? null : textDigest(sha1Crypt(password, salt, rounds)),
      bare: (hash) => (sha1Strength(hash) === "fair" ? null : hash.setting + ".".repeat(28)),
    },
  }),
  defineFormat<CryptHash>({
    name: "sun_md5_crypt",
    aliases: ["sunmd5"],
    title: "Sun's MD5 crypt, with Hamlet",
    sources: ["shadow", "libxcrypt", "solaris", "passlib"],
    shape: SUN,
    strength: "fair",
    caps: `${MOST_SUN_ROUNDS.toLocaleString("en")} rounds on top of 4,096`,
    parse(hash) {
      const [, salted = "", rounds = "0", dollars = "", digest = ""] = SUN.exec(hash) ?? [];
      // Where two `$` stand before the digest, the first one belongs to what is hashed.
      return {
        setting: salted + dollars.slice(1),
        salt: "",
        rounds: within("sun_md5_crypt", "rounds", Number(rounds), 0, MOST_SUN_ROUNDS),
        digest,
      };
    },
    parameters: ({ rounds }) => ({ rounds }),
    compare: {
      expected: ({ digest }) => textDigest(digest),
      digest: (password, { setting, rounds }) =>
        holdsNul(password) ? null : textDigest(sunMd5Crypt(password, setting, rounds)),
    },
  }),
];

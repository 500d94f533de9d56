import type { ImportedPassword } from "../source.js";

/**
 * What the systems store, told apart by their own marks. Each pattern is anchored, without nested repetition, and wants
 * the whole form: a text that only begins like a hash is none. Names are those of the registry of formats.
 */
type Rule = readonly [shape: RegExp, scheme: string];

/** Longer than any hash that people import; what is longer is not even looked at. */
const LONGEST = 4096;

function schemeBy(rules: readonly Rule[], text: string): string | null {
  if (text.length > LONGEST) return null;
  return rules.find(([shape]) => shape.test(text))?.[1] ?? null;
}

export const BCRYPT = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/;
export const ARGON2 =
  /^\$argon2(?:i|d|id)\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+(?:,keyid=[^,$]*)?(?:,data=[^,$]*)?\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;

/** crypt(3), as libxcrypt and its forebears write it. */
const CRYPT: readonly Rule[] = [
  [/^\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}$/, "yescrypt"],
  [/^\$gy\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}$/, "gost_yescrypt"],
  [/^\$7\$[./A-Za-z0-9]{11}[^$]{0,86}\$[./A-Za-z0-9]{43}$/, "xcrypt_scrypt_7"],
  [BCRYPT, "bcrypt"],
  [/^\$6\$(?:rounds=\d+\$)?[^$:\n]{0,16}\$[./A-Za-z0-9]{86}$/, "sha512_crypt"],
  [/^\$5\$(?:rounds=\d+\$)?[^$:\n]{0,16}\$[./A-Za-z0-9]{43}$/, "sha256_crypt"],
  [/^\$md5(?:,rounds=\d+)?\$[./A-Za-z0-9]{0,64}\${1,2}[./A-Za-z0-9]{22}$/, "sunmd5"],
  [/^\$sha1\$\d+\$[./A-Za-z0-9]{0,64}\$[./A-Za-z0-9]{28}$/, "sha1_crypt"],
  [/^\$1\$[^$:\n]{0,8}\$[./A-Za-z0-9]{22}$/, "md5_crypt"],
  [/^\$3\$\$[0-9a-f]{32}$/, "nt"],
  [ARGON2, "argon2"],
  [/^_[./A-Za-z0-9]{19}$/, "bsdi_crypt"],
  [/^[./A-Za-z0-9]{13}$/, "des_crypt"],
  [/^[./A-Za-z0-9]{2}(?:[./A-Za-z0-9]{11}){2,}$/, "bigcrypt"],
];

export function cryptScheme(text: string): string | null {
  return schemeBy(CRYPT, text);
}

const DJANGO: readonly Rule[] = [
  [/^pbkdf2_sha256\$\d+\$[^$]+\$[A-Za-z0-9+/]{43}=$/, "django_pbkdf2_sha256"],
  [/^pbkdf2_sha1\$\d+\$[^$]+\$[A-Za-z0-9+/]{27}=$/, "django_pbkdf2_sha1"],
  [/^argon2\$argon2(?:i|d|id)\$[^$]+\$[^$]+\$[^$]+(?:\$[^$]+)?$/, "django_argon2"],
  [/^bcrypt_sha256\$\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, "django_bcrypt_sha256"],
  [/^bcrypt\$\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, "django_bcrypt"],
  [/^scrypt\$\d+\$[^$]+\$\d+\$\d+\$[A-Za-z0-9+/]{86}==$/, "django_scrypt"],
  [/^sha1\$\$[0-9a-f]{40}$/, "django_unsalted_sha1"],
  [/^sha1\$[^$]+\$[0-9a-f]{40}$/, "django_sha1"],
  [/^[0-9a-f]{32}$/, "django_unsalted_md5"],
  [/^md5\$\$[0-9a-f]{32}$/, "django_unsalted_md5_marked"],
  [/^md5\$[^$]+\$[0-9a-f]{32}$/, "django_md5"],
  [/^crypt\$[./A-Za-z0-9]{0,2}\$[./A-Za-z0-9]{13}$/, "django_crypt"],
];

/** A password as `django.contrib.auth` encodes it; none where it is set unusable. */
export function djangoPasswords(encoded: string | null): readonly ImportedPassword[] {
  if (encoded === null || encoded === "" || encoded.startsWith("!")) return [];
  const scheme = schemeBy(DJANGO, encoded);
  if (scheme !== null) return [{ kind: "hash", scheme, hash: encoded }];
  return [unknown(encoded, "it is none of Django's own hashes.")];
}

/** By the name in braces (RFC 2307 §5.3), in capitals. */
const LDAP: ReadonlyMap<string, string> = new Map([
  ["SHA", "ldap_sha1"],
  ["SSHA", "ldap_salted_sha1"],
  ["MD5", "ldap_md5"],
  ["SMD5", "ldap_salted_md5"],
  ["SHA224", "ldap_sha224"],
  ["SHA256", "ldap_sha256"],
  ["SHA384", "ldap_sha384"],
  ["SHA512", "ldap_sha512"],
  ["SSHA224", "ldap_salted_sha224"],
  ["SSHA256", "ldap_salted_sha256"],
  ["SSHA384", "ldap_salted_sha384"],
  ["SSHA512", "ldap_salted_sha512"],
  ["PBKDF2", "ldap_pbkdf2_sha1"],
  ["PBKDF2-SHA1", "ldap_pbkdf2_sha1"],
  ["PBKDF2-SHA256", "ldap_pbkdf2_sha256"],
  ["PBKDF2-SHA512", "ldap_pbkdf2_sha512"],
  ["ARGON2", "ldap_argon2"],
  ["APR1", "ldap_apr1"],
  ["BSDMD5", "ldap_bsdmd5"],
  ["PKCS5S2", "atlassian_pbkdf2_sha1"],
]);

const IN_CRYPT: ReadonlyMap<string, string> = new Map([
  ["des_crypt", "ldap_des_crypt"],
  ["bsdi_crypt", "ldap_bsdi_crypt"],
  ["md5_crypt", "ldap_md5_crypt"],
  ["sha1_crypt", "ldap_sha1_crypt"],
  ["bcrypt", "ldap_bcrypt"],
  ["sha256_crypt", "ldap_sha256_crypt"],
  ["sha512_crypt", "ldap_sha512_crypt"],
]);

/**
 * One value of `userPassword`: `{SCHEME}hash`, or the password itself (RFC 4519 §2.41). Null: it says that there is none, or that it
 * lies elsewhere.
 */
export function ldapPassword(value: string): ImportedPassword | null {
  const [, name, hash = ""] = /^\{([\w-]{1,32})\}([\s\S]*)$/.exec(value) ?? [];
  if (name === undefined) return value === "" ? null : { kind: "clear", text: value };
  const tag = name.toUpperCase();
  if (tag === "CLEARTEXT") return { kind: "clear", text: hash };
  if (tag === "CRYPT") {
    if (isLocked(hash)) return null;
    const inner = cryptScheme(hash);
    if (inner !== null)
      return { kind: "hash", scheme: IN_CRYPT.get(inner) ?? "ldap_crypt", hash: `{${tag}}${hash}` };
  }
  const digits = tag === "MD5" ? 32 : tag === "SHA" ? 40 : 0;
  const isHex = digits > 0 && hash.length === digits && /^[0-9a-f]+$/i.test(hash);
  const scheme = isHex ? `ldap_hex_${tag === "SHA" ? "sha1" : "md5"}` : LDAP.get(tag);
  // Names in braces are read in either case; written in capitals they are one.
  if (scheme !== undefined && hash !== "") return { kind: "hash", scheme, hash: `{${tag}}${hash}` };
  return unknown(
    value,
    tag === "SASL"
      ? "the directory asked another service for it ({SASL})."
      : `its scheme {${name}} is not known, or what follows is no hash of it.`,
  );
}

/** What crypt(3) files put where nobody shall sign in by password. */
export function isLocked(hash: string): boolean {
  return /^(?:[!*]|x$|$)/.test(hash);
}

/** A text in the place of a hash that nobody can sign in with. */
export function unknown(text: string, why: string): ImportedPassword {
  return { kind: "unknown", text, why };
}

import { DIGEST_BYTES, type DigestName, digestOf, shown } from "./digests.js";
import { readBase64, readHex } from "./encodings.js";
import { damaged, defineFormat, type PasswordFormat } from "./format.js";
import { expectedBytes } from "./simple.js";

interface Salted {
  readonly expected: Buffer;
  readonly salt: Buffer;
}

/** Strips the scheme in braces. */
const body = (hash: string) => hash.slice(hash.indexOf("}") + 1);

/** `{SHA}base64` (RFC 2307 §5.3): names in braces are read in either case. */
function unsalted(name: string, tag: string, digest: DigestName): PasswordFormat {
  const bytes = DIGEST_BYTES[digest];
  const length = Math.ceil(bytes / 3) * 4;
  const padding = length - Math.ceil((bytes * 4) / 3);
  const shape = new RegExp(`^\\{${tag}\\}[A-Za-z0-9+/]{${length - padding}}={${padding}}$`, "i");
  return defineFormat<Buffer>({
    name,
    title: `${shown(digest)} in LDAP`,
    sources: ["openldap", "passlib", "htpasswd", "janssen", "auth0"],
    shape,
    strength: "broken",
    flags: ["unsalted"],
    parse: (hash) => expectedBytes(name, readBase64(body(hash)), bytes),
    compare: {
      expected: (expected) => expected,
      digest: (password) => digestOf(digest, password),
      bare: () => `{${tag}}${Buffer.alloc(bytes).toString("base64")}`,
    },
  });
}

/** `{SSHA}base64(digest ‖ salt)`, the digest of password and salt; the salt may be of any length. */
function salted(
  name: string,
  tag: string,
  digest: DigestName,
  aliases: readonly string[] = [],
): PasswordFormat {
  const bytes = DIGEST_BYTES[digest];
  const shape = new RegExp(`^\\{${tag}\\}[A-Za-z0-9+/]{${Math.floor((bytes * 4) / 3)},450}={0,2}$`, "i");
  return defineFormat<Salted>({
    name,
    aliases,
    title: `${shown(digest)} of password and salt, in LDAP`,
    sources: ["openldap", "passlib", "janssen", "auth0", "kratos", "passwap", "clerk", "workos"],
    shape,
    strength: "weak",
    parse(hash) {
      const all = expectedBytes(name, readBase64(body(hash)));
      if (all.length <= bytes) throw damaged(name, "it has no salt");
      return { expected: all.subarray(0, bytes), salt: all.subarray(bytes) };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => digestOf(digest, password, salt),
      bare: ({ salt }) => `{${tag}}${Buffer.concat([Buffer.alloc(bytes), salt]).toString("base64")}`,
    },
  });
}

/** `{MD5}hex`, which RFC 2307 does not know and some applications write. */
function inHex(name: string, tag: string, digest: DigestName): PasswordFormat {
  const digits = 2 * DIGEST_BYTES[digest];
  return defineFormat<Buffer>({
    name,
    title: `${shown(digest)} in hexadecimal, in LDAP's braces`,
    sources: ["passlib", "spring-security"],
    shape: new RegExp(`^\\{${tag}\\}[0-9a-fA-F]{${digits}}$`),
    strength: "broken",
    flags: ["unsalted"],
    parse: (hash) => expectedBytes(name, readHex(body(hash))),
    compare: {
      expected: (expected) => expected,
      digest: (password) => digestOf(digest, password),
      bare: () => `{${tag}}${"0".repeat(digits)}`,
    },
  });
}

export const LDAP_FORMATS: readonly PasswordFormat[] = [
  unsalted("ldap_md5", "MD5", "md5"),
  unsalted("ldap_sha1", "SHA", "sha1"),
  unsalted("ldap_sha224", "SHA224", "sha224"),
  unsalted("ldap_sha256", "SHA256", "sha256"),
  unsalted("ldap_sha384", "SHA384", "sha384"),
  unsalted("ldap_sha512", "SHA512", "sha512"),
  salted("ldap_salted_md5", "SMD5", "md5"),
  salted("ldap_salted_sha1", "SSHA", "sha1", ["ldap_ssha"]),
  salted("ldap_salted_sha224", "SSHA224", "sha224"),
  salted("ldap_salted_sha256", "SSHA256", "sha256"),
  salted("ldap_salted_sha384", "SSHA384", "sha384"),
  salted("ldap_salted_sha512", "SSHA512", "sha512"),
  inHex("ldap_hex_md5", "MD5", "md5"),
  inHex("ldap_hex_sha1", "SHA", "sha1"),
];

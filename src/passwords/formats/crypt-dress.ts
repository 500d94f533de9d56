import { BCRYPT } from "./bcrypt.js";
import { CRYPT_FORMATS } from "./crypt/crypt-formats.js";
import { decode64 } from "./crypt/crypt64.js";
import { MD5_ORDER, md5Crypt } from "./crypt/md5-crypt.js";
import { readBase64 } from "./encodings.js";
import { damaged, defineFormat, type PasswordFormat } from "./format.js";
import { layeredFormat } from "./layered.js";
import { PLAIN_FORMATS } from "./plain.js";

const LOCKED = PLAIN_FORMATS.filter(({ name }) => name === "unix_disabled");

/** All that the `crypt` of a system of today reads. */
export const CRYPT_AND_BCRYPT: readonly PasswordFormat[] = [BCRYPT, ...CRYPT_FORMATS, ...LOCKED];

const DES = CRYPT_FORMATS.filter(({ name }) => name === "des_crypt");

/** Django keeps the whole of crypt's text after an empty salt; Passlib and old Django write the salt there. */
const IN_DJANGO = /^crypt\$([./0-9A-Za-z]{2})?\$([./0-9A-Za-z]{13})$/;

/** What stands in an OpenLDAP hash of MD5-crypt: the bytes of the digest, and the salt. */
interface LdapMd5 {
  readonly expected: Buffer;
  readonly salt: string;
}

/** The digest of MD5-crypt before it is written as text: the same bytes, back in their own order. */
function md5CryptBytes(password: Buffer, salt: string, magic: "$1$" | "$apr1$"): Buffer | null {
  const written = decode64(md5Crypt(password, salt, magic));
  if (written === null) return null;
  const bytes = Buffer.alloc(MD5_ORDER.length);
  MD5_ORDER.forEach((position, index) => {
    bytes.writeUInt8(written.readUInt8(index), position);
  });
  return bytes;
}

/** OpenLDAP's pw-apr1: base64 of digest and salt, where others store crypt's own text. */
function ldapMd5(name: string, tag: string, magic: "$1$" | "$apr1$"): PasswordFormat {
  return defineFormat<LdapMd5>({
    name,
    title: `MD5-crypt (${magic}) in LDAP, as base64`,
    sources: ["openldap"],
    shape: new RegExp(`^\\{${tag}\\}[A-Za-z0-9+/]{22,43}={0,2}$`, "i"),
    strength: "weak",
    parse(hash) {
      const bytes = readBase64(hash.slice(tag.length + 2));
      if (bytes === null || bytes.length <= 16 || bytes.length > 24)
        throw damaged(name, "it cannot be decoded");
      return { expected: bytes.subarray(0, 16), salt: bytes.toString("latin1", 16) };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => md5CryptBytes(password, salt, magic),
      bare: ({ salt }) =>
        `{${tag}}${Buffer.concat([Buffer.alloc(16), Buffer.from(salt, "latin1")]).toString("base64")}`,
    },
  });
}

export const CRYPT_DRESS_FORMATS: readonly PasswordFormat[] = [
  layeredFormat({
    name: "ldap_crypt",
    aliases: [
      "ldap_bcrypt",
      "ldap_bsdi_crypt",
      "ldap_des_crypt",
      "ldap_md5_crypt",
      "ldap_sha1_crypt",
      "ldap_sha256_crypt",
      "ldap_sha512_crypt",
    ],
    title: "Whatever crypt(3) reads, in LDAP",
    sources: ["openldap", "passlib", "janssen"],
    shape: /^\{CRYPT\}[^\s]{1,1000}$/i,
    longest: 1100,
    strength: "strong",
    flags: ["truncates"],
    inner: CRYPT_AND_BCRYPT,
    unwrap: (hash) => hash.slice("{CRYPT}".length),
  }),
  ldapMd5("ldap_apr1", "APR1", "$apr1$"),
  ldapMd5("ldap_bsdmd5", "BSDMD5", "$1$"),
  layeredFormat({
    name: "django_crypt",
    aliases: ["django_des_crypt"],
    title: "Traditional crypt(3) of Django",
    sources: ["django", "djmongoauth", "passlib"],
    shape: IN_DJANGO,
    strength: "broken",
    flags: ["truncates"],
    inner: DES,
    unwrap(hash) {
      const [, salt, text = ""] = IN_DJANGO.exec(hash) ?? [];
      if (salt !== undefined && !text.startsWith(salt)) throw damaged("django_crypt", "its two salts differ");
      return text;
    },
  }),
];

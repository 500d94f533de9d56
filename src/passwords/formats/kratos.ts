import { DIGEST_BYTES, type DigestName, digestOf, hmacOf } from "./digests.js";
import { readBase64 } from "./encodings.js";
import { damaged, defineFormat, type PasswordFormat } from "./format.js";
import { layeredFormat } from "./layered.js";
import { isDigestName } from "./pbkdf2.js";
import { expectedBytes } from "./simple.js";

const B64 = "([A-Za-z0-9+/]{0,1024}={0,2})";
const TEMPLATE = new RegExp(
  `^\\$(md5|sha1|sha256|sha512)\\$pf=${B64}\\$${B64}\\$([A-Za-z0-9+/]{22,86}={0,2})$`,
);
const MD5 = /^\$md5\$([A-Za-z0-9+/]{22}==)$/;
const HMAC = new RegExp(
  `^\\$hmac-(md4|md5|sha1|sha224|sha256|sha384|sha512)\\$([A-Za-z0-9+/]{22,172}={0,2})\\$${B64}$`,
);

interface Template {
  readonly digest: DigestName;
  readonly template: Buffer;
  readonly salt: Buffer;
  readonly expected: Buffer;
}

/** Every `{SALT}` and `{PASSWORD}` of a template filled in, once through from left to right. */
function fill(template: Buffer, salt: Buffer, password: Buffer): Buffer {
  const marks = [
    { mark: Buffer.from("{SALT}"), value: salt },
    { mark: Buffer.from("{PASSWORD}"), value: password },
  ];
  const parts: Buffer[] = [];
  let at = 0;
  while (at < template.length) {
    const hit = marks.find(({ mark }) => template.subarray(at, at + mark.length).equals(mark));
    parts.push(hit === undefined ? template.subarray(at, at + 1) : hit.value);
    at += hit === undefined ? 1 : hit.mark.length;
  }
  return Buffer.concat(parts);
}

function digestNamed(scheme: string, name: string): DigestName {
  if (!isDigestName(name)) throw damaged(scheme, "it names no digest that is known");
  return name;
}

/** The names that Kratos gives to forms of crypt(3). */
const CRYPT_NAMES: Readonly<Record<string, string>> = {
  "md5-crypt": "1",
  "sha256-crypt": "5",
  "sha512-crypt": "6",
};
const CRYPT = /^\$(md5-crypt|sha256-crypt|sha512-crypt)(\$[^\s]{10,200})$/;

export function kratosFormats(crypt: readonly PasswordFormat[]): readonly PasswordFormat[] {
  return [
    defineFormat<Template>({
      name: "kratos_template",
      title: "MD5, SHA-1 or SHA-2 of a template with password and salt, of Kratos",
      sources: ["kratos"],
      shape: TEMPLATE,
      longest: 2400,
      strength: "weak",
      parse(hash) {
        const name = "kratos_template";
        const [, digestName = "", pf = "", salt = "", expected = ""] = TEMPLATE.exec(hash) ?? [];
        const digest = digestNamed(name, digestName);
        const template = expectedBytes(name, readBase64(pf));
        // Without the password in it, every password would be right.
        if (!template.includes("{PASSWORD}")) throw damaged(name, "its template has no {PASSWORD}");
        return {
          digest,
          template,
          salt: expectedBytes(name, readBase64(salt)),
          expected: expectedBytes(name, readBase64(expected), DIGEST_BYTES[digest]),
        };
      },
      parameters: ({ digest }) => ({ digest }),
      compare: {
        expected: ({ expected }) => expected,
        digest: (password, { digest, template, salt }) => digestOf(digest, fill(template, salt, password)),
        bare: ({ digest, template, salt }) =>
          `$${digest}$pf=${template.toString("base64")}$${salt.toString("base64")}$${Buffer.alloc(DIGEST_BYTES[digest]).toString("base64")}`,
      },
    }),
    defineFormat<Buffer>({
      name: "kratos_md5",
      title: "MD5 of the password, of Kratos",
      sources: ["kratos"],
      shape: MD5,
      strength: "broken",
      flags: ["unsalted"],
      parse: (hash) => expectedBytes("kratos_md5", readBase64(MD5.exec(hash)?.[1] ?? ""), 16),
      compare: {
        expected: (expected) => expected,
        digest: (password) => digestOf("md5", password),
        bare: () => `$md5$${Buffer.alloc(16).toString("base64")}`,
      },
    }),
    defineFormat<{ readonly digest: DigestName; readonly key: Buffer; readonly expected: Buffer }>({
      name: "kratos_hmac",
      title: "HMAC of the password, its digest in hexadecimal and that in base64, of Kratos",
      sources: ["kratos"],
      shape: HMAC,
      longest: 1400,
      strength: "weak",
      parse(hash) {
        const [, digestName = "", expected = "", key = ""] = HMAC.exec(hash) ?? [];
        const digest = digestNamed("kratos_hmac", digestName);
        const bytes = expectedBytes("kratos_hmac", readBase64(expected));
        if (bytes.length !== DIGEST_BYTES[digest] && bytes.length !== 2 * DIGEST_BYTES[digest])
          throw damaged("kratos_hmac", "its digest is not as long as it should be");
        return { digest, key: expectedBytes("kratos_hmac", readBase64(key)), expected: bytes };
      },
      parameters: ({ digest }) => ({ digest }),
      compare: {
        expected: ({ expected }) => expected,
        digest(password, { digest, key, expected }) {
          const result = hmacOf(digest, key, password);
          return expected.length === result.length ? result : Buffer.from(result.toString("hex"));
        },
        bare: ({ digest, key, expected }) =>
          `$hmac-${digest}$${Buffer.alloc(expected.length).toString("base64")}$${key.toString("base64")}`,
      },
    }),
    layeredFormat({
      name: "kratos_crypt",
      title: "MD5-crypt and SHA-crypt under the names that Kratos gives them",
      sources: ["kratos"],
      shape: CRYPT,
      strength: "fair",
      inner: crypt,
      unwrap(hash) {
        const [, name = "", rest = ""] = CRYPT.exec(hash) ?? [];
        return `$${CRYPT_NAMES[name]}${rest}`;
      },
    }),
  ];
}

const PASSWAP = /^\$md5salted-(prefix|suffix)\$([^$\s]{1,256})\$([A-Za-z0-9+/]{22}==)$/;

export const PASSWAP_FORMATS: readonly PasswordFormat[] = [
  defineFormat<{ readonly isPrefix: boolean; readonly salt: string; readonly expected: Buffer }>({
    name: "passwap_md5salted",
    title: "MD5 of password and salt, of passwap",
    sources: ["passwap"],
    shape: PASSWAP,
    strength: "weak",
    parse(hash) {
      const [, place = "", salt = "", expected = ""] = PASSWAP.exec(hash) ?? [];
      return {
        isPrefix: place === "prefix",
        salt,
        expected: expectedBytes("passwap_md5salted", readBase64(expected)),
      };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { isPrefix, salt }) =>
        isPrefix ? digestOf("md5", salt, password) : digestOf("md5", password, salt),
      bare: ({ isPrefix, salt }) =>
        `$md5salted-${isPrefix ? "prefix" : "suffix"}$${salt}$${Buffer.alloc(16).toString("base64")}`,
    },
  }),
];

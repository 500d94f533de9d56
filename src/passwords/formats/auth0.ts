import { ARGON2 } from "./argon2.js";
import { BCRYPT } from "./bcrypt.js";
import { DIGEST_BYTES, type DigestName, digestOf, hmacOf } from "./digests.js";
import { readBare64, readBase64, readHex } from "./encodings.js";
import { numberField, objectField, optionalTextField } from "./fields.js";
import { damaged, defineFormat, isEqual, type PasswordFormat, readFields, type Strength } from "./format.js";
import { LDAP_FORMATS } from "./ldap.js";
import { derive, PBKDF2_CAPS, type Pbkdf2Hash, pbkdf2Hash, pbkdf2Strength } from "./pbkdf2.js";
import {
  checkScryptCosts,
  logOf,
  SCRYPT_CAPS,
  type ScryptCosts,
  scryptKey,
  scryptStrength,
} from "./scrypt.js";
import { textOf } from "./text.js";

const NAME = "auth0_custom_password_hash";

type Method =
  | { readonly type: "inner"; readonly format: PasswordFormat; readonly hash: string }
  | { readonly type: "digest"; readonly digest: DigestName; readonly expected: Buffer }
  | { readonly type: "hmac"; readonly digest: DigestName; readonly key: Buffer; readonly expected: Buffer }
  | { readonly type: "pbkdf2"; readonly hash: Pbkdf2Hash }
  | {
      readonly type: "scrypt";
      readonly costs: ScryptCosts;
      readonly salt: Buffer;
      readonly expected: Buffer;
    };

interface Auth0Hash {
  readonly method: Method;
  readonly prefix: Buffer;
  readonly suffix: Buffer;
  readonly encoding: BufferEncoding;
}

type Part = Readonly<Record<string, unknown>>;

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  ascii: "latin1",
  utf8: "utf8",
  utf16le: "utf16le",
  ucs2: "utf16le",
  latin1: "latin1",
  binary: "latin1",
};

const DIGESTS: Readonly<Record<string, DigestName>> = {
  md4: "md4",
  md5: "md5",
  mdc2: "mdc2",
  ripemd: "ripemd160",
  ripemd160: "ripemd160",
  rmd160: "ripemd160",
  sha1: "sha1",
  sha224: "sha224",
  sha256: "sha256",
  sha384: "sha384",
  sha512: "sha512",
  whirlpool: "whirlpool",
};

/** OpenSSL's many names of a digest: `RSA-SHA1-2`, `md5WithRSAEncryption`, `ssl3-md5`. */
function digestNamed(name: string): DigestName {
  const plain = name
    .toLowerCase()
    .replace(/^(?:rsa|ssl3)-/, "")
    .replace(/withrsaencryption$|-2$/, "");
  const digest = Object.hasOwn(DIGESTS, plain) ? DIGESTS[plain] : undefined;
  if (digest === undefined) throw damaged(NAME, "its digest is none that Auth0 takes");
  return digest;
}

/** `{ value, encoding }`, as bytes. */
function bytesOf(part: Part, fallback: string): Buffer {
  const value = optionalTextField(NAME, part, "value") ?? "";
  const encoding = optionalTextField(NAME, part, "encoding") ?? fallback;
  if (encoding === "utf8") return Buffer.from(value);
  const bytes =
    encoding === "hex"
      ? readHex(value)
      : encoding === "base64"
        ? (readBase64(value) ?? readBare64(value))
        : null;
  if (bytes === null) throw damaged(NAME, "one of its values is not in the encoding that it names");
  return bytes;
}

function textOfHash(hash: Part): string {
  return optionalTextField(NAME, hash, "value") ?? "";
}

/** As long as the digest that it is: a shorter value would fit more than one password. */
function fullDigest(hash: Part, digest: DigestName): Buffer {
  const expected = bytesOf(hash, "hex");
  if (expected.length !== DIGEST_BYTES[digest]) throw damaged(NAME, "its value is not as long as its digest");
  return expected;
}

const PHC =
  /^\$pbkdf2-([A-Za-z0-9-]{3,24})\$(?:i=([1-9]\d{0,9})(?:,l=([1-9]\d{0,3}))?\$)?([A-Za-z0-9+/]{0,683})\$([A-Za-z0-9+/]{22,683})$/;

function pbkdf2(text: string): Pbkdf2Hash {
  const [, digest = "", rounds = "100000", , salt = "", expected = ""] = PHC.exec(text) ?? [];
  return pbkdf2Hash(NAME, {
    digest: digestNamed(digest),
    salt: readBare64(salt),
    rounds: Number(rounds),
    expected: readBare64(expected),
  });
}

function inner(formats: readonly PasswordFormat[], hash: string): Method {
  const format = formats.find((one) => one.recognise(hash));
  if (format === undefined) throw damaged(NAME, "its value is no hash of the algorithm that it names");
  format.inspect(hash);
  return { type: "inner", format, hash };
}

function methodOf(algorithm: string, hash: Part, salt: Part | null, all: Part): Method {
  if (algorithm === "argon2") return inner([ARGON2], textOfHash(hash));
  if (algorithm === "bcrypt") return inner([BCRYPT], textOfHash(hash));
  if (algorithm === "ldap") return inner(LDAP_FORMATS, textOfHash(hash));
  if (algorithm === "pbkdf2") return { type: "pbkdf2", hash: pbkdf2(textOfHash(hash)) };
  if (algorithm === "hmac") {
    const digest = digestNamed(optionalTextField(NAME, hash, "digest") ?? "");
    const key = bytesOf(objectField(NAME, hash, "key"), "utf8");
    return { type: "hmac", digest, key, expected: fullDigest(hash, digest) };
  }
  if (algorithm === "scrypt") {
    const costs = {
      logN: logOf(NAME, numberField(NAME, all, "cost", 16384)),
      r: numberField(NAME, all, "blockSize", 8),
      p: numberField(NAME, all, "parallelization", 1),
    };
    checkScryptCosts(NAME, costs);
    const expected = bytesOf(hash, "hex");
    const keylen = numberField(NAME, all, "keylen", expected.length);
    if (expected.length !== keylen || keylen < 16 || keylen > 256)
      throw damaged(NAME, "its value is not keylen bytes long");
    return { type: "scrypt", costs, salt: salt === null ? Buffer.alloc(0) : bytesOf(salt, "utf8"), expected };
  }
  const digest = digestNamed(algorithm);
  return { type: "digest", digest, expected: fullDigest(hash, digest) };
}

function parse(text: string): Auth0Hash {
  const all = readFields(text) ?? {};
  const algorithm = optionalTextField(NAME, all, "algorithm") ?? "";
  const salt = all.salt === undefined ? null : objectField(NAME, all, "salt");
  const method = methodOf(algorithm, objectField(NAME, all, "hash"), salt, all);
  const typed = all.password === undefined ? {} : objectField(NAME, all, "password");
  const encoding = ENCODINGS[optionalTextField(NAME, typed, "encoding") ?? "utf8"];
  if (encoding === undefined) throw damaged(NAME, "the encoding of its password is not known");
  const none = Buffer.alloc(0);
  // The salt of scrypt is its own; everywhere else it stands before or after the password.
  const bytes = salt === null || method.type === "scrypt" ? none : bytesOf(salt, "utf8");
  const isSuffix = salt !== null && optionalTextField(NAME, salt, "position") === "suffix";
  return { method, encoding, prefix: isSuffix ? none : bytes, suffix: isSuffix ? bytes : none };
}

function strengthOf({ method }: Auth0Hash): Strength {
  if (method.type === "inner") return method.format.inspect(method.hash).strength;
  if (method.type === "pbkdf2") return pbkdf2Strength(method.hash);
  return method.type === "scrypt" ? scryptStrength(method.costs) : "weak";
}

function digest(password: Buffer, method: OwnMethod): Buffer {
  if (method.type === "digest") return digestOf(method.digest, password);
  if (method.type === "hmac") return hmacOf(method.digest, method.key, password);
  if (method.type === "pbkdf2") return derive(password, method.hash);
  return scryptKey(password, method.salt, method.costs, method.expected.length);
}

/** The `custom_password_hash` that Auth0 imports and exports, in any of its eleven algorithms. */
export const AUTH0_FORMATS: readonly PasswordFormat[] = [
  defineFormat<Auth0Hash>({
    name: NAME,
    title: "Auth0's custom_password_hash: digests, HMAC, LDAP, PBKDF2, scrypt, bcrypt, Argon2",
    sources: ["auth0"],
    shape: {
      fields: ["algorithm", "hash"],
      optional: ["salt", "password", "keylen", "cost", "blockSize", "parallelization"],
    },
    longest: 8192,
    strength: { best: "strong", of: strengthOf },
    caps: `${PBKDF2_CAPS}; ${SCRYPT_CAPS}; ${ARGON2.caps}; bcrypt: ${BCRYPT.caps}`,
    parse,
    compare(password, parsed) {
      const { method } = parsed;
      const whole = wholeText(password, parsed);
      if (whole === null) return false;
      if (method.type === "inner") return method.format.verify(whole, method.hash, {});
      return isEqual(digest(whole, method), expectedOf(method));
    },
    wrap: {
      bare(text) {
        const { method } = parse(text);
        if (method.type !== "digest" && method.type !== "hmac") return null;
        const fields = readFields(text) ?? {};
        const hash = objectField(NAME, fields, "hash");
        const value = Buffer.alloc(method.expected.length).toString(
          hash.encoding === "base64" ? "base64" : "hex",
        );
        return JSON.stringify({ ...fields, hash: { ...hash, value } });
      },
      expected: (text) => expectedOf(requireOwn(parse(text).method)),
      digests(password, text) {
        const parsed = parse(text);
        const whole = wholeText(password, parsed);
        return whole === null ? [] : [digest(whole, requireOwn(parsed.method))];
      },
    },
  }),
];

type OwnMethod = Exclude<Method, { readonly type: "inner" }>;

function requireOwn(method: Method): OwnMethod {
  if (method.type === "inner") throw damaged(NAME, "it is never wrapped");
  return method;
}

function expectedOf(method: OwnMethod): Buffer {
  return method.type === "pbkdf2" ? method.hash.expected : method.expected;
}

/** The password in the encoding that it was hashed in, with its salt; null where it is no text and should be. */
function wholeText(password: Buffer, { prefix, suffix, encoding }: Auth0Hash): Buffer | null {
  if (encoding === "utf8") return Buffer.concat([prefix, password, suffix]);
  const text = textOf(password);
  return text === null ? null : Buffer.concat([prefix, Buffer.from(text, encoding), suffix]);
}

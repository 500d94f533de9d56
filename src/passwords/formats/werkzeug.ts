import { DIGEST_BYTES, type DigestName, hmacOf } from "./digests.js";
import { readHex } from "./encodings.js";
import { damaged, defineFormat, type PasswordFormat, type Strength } from "./format.js";
import {
  derive,
  isDigestName,
  PBKDF2_CAPS,
  type Pbkdf2Hash,
  pbkdf2Hash,
  pbkdf2Parameters,
  pbkdf2Strength,
} from "./pbkdf2.js";
import {
  logOf,
  SCRYPT_CAPS,
  type ScryptHash,
  scryptHash,
  scryptKey,
  scryptParameters,
  scryptStrength,
} from "./scrypt.js";
import { expectedBytes } from "./simple.js";

type WerkzeugHash =
  | { readonly method: "pbkdf2"; readonly hash: Pbkdf2Hash }
  | { readonly method: "scrypt"; readonly hash: ScryptHash }
  | { readonly method: "hmac"; readonly digest: DigestName; readonly salt: string; readonly expected: Buffer }
  | { readonly method: "plain"; readonly password: Buffer };

const SALT = "([^$\\s]{1,256})";
const PBKDF2 = new RegExp(`^pbkdf2:(\\w{3,9})(?::([1-9]\\d{0,9}))?\\$${SALT}\\$([0-9a-f]{32,256})$`);
const SCRYPT = new RegExp(
  `^scrypt:([1-9]\\d{0,8}):([1-9]\\d{0,3}):([1-9]\\d{0,3})\\$${SALT}\\$([0-9a-f]{128})$`,
);
const HMAC = new RegExp(`^(md5|sha1|sha224|sha256|sha384|sha512)\\$${SALT}\\$([0-9a-f]{32,128})$`);
const PLAIN = /^plain\$\$([\s\S]{0,4096})$/;
const SHAPE = new RegExp([PBKDF2, SCRYPT, HMAC, PLAIN].map((shape) => `(?:${shape.source})`).join("|"));

/** The rounds where none are named, as Werkzeug 0.9 to 0.16 had them. */
const OLD_ROUNDS = 50_000;

/** Beside `generate_password_hash` of today: HMAC keyed with the salt, of before 2.3, and `plain`. */
function parse(text: string): WerkzeugHash {
  const pbkdf2 = PBKDF2.exec(text);
  if (pbkdf2 !== null) {
    const [, digest = "", rounds, salt = "", expected = ""] = pbkdf2;
    if (!isDigestName(digest)) throw damaged("werkzeug", `${digest} is no digest that is known`);
    return {
      method: "pbkdf2",
      hash: pbkdf2Hash("werkzeug", {
        digest,
        salt: Buffer.from(salt),
        rounds: rounds === undefined ? OLD_ROUNDS : Number(rounds),
        expected: readHex(expected),
      }),
    };
  }
  const scrypt = SCRYPT.exec(text);
  if (scrypt !== null) {
    const [, n, r, p, salt = "", expected = ""] = scrypt;
    return {
      method: "scrypt",
      hash: scryptHash("werkzeug", {
        logN: logOf("werkzeug", Number(n)),
        r: Number(r),
        p: Number(p),
        salt: Buffer.from(salt),
        expected: readHex(expected),
      }),
    };
  }
  const hmac = HMAC.exec(text);
  if (hmac === null) return { method: "plain", password: Buffer.from(PLAIN.exec(text)?.[1] ?? "") };
  const [, digest = "", salt = "", expected = ""] = hmac;
  if (!isDigestName(digest)) throw damaged("werkzeug", `${digest} is no digest that is known`);
  return {
    method: "hmac",
    digest,
    salt,
    expected: expectedBytes("werkzeug", readHex(expected), DIGEST_BYTES[digest]),
  };
}

function strengthOf(parsed: WerkzeugHash): Strength {
  if (parsed.method === "pbkdf2") return pbkdf2Strength(parsed.hash);
  if (parsed.method === "scrypt") return scryptStrength(parsed.hash);
  return parsed.method === "hmac" ? "weak" : "readable";
}

export const WERKZEUG_FORMATS: readonly PasswordFormat[] = [
  defineFormat<WerkzeugHash>({
    name: "werkzeug",
    aliases: ["scrypt_werkzeug"],
    title: "Werkzeug and Flask: PBKDF2, scrypt, and HMAC of old",
    sources: ["werkzeug", "flask", "clerk"],
    shape: SHAPE,
    longest: 4200,
    strength: { best: "strong", of: strengthOf },
    caps: `${PBKDF2_CAPS}; ${SCRYPT_CAPS}`,
    parse,
    parameters(parsed) {
      if (parsed.method === "pbkdf2") return { method: "pbkdf2", ...pbkdf2Parameters(parsed.hash) };
      if (parsed.method === "scrypt") return { method: "scrypt", ...scryptParameters(parsed.hash) };
      return parsed.method === "hmac" ? { method: "hmac", digest: parsed.digest } : { method: "plain" };
    },
    compare: {
      expected(parsed) {
        if (parsed.method === "hmac") return parsed.expected;
        return parsed.method === "plain" ? parsed.password : parsed.hash.expected;
      },
      digest(password, parsed) {
        if (parsed.method === "pbkdf2") return derive(password, parsed.hash);
        if (parsed.method === "scrypt") return scryptKey(password, parsed.hash.salt, parsed.hash, 64);
        return parsed.method === "hmac" ? hmacOf(parsed.digest, parsed.salt, password) : password;
      },
      bare: (parsed) =>
        parsed.method === "hmac"
          ? `${parsed.digest}$${parsed.salt}$${"0".repeat(2 * DIGEST_BYTES[parsed.digest])}`
          : null,
    },
  }),
];

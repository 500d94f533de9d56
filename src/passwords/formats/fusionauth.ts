import { BCRYPT, bcryptStrength } from "./bcrypt.js";
import { encode64 } from "./crypt/crypt64.js";
import { isTooLong, roundsCap } from "./crypt/work.js";
import { DIGEST_BYTES, type DigestName, digestOf, hmacOf } from "./digests.js";
import { readBare64, readBase64 } from "./encodings.js";
import { numberField, textFields } from "./fields.js";
import {
  damaged,
  defineFormat,
  isEqual,
  type PasswordFormat,
  readFields,
  type Strength,
  within,
} from "./format.js";
import { derive, PBKDF2_CAPS, type Pbkdf2Hash, pbkdf2Hash, pbkdf2Strength } from "./pbkdf2.js";
import { phpassLoop } from "./phpass.js";
import { expectedBytes } from "./simple.js";

const NAME = "fusionauth";
/** Of phpass. */
const MOST_ROUNDS = 2 ** 22;

type FusionAuthHash =
  | {
      readonly type: "digest" | "hmac";
      readonly digest: DigestName;
      readonly salt: Buffer;
      readonly factor: number;
      readonly expected: Buffer;
    }
  | {
      readonly type: "phpass";
      readonly digest: DigestName;
      readonly salt: Buffer;
      readonly factor: number;
      readonly text: string;
    }
  | { readonly type: "pbkdf2"; readonly hash: Pbkdf2Hash }
  | { readonly type: "bcrypt"; readonly cost: number; readonly text: string };

const DERIVED: Readonly<Record<string, readonly [digest: DigestName, bytes: number]>> = {
  "salted-pbkdf2-hmac-sha256": ["sha256", 32],
  "salted-pbkdf2-hmac-sha256-512": ["sha256", 64],
  "salted-pbkdf2-hmac-sha512-512": ["sha512", 64],
};
const DIGESTS: Readonly<Record<string, DigestName>> = { "salted-md5": "md5", "salted-sha256": "sha256" };
const PHPASS: Readonly<Record<string, DigestName>> = {
  "phpass-md5": "md5",
  "phpass-sha512": "sha512",
  "phppass-sha512": "sha512",
};

/** The four fields of a user in FusionAuth's import and in its database. */
function parse(text: string): FusionAuthHash {
  const fields = readFields(text) ?? {};
  const { encryptionScheme, salt, password } = textFields(NAME, text, [
    "encryptionScheme",
    "salt",
    "password",
  ]);
  const factor = numberField(NAME, fields, "factor", 1);
  if (encryptionScheme === "bcrypt") {
    // The salt is the 22 characters of bcrypt, the hash what follows them.
    const cost = within(NAME, "cost", factor, 4, 16);
    const whole = password.startsWith("$")
      ? password
      : `$2a$${String(cost).padStart(2, "0")}$${salt}${password}`;
    BCRYPT.inspect(whole);
    return { type: "bcrypt", cost, text: whole };
  }
  const phpass = Object.hasOwn(PHPASS, encryptionScheme) ? PHPASS[encryptionScheme] : undefined;
  if (phpass !== undefined) {
    if (password.length < 22) throw damaged(NAME, "its digest is too short");
    return {
      type: "phpass",
      digest: phpass,
      salt: Buffer.from(salt),
      factor: within(NAME, "factor", factor, 1, MOST_ROUNDS),
      text: password,
    };
  }
  const saltBytes = readBase64(salt) ?? readBare64(salt);
  const derived = Object.hasOwn(DERIVED, encryptionScheme) ? DERIVED[encryptionScheme] : undefined;
  if (derived !== undefined) {
    const expected = expectedBytes(NAME, readBase64(password), derived[1]);
    return {
      type: "pbkdf2",
      hash: pbkdf2Hash(NAME, { digest: derived[0], salt: saltBytes, rounds: factor, expected }),
    };
  }
  const isHmac = encryptionScheme === "salted-hmac-sha256";
  const digest = isHmac
    ? "sha256"
    : Object.hasOwn(DIGESTS, encryptionScheme)
      ? DIGESTS[encryptionScheme]
      : undefined;
  if (digest === undefined) throw damaged(NAME, "its encryptionScheme is none that FusionAuth ships");
  return {
    type: isHmac ? "hmac" : "digest",
    digest,
    salt: expectedBytes(NAME, saltBytes),
    factor: within(NAME, "factor", factor, 1, 1_000_000),
    expected: expectedBytes(NAME, readBase64(password), DIGEST_BYTES[digest]),
  };
}

function strengthOf(parsed: FusionAuthHash): Strength {
  if (parsed.type === "pbkdf2") return pbkdf2Strength(parsed.hash);
  return parsed.type === "bcrypt" ? bcryptStrength(parsed.cost) : "weak";
}

export const FUSIONAUTH_FORMATS: readonly PasswordFormat[] = [
  defineFormat<FusionAuthHash>({
    name: NAME,
    title: "FusionAuth: salted and iterated MD5 and SHA-256, HMAC, PBKDF2, phpass, bcrypt",
    sources: ["fusionauth"],
    shape: { fields: ["encryptionScheme", "salt", "password"], optional: ["factor"] },
    strength: { best: "strong", of: strengthOf },
    caps: `1,000,000 rounds of a digest; phpass: ${roundsCap(MOST_ROUNDS)}; ${PBKDF2_CAPS}; bcrypt: ${BCRYPT.caps}`,
    parse,
    compare(password, parsed) {
      if (parsed.type === "pbkdf2") return isEqual(derive(password, parsed.hash), parsed.hash.expected);
      if (parsed.type === "bcrypt") return BCRYPT.verify(password, parsed.text, {});
      const digest = quickDigest(password, parsed);
      return digest !== null && isEqual(digest, quickExpected(parsed));
    },
    wrap: {
      bare(text) {
        const parsed = parse(text);
        if (parsed.type === "pbkdf2" || parsed.type === "bcrypt") return null;
        const zeros =
          parsed.type === "phpass"
            ? ".".repeat(parsed.text.length)
            : Buffer.alloc(parsed.expected.length).toString("base64");
        return JSON.stringify({ ...readFields(text), password: zeros });
      },
      expected: (text) => quickExpected(requireQuick(parse(text))),
      digests(password, text) {
        const digest = quickDigest(password, requireQuick(parse(text)));
        return digest === null ? [] : [digest];
      },
    },
  }),
];

type QuickHash = Extract<FusionAuthHash, { readonly type: "digest" | "hmac" | "phpass" }>;

function requireQuick(parsed: FusionAuthHash): QuickHash {
  if (parsed.type === "pbkdf2" || parsed.type === "bcrypt") throw damaged(NAME, "it is never wrapped");
  return parsed;
}

function quickExpected(parsed: QuickHash): Buffer {
  return parsed.type === "phpass" ? Buffer.from(parsed.text) : parsed.expected;
}

function quickDigest(password: Buffer, parsed: QuickHash): Buffer | null {
  const { digest, salt, factor } = parsed;
  if (parsed.type === "hmac") return hmacOf(digest, salt, password);
  if (parsed.type === "phpass") {
    if (isTooLong(password, factor, MOST_ROUNDS)) return null;
    // Portable phpass cuts the text to a length of its own.
    return Buffer.from(encode64(phpassLoop(digest, password, salt, factor)).slice(0, parsed.text.length));
  }
  let result = digestOf(digest, password, salt);
  for (let round = 1; round < factor; round++) result = digestOf(digest, result);
  return result;
}

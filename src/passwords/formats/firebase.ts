import { createCipheriv } from "node:crypto";
import { type DigestName, digestOf, hmacOf } from "./digests.js";
import { readAny64 } from "./encodings.js";
import { numberField, optionalTextField, textFields } from "./fields.js";
import {
  contextMissing,
  damaged,
  defineFormat,
  type HashContext,
  isEqual,
  type PasswordFormat,
  readFields,
  within,
} from "./format.js";
import { derive, PBKDF2_CAPS, pbkdf2Hash } from "./pbkdf2.js";
import { checkScryptCosts, SCRYPT_CAPS, type ScryptCosts, scryptKey, scryptStrength } from "./scrypt.js";
import { expectedBytes } from "./simple.js";

/** What belongs to one user, and what belongs to the project; null where the project's part is in the context. */
interface FirebaseHash {
  readonly salt: Buffer;
  readonly expected: Buffer;
  readonly separator: Buffer | null;
  readonly signerKey: Buffer | null;
  readonly costs: ScryptCosts | null;
}

/**
 * Firebase's scrypt: the key that scrypt derives encrypts the project's signer key with AES-256-CTR, and that is stored.
 *
 * @see https://github.com/firebase/scrypt
 */
function encrypted(password: Buffer, hash: FirebaseHash, name: string, context: HashContext): Buffer {
  const separator = hash.separator ?? contextBytes(name, "saltSeparator", context.saltSeparator);
  const signerKey = hash.signerKey ?? contextBytes(name, "signerKey", context.signerKey);
  const costs = hash.costs ?? contextCosts(name, context);
  const key = scryptKey(password, Buffer.concat([hash.salt, separator]), costs, 32);
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(signerKey);
}

function contextBytes(
  scheme: string,
  field: "saltSeparator" | "signerKey",
  text: string | undefined,
): Buffer {
  if (text === undefined) throw contextMissing(scheme, field);
  const bytes = readAny64(text);
  if (bytes === null) throw damaged(scheme, `the ${field} of its project is no base64`);
  return bytes;
}

function contextCosts(scheme: string, { rounds = 8, memoryCost = 14 }: HashContext): ScryptCosts {
  const costs = { logN: memoryCost, r: rounds, p: 1 };
  checkScryptCosts(scheme, costs);
  return costs;
}

/** Every project has a memory cost of 14 and 8 rounds unless it says otherwise. */
const USUAL: ScryptCosts = { logN: 14, r: 8, p: 1 };

function firebase(
  definition: Pick<Parameters<typeof defineFormat>[0], "name" | "title" | "sources" | "shape"> & {
    readonly aliases?: readonly string[];
    readonly needs?: readonly ("signerKey" | "saltSeparator")[];
    readonly accepts?: readonly ("rounds" | "memoryCost")[];
  },
  read: (hash: string) => FirebaseHash,
): PasswordFormat {
  const { name } = definition;
  return defineFormat<FirebaseHash>({
    ...definition,
    strength: { best: "strong", of: ({ costs }) => scryptStrength(costs ?? USUAL) },
    caps: SCRYPT_CAPS,
    parse(hash) {
      const parsed = read(hash);
      if (parsed.costs !== null) checkScryptCosts(name, parsed.costs);
      // The signer key is encrypted byte by byte: an empty one would fit every password.
      if (parsed.expected.length < 16) throw damaged(name, "its digest is too short");
      if (parsed.signerKey !== null && parsed.signerKey.length !== parsed.expected.length)
        throw damaged(name, "its digest is not as long as the signer key");
      return parsed;
    },
    parameters: ({ costs }) => (costs === null ? {} : { N: 2 ** costs.logN, r: costs.r, p: costs.p }),
    compare: (password, hash, context) => isEqual(encrypted(password, hash, name, context), hash.expected),
  });
}

/** What the text of one format holds, each part in base64 of either alphabet. */
function parts(
  name: string,
  texts: {
    readonly salt: string;
    readonly expected: string;
    readonly separator?: string;
    readonly signerKey?: string;
  },
  costs: ScryptCosts | null,
): FirebaseHash {
  const read = (text: string) => expectedBytes(name, readAny64(text));
  return {
    salt: read(texts.salt),
    expected: read(texts.expected),
    separator: texts.separator === undefined ? null : read(texts.separator),
    signerKey: texts.signerKey === undefined ? null : read(texts.signerKey),
    costs,
  };
}

const B64 = "([A-Za-z0-9+/_-]{0,344}={0,2})";
const COST = "([1-9]\\d?)";
const SUPABASE = new RegExp(
  `^\\$fbscrypt\\$v=1,n=${COST},r=${COST},p=${COST},(?:ss=${B64},)?sk=${B64}\\$${B64}\\$${B64}$`,
);
const KRATOS = new RegExp(
  `^\\$firescrypt\\$ln=${COST},r=${COST},p=${COST}\\$${B64}\\$${B64}\\$${B64}\\$${B64}$`,
);
const PASSWAP = new RegExp(`^\\$firebasescrypt\\$ln=${COST},r=${COST}\\$${B64}\\$${B64}\\$${B64}\\$${B64}$`);
const SUPERTOKENS = new RegExp(`^\\$f_scrypt\\$${B64}\\$${B64}\\$m=${COST}\\$r=${COST}\\$s=${B64}$`);
const CLERK = new RegExp(`^${B64}\\$${B64}\\$${B64}\\$${B64}\\$${COST}\\$${COST}$`);

export const FIREBASE_FORMATS: readonly PasswordFormat[] = [
  firebase(
    {
      name: "firebase_scrypt",
      title: "Firebase's scrypt, as its exports have it: passwordHash and salt",
      sources: ["firebase", "workos"],
      shape: { fields: ["passwordHash", "salt"] },
      needs: ["signerKey", "saltSeparator"],
      accepts: ["rounds", "memoryCost"],
    },
    (hash) => {
      const { passwordHash, salt } = textFields("firebase_scrypt", hash, ["passwordHash", "salt"]);
      return parts("firebase_scrypt", { salt, expected: passwordHash }, null);
    },
  ),
  firebase(
    {
      name: "supabase_fbscrypt",
      title: "Firebase's scrypt in Supabase",
      sources: ["supabase"],
      shape: SUPABASE,
    },
    (hash) => {
      const [, n, r, p, separator = "", signerKey = "", salt = "", expected = ""] = SUPABASE.exec(hash) ?? [];
      const costs = { logN: Number(n), r: Number(r), p: Number(p) };
      return parts("supabase_fbscrypt", { salt, expected, separator, signerKey }, costs);
    },
  ),
  firebase(
    { name: "kratos_firescrypt", title: "Firebase's scrypt in Kratos", sources: ["kratos"], shape: KRATOS },
    (hash) => {
      const [, n, r, p, salt = "", expected = "", separator = "", signerKey = ""] = KRATOS.exec(hash) ?? [];
      const costs = { logN: Number(n), r: Number(r), p: Number(p) };
      return parts("kratos_firescrypt", { salt, expected, separator, signerKey }, costs);
    },
  ),
  firebase(
    {
      name: "passwap_firebasescrypt",
      title: "Firebase's scrypt in passwap",
      sources: ["passwap"],
      shape: PASSWAP,
    },
    (hash) => {
      const [, n, r, salt = "", expected = "", separator = "", signerKey = ""] = PASSWAP.exec(hash) ?? [];
      const costs = { logN: Number(n), r: Number(r), p: 1 };
      return parts("passwap_firebasescrypt", { salt, expected, separator, signerKey }, costs);
    },
  ),
  firebase(
    {
      name: "supertokens_fscrypt",
      title: "Firebase's scrypt in SuperTokens",
      sources: ["supertokens"],
      shape: SUPERTOKENS,
      needs: ["signerKey"] as const,
    },
    (hash) => {
      const [, expected = "", salt = "", n, r, separator = ""] = SUPERTOKENS.exec(hash) ?? [];
      return parts(
        "supertokens_fscrypt",
        { salt, expected, separator },
        { logN: Number(n), r: Number(r), p: 1 },
      );
    },
  ),
  firebase(
    {
      name: "clerk_scrypt_firebase",
      aliases: ["scrypt_firebase"],
      title: "Firebase's scrypt in Clerk: hash, salt, signer key, separator, rounds and memory cost",
      sources: ["clerk"],
      shape: CLERK,
    },
    (hash) => {
      const [, expected = "", salt = "", signerKey = "", separator = "", r, n] = CLERK.exec(hash) ?? [];
      const costs = { logN: Number(n), r: Number(r), p: 1 };
      return parts("clerk_scrypt_firebase", { salt, expected, separator, signerKey }, costs);
    },
  ),
  importedFormat(),
];

interface Imported {
  readonly algorithm: string;
  readonly expected: Buffer;
  readonly salt: Buffer;
  readonly key: Buffer;
  readonly rounds: number;
  readonly saltFirst: boolean;
  readonly costs: ScryptCosts;
}

const IMPORTED_DIGESTS: Readonly<Record<string, DigestName>> = {
  MD5: "md5",
  SHA1: "sha1",
  SHA256: "sha256",
  SHA512: "sha512",
  HMAC_MD5: "md5",
  HMAC_SHA1: "sha1",
  HMAC_SHA256: "sha256",
  HMAC_SHA512: "sha512",
  PBKDF_SHA1: "sha1",
  PBKDF2_SHA256: "sha256",
};

/** What `firebase auth:import` and its Admin SDK take in besides scrypt and bcrypt: the options of the import, beside a user. */
function importedFormat(): PasswordFormat {
  const name = "firebase_imported";
  return defineFormat<Imported>({
    name,
    title: "What Firebase imports: digests, HMAC, PBKDF2, standard scrypt",
    sources: ["firebase-import"],
    shape: {
      fields: ["algorithm", "passwordHash"],
      optional: ["salt", "key", "rounds", "order", "memoryCost", "blockSize", "parallelization"],
    },
    longest: 4096,
    strength: {
      best: "strong",
      of: ({ algorithm, costs, rounds }) => {
        if (algorithm === "STANDARD_SCRYPT") return scryptStrength(costs);
        return algorithm.startsWith("PBKDF") && rounds >= 10_000 ? "fair" : "weak";
      },
    },
    caps: `8,192 rounds of a digest; ${PBKDF2_CAPS}; ${SCRYPT_CAPS}`,
    parse(text) {
      const fields = readFields(text) ?? {};
      const { algorithm, passwordHash } = textFields(name, text, ["algorithm", "passwordHash"]);
      const bytes = (field: string) =>
        expectedBytes(name, readAny64(optionalTextField(name, fields, field) ?? ""));
      const expected = expectedBytes(name, readAny64(passwordHash));
      if (expected.length < 16) throw damaged(name, "its digest is too short");
      const salt = bytes("salt");
      const isDerived = algorithm.startsWith("PBKDF");
      const rounds = within(
        name,
        "rounds",
        numberField(name, fields, "rounds", 1),
        0,
        isDerived ? 10_000_000 : 8192,
      );
      const N = numberField(name, fields, "memoryCost", 1024);
      const costs = {
        logN: Math.log2(N),
        r: numberField(name, fields, "blockSize", 8),
        p: numberField(name, fields, "parallelization", 1),
      };
      if (algorithm === "STANDARD_SCRYPT") checkScryptCosts(name, costs);
      else if (!Object.hasOwn(IMPORTED_DIGESTS, algorithm)) throw damaged(name, "its algorithm is not known");
      return {
        algorithm,
        expected,
        salt,
        key: bytes("key"),
        rounds,
        costs,
        saltFirst: fields.order !== "PASSWORD_FIRST",
      };
    },
    parameters: ({ algorithm, rounds }) => ({ algorithm, rounds }),
    compare: {
      expected: ({ expected }) => expected,
      digest(password, { algorithm, salt, key, rounds, saltFirst, expected, costs }) {
        if (algorithm === "STANDARD_SCRYPT") return scryptKey(password, salt, costs, expected.length);
        const digest = IMPORTED_DIGESTS[algorithm];
        if (digest === undefined) return null;
        if (algorithm.startsWith("PBKDF"))
          return derive(password, pbkdf2Hash(name, { digest, salt, rounds, expected }));
        const input = saltFirst ? [salt, password] : [password, salt];
        if (algorithm.startsWith("HMAC")) return hmacOf(digest, key, ...input);
        let result = digestOf(digest, ...input);
        for (let round = 1; round < rounds; round++) result = digestOf(digest, result);
        return result;
      },
    },
  });
}

import { ARGON2 } from "./argon2.js";
import type { DigestName } from "./digests.js";
import { readBase64 } from "./encodings.js";
import { numberField, objectField, optionalTextField, textFields } from "./fields.js";
import { damaged, defineFormat, isEqual, type PasswordFormat, readFields } from "./format.js";
import {
  derive,
  PBKDF2_CAPS,
  type Pbkdf2Hash,
  pbkdf2Hash,
  pbkdf2Parameters,
  pbkdf2Strength,
} from "./pbkdf2.js";

type KeycloakHash =
  | { readonly algorithm: "pbkdf2"; readonly hash: Pbkdf2Hash }
  | { readonly algorithm: "argon2"; readonly phc: string };

const NAME = "keycloak";
const DIGESTS: Readonly<Record<string, DigestName>> = {
  pbkdf2: "sha1",
  "pbkdf2-sha256": "sha256",
  "pbkdf2-sha512": "sha512",
};

/** The two JSON texts of a row of `credential`, or of a realm's export. */
function parse(text: string): KeycloakHash {
  const { credentialData, secretData } = textFields(NAME, text, ["credentialData", "secretData"]);
  const data = readFields(credentialData);
  const secret = readFields(secretData);
  if (data === null || secret === null) throw damaged(NAME, "its two fields do not hold JSON objects");
  const algorithm = optionalTextField(NAME, data, "algorithm") ?? "";
  const rounds = numberField(NAME, data, "hashIterations");
  const salt = readBase64(optionalTextField(NAME, secret, "salt") ?? "");
  const expected = readBase64(optionalTextField(NAME, secret, "value") ?? "");
  if (salt === null || expected === null || expected.length === 0)
    throw damaged(NAME, "its salt or its value cannot be decoded");
  const digest = Object.hasOwn(DIGESTS, algorithm) ? DIGESTS[algorithm] : undefined;
  if (digest !== undefined)
    return { algorithm: "pbkdf2", hash: pbkdf2Hash(NAME, { digest, salt, rounds, expected }) };
  if (algorithm !== "argon2") throw damaged(NAME, "its algorithm is none that Keycloak ships");
  return {
    algorithm: "argon2",
    phc: argon2Text(objectField(NAME, data, "additionalParameters"), rounds, salt, expected),
  };
}

/** Every additional parameter is a list of texts, of which the first counts. */
function argon2Text(
  parameters: Readonly<Record<string, unknown>>,
  passes: number,
  salt: Buffer,
  tag: Buffer,
): string {
  const first = (name: string, fallback: string): string => {
    const value = parameters[name] ?? [fallback];
    const text: unknown = Array.isArray(value) ? value[0] : value;
    return typeof text === "string" ? text : fallback;
  };
  const version = first("version", "1.3") === "1.0" ? 16 : 19;
  const bare = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
  const costs = `m=${first("memory", "7168")},t=${passes},p=${first("parallelism", "1")}`;
  const phc = `$argon2${first("type", "id")}$v=${version}$${costs}$${bare(salt)}$${bare(tag)}`;
  ARGON2.inspect(phc);
  return phc;
}

export const KEYCLOAK_FORMATS: readonly PasswordFormat[] = [
  defineFormat<KeycloakHash>({
    name: NAME,
    aliases: ["keycloak_pbkdf2", "keycloak_pbkdf2_sha256", "keycloak_pbkdf2_sha512", "keycloak_argon2"],
    title: "Argon2 or PBKDF2 of Keycloak",
    sources: ["keycloak"],
    shape: { fields: ["credentialData", "secretData"] },
    longest: 8192,
    strength: {
      best: "strong",
      of: (parsed) =>
        parsed.algorithm === "pbkdf2" ? pbkdf2Strength(parsed.hash) : ARGON2.inspect(parsed.phc).strength,
    },
    caps: `${PBKDF2_CAPS}; ${ARGON2.caps}`,
    parse,
    parameters: (parsed) =>
      parsed.algorithm === "pbkdf2"
        ? { algorithm: "pbkdf2", ...pbkdf2Parameters(parsed.hash) }
        : ARGON2.inspect(parsed.phc).parameters,
    compare: (password, parsed, context) =>
      parsed.algorithm === "pbkdf2"
        ? isEqual(derive(password, parsed.hash), parsed.hash.expected)
        : ARGON2.verify(password, parsed.phc, context),
  }),
];

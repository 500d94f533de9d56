import { type Fields, isFields, toTagged, type Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedFactor, ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { base32, readBase32 } from "./base32.js";
import { findTable } from "./finding.js";
import { person, readable } from "./person.js";
import { fieldsOf, Reading, textOf } from "./reading.js";
import { unknown } from "./schemes.js";

/** Keycloak's realm export. Only `kc.sh export` writes users; the export button of its console leaves them out. */
export const keycloak: ImportSource = {
  name: "keycloak",
  title: "Keycloak",
  reads: ["json"],
  takes:
    "the realm's JSON or the folder that kc.sh export --users same_file, realm_file or different_files writes",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    await findTable(input, "Keycloak", ["users"], []);
    yield* readable(input.rows(["users"]), (row) => toUser(row, options));
  },
};

function toUser(row: Row, options: SourceOptions): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text("id") ?? reading.text("username") ?? "";
  const client = reading.filled("serviceAccountClientId");
  if (client !== null)
    return {
      kind: "note",
      where: reading.where,
      code: "account-left",
      message: `The service account of the client ${client} is a program and no person; it is left behind.`,
    };
  const credentials = listOf(reading.value("credentials")).filter(isFields);
  const passwords = credentials.flatMap((credential) => passwordsOf(credential));
  const factors = credentials.flatMap((credential) => factorOf(reading, credential));
  const actions = reading.texts("requiredActions");
  reading.keep("requiredActions");
  if (actions.includes("UPDATE_PASSWORD"))
    reading.note(
      "value-unclear",
      "was to choose a new password at the next sign-in (UPDATE_PASSWORD). Send them a reset.",
    );
  if (reading.filled("federationLink") !== null)
    reading.note(
      "password-none",
      "signs in through another directory (federationLink), which keeps the password.",
    );
  reading.keep("federationLink");
  // What Keycloak says anew of the credentials, and its own bookkeeping.
  reading.drop("totp", "disableableCredentialTypes", "notBefore", "access");
  const attributes = fieldsOf(row.values.get("attributes") ?? null);
  const data = () => {
    const rest = reading.rest(false);
    for (const [name, value] of rest) if (isHollow(value)) rest.delete(name);
    return rest;
  };
  return person(reading, {
    origin: { system: "keycloak", id },
    username: reading.filled("username"),
    email: reading.filled("email"),
    emailVerified: reading.flag("emailVerified", false),
    passwords,
    active: reading.flag("enabled", true),
    // Everybody has the realm's default role, which stands for what the realm gives to all.
    roles: reading.texts("realmRoles").filter((role) => !role.startsWith("default-roles-")),
    locale: textOf(listOf(attributes?.get("locale") ?? null)[0] ?? null),
    createdAt: reading.time("createdTimestamp", { epoch: "milliseconds" }),
    factors,
    data: data(),
  });
}

function isHollow(value: Value): boolean {
  return (Array.isArray(value) && value.length === 0) || (isFields(value) && value.size === 0);
}

function listOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

const SCHEMES: ReadonlyMap<string, string> = new Map([
  ["pbkdf2", "keycloak_pbkdf2"],
  ["pbkdf2-sha256", "keycloak_pbkdf2_sha256"],
  ["pbkdf2-sha512", "keycloak_pbkdf2_sha512"],
  ["argon2", "keycloak_argon2"],
]);

function passwordsOf(credential: Fields): readonly ImportedPassword[] {
  if (credential.get("type") !== "password") return [];
  const plain = textOf(credential.get("value") ?? null);
  if (plain !== null) return [{ kind: "clear", text: plain }];
  const { credentialData, secretData } = partsOf(credential);
  const algorithm = textOf(fieldsOf(credentialData)?.get("algorithm") ?? null) ?? "";
  const hash = JSON.stringify({ credentialData, secretData });
  const scheme = SCHEMES.get(algorithm);
  if (scheme !== undefined && fieldsOf(secretData)?.has("value")) return [{ kind: "hash", scheme, hash }];
  return [unknown(hash, `its algorithm ${JSON.stringify(algorithm)} is none of Keycloak's own.`)];
}

/** Since version 7 two texts of JSON; before, the same facts lay in fields of their own. */
function partsOf(credential: Fields): { readonly credentialData: string; readonly secretData: string } {
  const credentialData = textOf(credential.get("credentialData") ?? null);
  const secretData = textOf(credential.get("secretData") ?? null);
  if (credentialData !== null && secretData !== null) return { credentialData, secretData };
  const take = (name: string) => toTagged(credential.get(name) ?? null);
  return {
    credentialData: JSON.stringify({
      hashIterations: take("hashIterations"),
      algorithm: take("algorithm"),
      additionalParameters: {},
    }),
    secretData: JSON.stringify({
      value: take("hashedSaltedValue"),
      salt: take("salt"),
      additionalParameters: {},
    }),
  };
}

const ALGORITHMS: ReadonlyMap<string, "SHA1" | "SHA256" | "SHA512"> = new Map([
  ["HmacSHA1", "SHA1"],
  ["HmacSHA256", "SHA256"],
  ["HmacSHA512", "SHA512"],
]);

function factorOf(reading: Reading, credential: Fields): readonly ImportedFactor[] {
  const type = textOf(credential.get("type") ?? null) ?? "";
  const name = textOf(credential.get("userLabel") ?? null) || type;
  const facts = fieldsOf(credential.get("credentialData") ?? null) ?? new Map<string, Value>();
  const secrets = fieldsOf(credential.get("secretData") ?? null) ?? new Map<string, Value>();
  switch (type) {
    case "password":
    case "password-history":
      return [];
    case "otp":
    case "totp":
      return [{ type: "totp", name, value: otpOf(facts, secrets, credential), confirmed: true }];
    case "recovery-authn-codes":
      return [{ type: "backup-codes", name, value: codesOf(facts, secrets, credential), confirmed: true }];
    case "webauthn":
    case "webauthn-passwordless":
      return [{ type: "webauthn", name, value: { kind: "other", facts: credential }, confirmed: true }];
    default:
      reading.note(
        "value-unclear",
        `has a credential of the kind ${type}, which Watchword does not know; it is left behind.`,
      );
      return [];
  }
}

/** The secret is the text itself, as bytes, unless it says that it is Base32. */
function otpOf(facts: Fields, secrets: Fields, credential: Fields): ImportedFactor["value"] {
  const value = textOf(secrets.get("value") ?? null);
  const algorithm = ALGORITHMS.get(textOf(facts.get("algorithm") ?? null) ?? "HmacSHA1");
  const digits = facts.get("digits");
  const period = facts.get("period");
  const secret =
    value === null
      ? null
      : facts.get("secretEncoding") === "BASE32"
        ? readBase32(value)
        : base32(Buffer.from(value));
  if (
    facts.get("subType") === "totp" &&
    secret !== null &&
    algorithm !== undefined &&
    typeof digits === "number" &&
    typeof period === "number"
  )
    return { kind: "totp", secret, digits, period, algorithm };
  // Counting codes (HOTP, RFC 4226) and what else there may come to be: kept whole.
  return { kind: "other", facts: credential };
}

function codesOf(facts: Fields, secrets: Fields, credential: Fields): ImportedFactor["value"] {
  const codes = listOf(secrets.get("codes") ?? null)
    .map((code) => (isFields(code) ? textOf(code.get("encodedHashedValue") ?? null) : null))
    .filter((code) => code !== null);
  const algorithm = textOf(facts.get("algorithm") ?? null) ?? "";
  return codes.length === 0
    ? { kind: "other", facts: credential }
    : { kind: "hashed-codes", scheme: `keycloak ${algorithm}`.trim(), hashes: codes };
}

import type { Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedFactor, ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { readBase32 } from "./base32.js";
import { findTable } from "./finding.js";
import { person, readable } from "./person.js";
import { isEmpty, Reading } from "./reading.js";
import { unknown } from "./schemes.js";

/** What Clerk calls a hash, and what it is called here. */
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ["argon2i", "argon2i"],
  ["argon2id", "argon2id"],
  ["bcrypt", "bcrypt"],
  ["bcrypt_peppered", "clerk_bcrypt_peppered"],
  ["bcrypt_sha256_django", "django_bcrypt_sha256"],
  ["hmac_sha256_utf16_b64", "hmac_sha256_utf16_b64"],
  ["ldap_ssha", "ldap_salted_sha1"],
  ["md5", "hex_md5"],
  ["md5_phpass", "phpass"],
  ["md5_salted", "clerk_md5_salted"],
  ["phpass", "phpass"],
  ["pbkdf2_sha1", "clerk_pbkdf2_sha1"],
  ["pbkdf2_sha256", "clerk_pbkdf2_sha256"],
  ["pbkdf2_sha256_django", "django_pbkdf2_sha256"],
  ["pbkdf2_sha512", "clerk_pbkdf2_sha512"],
  ["pbkdf2_sha512_hex", "clerk_pbkdf2_sha512_hex"],
  ["scrypt_firebase", "clerk_scrypt_firebase"],
  ["scrypt_werkzeug", "werkzeug"],
  ["sha256", "hex_sha256"],
  ["sha256_salted", "clerk_sha256_salted"],
  ["sha512_symfony", "clerk_sha512_symfony"],
]);

/** Clerk's export of users. */
export const clerk: ImportSource = {
  name: "clerk",
  title: "Clerk",
  reads: ["csv"],
  takes: "the CSV that the dashboard exports (Settings, User exports)",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const tables = (await input.list()).map(({ table }) => table);
    const names = options.table === undefined ? tables : [options.table];
    const users = await findTable(input, "Clerk", names, ["id", "primary_email_address", "password_digest"]);
    yield* readable(input.rows([users.table]), (row) => toUser(row, options));
  },
};

function toUser(row: Row, options: SourceOptions): SourceItem {
  const reading = new Reading(row, options);
  const verified = listOf(reading.filled("verified_email_addresses"));
  const unverified = listOf(reading.filled("unverified_email_addresses"));
  const email = reading.filled("primary_email_address") ?? verified[0] ?? unverified[0] ?? null;
  const secret = reading.filled("totp_secret");
  const user = {
    origin: { system: "clerk", id: reading.text("id") ?? "" },
    username: reading.filled("username"),
    email,
    emailVerified: email !== null && verified.includes(email),
    passwords: passwordsOf(reading),
    createdAt: reading.time("created_at", { epoch: "either" }),
    updatedAt: reading.time("updated_at", { epoch: "either" }),
    lastSignInAt: reading.time("last_sign_in_at", { epoch: "either" }),
    factors: factorsOf(secret),
  };
  const data = new Map<string, Value>();
  for (const [name, value] of reading.rest(false)) if (!isEmpty(value)) data.set(name, value);
  const others = { verified_email_addresses: verified, unverified_email_addresses: unverified };
  for (const [name, addresses] of Object.entries(others)) {
    const rest = addresses.filter((address) => address !== email);
    if (rest.length > 0) data.set(name, rest);
  }
  return person(reading, { ...user, data });
}

/** Several addresses in one cell: as JSON, or with one of these between them, none of which an address has outside of quotes. */
function listOf(cell: string | null): readonly string[] {
  return (cell ?? "").split(/[\s,;|[\]"]+/).filter((address) => address !== "");
}

function passwordsOf(reading: Reading): readonly ImportedPassword[] {
  const hash = reading.filled("password_digest");
  const hasher = reading.filled("password_hasher");
  if (hash === null) return [];
  const scheme = SCHEMES.get(hasher ?? "");
  if (scheme !== undefined) return [{ kind: "hash", scheme, hash }];
  return [
    unknown(
      hash,
      hasher === "awscognito"
        ? "it lies with AWS Cognito still, which gives no hashes away."
        : `its hasher ${hasher ?? "(none)"} is not known.`,
    ),
  ];
}

function factorsOf(stored: string | null): readonly ImportedFactor[] {
  if (stored === null) return [];
  const secret = readBase32(stored);
  return [
    {
      type: "totp",
      name: "authenticator",
      value:
        secret === null
          ? { kind: "sealed", text: stored, why: "it is no Base32" }
          : { kind: "totp", secret, digits: 6, period: 30, algorithm: "SHA1" },
      confirmed: true,
    },
  ];
}

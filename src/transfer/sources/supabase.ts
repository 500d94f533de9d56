import type { Fields, Value } from "../../base/values.js";
import type { BlockState } from "../../store/contract.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedFactor, ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { readBase32 } from "./base32.js";
import { findTable } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { jsonOf, Reading, textOf } from "./reading.js";
import { ARGON2, BCRYPT, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const FIREBASE = /^\$fbscrypt\$v=1,n=\d+,r=\d+,p=\d+(?:,ss=[^,$]*)?(?:,sk=[^,$]*)?\$[^$]+\$[^$]+$/;
const IDENTITIES = "identities";
const FACTORS = "mfa_factors";

/** Codes and tokens in somebody's mailbox, kept as hashes or in clear. */
const CODES = [
  "confirmation_token",
  "recovery_token",
  "email_change_token_new",
  "email_change_token_current",
  "reauthentication_token",
  "phone_change_token",
  "email_change_token",
];

/** Supabase Auth: the schema `auth` of the project's PostgreSQL. */
export const supabase: ImportSource = {
  name: "supabase",
  title: "Supabase Auth",
  reads: ["postgres", "sql", "csv"],
  takes: "the URL of the project's database, or pg_dump --schema auth of it as plain text",
  needs: [],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "Supabase",
    [options.table ?? "auth.users", "users"],
    ["id", "email", "encrypted_password"],
  );
  const inAuth = (name: string) => (users.schema === null ? name : `${users.schema}.${name}`);
  const side = SideRows.create();
  try {
    yield* collect(input.rows([inAuth(IDENTITIES), inAuth(FACTORS)]), async (row) => {
      const owner = textOf(row.values.get("user_id") ?? null);
      if (owner !== null) await side.add(row.table, owner, row.values);
    });
    yield* readable(input.rows([inAuth(users.table)]), (row) => toUser(row, options, side));
    yield {
      kind: "note",
      where: "sessions",
      code: "sessions-left",
      message:
        "Supabase's sessions are signed tokens of its own and do not come along: everybody signs in anew.",
    };
  } finally {
    await side.close();
  }
}

function toUser(row: Row, options: SourceOptions, side: SideRows): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text("id") ?? "";
  const verifiedAt = reading.time("email_confirmed_at");
  const confirmedAt = reading.time("confirmed_at");
  if (reading.holdsAny(...CODES))
    reading.note(
      "code-left",
      "waits for a code or link by mail; it ends with the move, and they ask for a new one.",
    );
  reading.drop(
    "confirmation_sent_at",
    "recovery_sent_at",
    "email_change_sent_at",
    "email_change_confirm_status",
    "phone_change_sent_at",
    "reauthentication_sent_at",
    "instance_id",
  );
  const email = reading.filled("email");
  const user = {
    origin: { system: "supabase", id },
    username: null,
    email,
    emailVerified: verifiedAt !== null,
    emailVerifiedAt: verifiedAt ?? (email === null ? null : confirmedAt),
    passwords: passwordsOf(reading.text("encrypted_password")),
    active: reading.time("deleted_at") === null,
    blocked: blockOf(reading, options),
    createdAt: reading.time("created_at"),
    updatedAt: reading.time("updated_at"),
    lastSignInAt: reading.time("last_sign_in_at"),
    factors: side.of(FACTORS, id).map(factorOf),
  };
  // The database's right to go round its own row rules is none in the application.
  reading.keep("is_super_admin");
  const identities = side
    .of(IDENTITIES, id)
    .filter((identity) => identity.get("provider") !== "email")
    .map(readJson);
  const data = new Map<string, Value>();
  for (const [name, value] of readJson(reading.rest(false))) if (value !== "") data.set(name, value);
  if (identities.length > 0) data.set(IDENTITIES, identities);
  return person(reading, { ...user, emailVerified: user.emailVerifiedAt !== null, data });
}

function passwordsOf(stored: string | null): readonly ImportedPassword[] {
  if (!stored) return [];
  if (BCRYPT.test(stored)) return [{ kind: "hash", scheme: "bcrypt", hash: stored }];
  if (ARGON2.test(stored)) return [{ kind: "hash", scheme: "argon2", hash: stored }];
  if (FIREBASE.test(stored)) return [{ kind: "hash", scheme: "supabase_fbscrypt", hash: stored }];
  return [unknown(stored, "it is no hash that Supabase takes.")];
}

function blockOf(reading: Reading, options: SourceOptions): BlockState | null {
  const stored = reading.text("banned_until");
  if (!stored) return null;
  const until = reading.time("banned_until");
  const isOver = until !== null && until <= options.now;
  return isOver ? null : { since: options.now, until, reason: "banned in Supabase" };
}

/** Columns of JSON lie in a dump as text. */
function readJson(fields: Fields): Fields {
  const read = new Map<string, Value>();
  for (const [name, value] of fields) {
    const isJson = name === "raw_app_meta_data" || name === "raw_user_meta_data" || name === "identity_data";
    read.set(name, isJson && typeof value === "string" ? (jsonOf(value) ?? value) : value);
  }
  return read;
}

function factorOf(fields: Fields): ImportedFactor {
  const text = (name: string) => textOf(fields.get(name) ?? null) ?? "";
  const name = text("friendly_name") || text("factor_type") || "factor";
  const confirmed = text("status") === "verified";
  if (text("factor_type") !== "totp")
    return { type: "webauthn", name, value: { kind: "other", facts: fields }, confirmed };
  const secret = readBase32(text("secret"));
  return {
    type: "totp",
    name,
    confirmed,
    value:
      secret === null
        ? { kind: "sealed", text: text("secret"), why: "Supabase sealed it with a key of its own" }
        : { kind: "totp", secret, digits: 6, period: 30, algorithm: "SHA1" },
  };
}

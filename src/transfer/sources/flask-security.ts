import type { Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedFactor, ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { readBase32 } from "./base32.js";
import { findTable, tableNamed } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { Reading, textOf } from "./reading.js";
import { cryptScheme, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const SALT = "salt";
const PASSLIB = /^\$(?:pbkdf2(?:-sha256|-sha512)?|bcrypt-sha256|scrypt)\$[^\s]{20,500}$/;

/** Flask-Security and Flask-Security-Too. */
export const flaskSecurity: ImportSource = {
  name: "flask-security",
  title: "Flask-Security(-Too)",
  reads: ["postgres", "sql", "sqlite"],
  takes: "the URL of the PostgreSQL database, a pg_dump or mysqldump as text, or the SQLite file",
  needs: [
    {
      name: SALT,
      description:
        "SECURITY_PASSWORD_SALT of the application, which passwords are mixed with before they are hashed. Without it nobody can sign in, unless SECURITY_PASSWORD_SINGLE_HASH was set.",
      secret: true,
    },
  ],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "Flask-Security",
    [options.table ?? "user", "users"],
    ["id", "email", "password", "active"],
  );
  const memberships = (await tableNamed(input, "roles_users")) ?? "roles_users";
  const roleTable = (await tableNamed(input, "role", ["name"])) ?? "roles";
  const roles = new Map<string, string>();
  for await (const { values } of input.rows([roleTable]))
    roles.set(idOf(values.get("id")), idOf(values.get("name")));
  const side = SideRows.create();
  try {
    yield* collect(input.rows([memberships]), async (row) => {
      await side.add(memberships, idOf(row.values.get("user_id")), row.values);
    });
    yield* readable(input.rows([users.table]), (row) => {
      const own = side
        .of(memberships, idOf(row.values.get("id")))
        .map((fields) => idOf(fields.get("role_id")));
      return toUser(
        row,
        options,
        own.map((role) => roles.get(role) ?? role),
      );
    });
  } finally {
    await side.close();
  }
}

function idOf(value: Value | undefined): string {
  return textOf(value ?? null) ?? "";
}

function toUser(row: Row, options: SourceOptions, roles: readonly string[]): SourceItem {
  const reading = new Reading(row, options);
  const confirmedAt = reading.time("confirmed_at");
  const user = {
    origin: { system: "flask-security", id: reading.text("id") ?? "" },
    username: reading.filled("username"),
    email: reading.filled("email"),
    emailVerified: confirmedAt !== null,
    emailVerifiedAt: confirmedAt,
    passwords: passwordsOf(reading, options),
    active: reading.flag("active", true),
    roles,
    createdAt: reading.time("create_datetime"),
    updatedAt: reading.time("update_datetime"),
    lastSignInAt: reading.time("current_login_at") ?? reading.time("last_login_at"),
    factors: factorsOf(reading),
  };
  return person(reading, { ...user, data: reading.rest(false) });
}

/** The stored text does not show whether the salt was mixed in, nor that the password was in NFKD. */
function passwordsOf(reading: Reading, options: SourceOptions): readonly ImportedPassword[] {
  const stored = reading.text("password");
  if (!stored) return [];
  if (!PASSLIB.test(stored) && cryptScheme(stored) === null)
    return [unknown(stored, "it is no hash that Flask-Security writes.")];
  const salt = options.answers.get(SALT);
  if (salt === undefined)
    reading.note(
      "need-missing",
      "has a password that is mixed with SECURITY_PASSWORD_SALT, which was not given.",
    );
  return [
    {
      kind: "hash",
      scheme: "flask_security",
      hash: stored,
      ...(salt === undefined ? {} : { context: { pepper: salt } }),
    },
  ];
}

function factorsOf(reading: Reading): readonly ImportedFactor[] {
  const stored = reading.filled("tf_totp_secret");
  const isApp = reading.text("tf_primary_method") === "authenticator";
  reading.keep("tf_primary_method");
  const factors: ImportedFactor[] = [];
  if (stored !== null) {
    const secret = readBase32(keyOf(stored));
    const why = "the application sealed it with SECURITY_TOTP_SECRETS";
    factors.push({
      type: "totp",
      name: "authenticator",
      value:
        secret === null
          ? { kind: "sealed", text: stored, why }
          : { kind: "totp", secret, digits: 6, period: 30, algorithm: "SHA1" },
      confirmed: isApp,
    });
    if (secret === null) reading.note("need-missing", `has a second factor that stays sealed: ${why}.`);
  }
  const codes = (reading.text("mf_recovery_codes") ?? "")
    .split(",")
    .map((code) => code.trim())
    .filter((code) => code !== "");
  if (codes.length > 0)
    factors.push({
      type: "backup-codes",
      name: "recovery codes",
      value: { kind: "codes", codes },
      confirmed: true,
    });
  const unified = reading.filled("us_totp_secrets");
  if (unified !== null)
    factors.push({
      type: "totp",
      name: "unified sign-in",
      value: { kind: "sealed", text: unified, why: "it holds secrets for mail and SMS as well" },
      confirmed: true,
    });
  return factors;
}

/** Passlib writes a secret that is not sealed as JSON with its Base32 in `key`. */
function keyOf(stored: string): string {
  return /^\{"key": ?"([A-Z2-7]+)"[^{}]*\}$/.exec(stored)?.[1] ?? stored;
}

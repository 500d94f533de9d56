import type { Value } from "../../base/values.js";
import type { BlockState } from "../../store/contract.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedFactor, ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { readBase32 } from "./base32.js";
import { findTable } from "./finding.js";
import { person, readable } from "./person.js";
import { jsonOf, Reading } from "./reading.js";
import { BCRYPT, unknown } from "./schemes.js";

const PEPPER = "pepper";
const UNLOCK_IN = "unlock-in";

/** Devise for Ruby on Rails, with whichever of its modules, and devise-two-factor. */
export const devise: ImportSource = {
  name: "devise",
  title: "Devise",
  reads: ["postgres", "sql", "sqlite"],
  takes:
    "the URL of the PostgreSQL database, a pg_dump or mysqldump as text, or the SQLite file; --table where it is not users",
  needs: [
    {
      name: PEPPER,
      description:
        "config.pepper of config/initializers/devise.rb, which every password was hashed with. Give it empty where none is configured; without it nobody may be able to sign in.",
      secret: true,
    },
    {
      name: UNLOCK_IN,
      description:
        "config.unlock_in of Devise in whole seconds, where a locked account opens again by itself (:time or :both). Without it a locked account stays blocked until somebody unblocks it.",
      secret: false,
    },
  ],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const users = await findTable(
      input,
      "Devise",
      [options.table ?? "users"],
      ["id", "email", "encrypted_password"],
    );
    yield* readable(input.rows([users.table]), (row) => toUser(row, options));
  },
};

function toUser(row: Row, options: SourceOptions): SourceItem {
  const reading = new Reading(row, options);
  const confirmedAt = reading.time("confirmed_at");
  if (reading.holdsAny("reset_password_token", "confirmation_token", "unlock_token"))
    reading.note("code-left", "waits for a link by mail; it ends with the move, and they ask for a new one.");
  reading.drop(
    "reset_password_sent_at",
    "confirmation_sent_at",
    "remember_created_at",
    "remember_token",
    "failed_attempts",
  );
  const id = reading.text("id") ?? "";
  const user = {
    origin: { system: "devise", id },
    username: reading.filled("username") ?? reading.filled("login"),
    email: reading.filled("email"),
    emailVerified: confirmedAt !== null,
    emailVerifiedAt: confirmedAt,
    passwords: passwordsOf(reading, options),
    blocked: blockOf(reading, options),
    createdAt: reading.time("created_at"),
    updatedAt: reading.time("updated_at"),
    lastSignInAt: reading.time("current_sign_in_at") ?? reading.time("last_sign_in_at"),
    factors: factorsOf(reading),
  };
  return person(reading, { ...user, data: reading.rest(false) });
}

function passwordsOf(reading: Reading, options: SourceOptions): readonly ImportedPassword[] {
  const stored = reading.text("encrypted_password");
  if (!stored) return [];
  if (!BCRYPT.test(stored))
    return [unknown(stored, "it is no bcrypt hash; an encryptor of its own may have written it.")];
  const pepper = options.answers.get(PEPPER);
  if (pepper === undefined)
    reading.note(
      "need-missing",
      "has a password that may be hashed with a pepper: give config.pepper of Devise, empty where there is none.",
    );
  return pepper
    ? [{ kind: "hash", scheme: "devise_bcrypt", hash: stored, context: { pepper } }]
    : [{ kind: "hash", scheme: "bcrypt", hash: stored }];
}

function blockOf(reading: Reading, options: SourceOptions): BlockState | null {
  const since = reading.time("locked_at");
  if (since === null) return null;
  const seconds = options.answers.get(UNLOCK_IN);
  const until = seconds !== undefined && /^\d{1,10}$/.test(seconds) ? since + Number(seconds) * 1000 : null;
  const isOver = until !== null && until <= options.now;
  return isOver ? null : { since, until, reason: "locked by Devise after failed sign-ins" };
}

/** devise-two-factor. From version 5 on `otp_secret` is sealed by Rails, unless the application keeps it open. */
function factorsOf(reading: Reading): readonly ImportedFactor[] {
  const confirmed = reading.flag("otp_required_for_login", false);
  const factors: ImportedFactor[] = [];
  const stored = reading.filled("otp_secret");
  const old = reading.filled("encrypted_otp_secret");
  const parts = ["encrypted_otp_secret_iv", "encrypted_otp_secret_salt"].map((name) => reading.filled(name));
  reading.drop("consumed_timestep");
  const secret = stored === null ? null : readBase32(stored);
  if (secret !== null)
    factors.push({
      type: "totp",
      name: "authenticator",
      value: { kind: "totp", secret, digits: 6, period: 30, algorithm: "SHA1" },
      confirmed,
    });
  else if (stored !== null || old !== null) {
    const why = "Rails sealed it with the application's own keys";
    const text = stored ?? JSON.stringify([old, ...parts]);
    factors.push({ type: "totp", name: "authenticator", value: { kind: "sealed", text, why }, confirmed });
    reading.note("need-missing", `has a second factor that stays sealed: ${why}.`);
  }
  const hashes = codesOf(reading.value("otp_backup_codes"));
  if (hashes.length > 0)
    factors.push({
      type: "backup-codes",
      name: "backup codes",
      value: { kind: "hashed-codes", scheme: "devise_bcrypt", hashes },
      confirmed,
    });
  return factors;
}

/** A list in PostgreSQL, JSON elsewhere. */
function codesOf(value: Value): readonly string[] {
  const list = typeof value === "string" ? jsonOf(value) : value;
  return Array.isArray(list) ? list.filter((code: Value) => typeof code === "string") : [];
}

import { type Fields, isFields, toTagged, type Value } from "../../base/values.js";
import type { BlockState } from "../../store/contract.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedFactor, ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { readBase32 } from "./base32.js";
import { person, readable } from "./person.js";
import { isEmpty, Reading, textOf } from "./reading.js";
import { ARGON2, BCRYPT, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

/** Auth0's export, and the layout of its bulk import. */
export const auth0: ImportSource = {
  name: "auth0",
  title: "Auth0",
  reads: ["ndjson", "json"],
  takes:
    "the NDJSON of a user export job. Password hashes come in a file of their own, which Auth0's support makes on request: hand over both",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const tables =
      options.table === undefined ? (await input.list()).map(({ table }) => table) : [options.table];
    const side = SideRows.create();
    try {
      // Two files tell of the same people: one has the profile, one the hash.
      if (tables.length > 1)
        for await (const row of input.rows(tables)) {
          const id = row.fault === undefined ? idOf(row) : null;
          if (id !== null) await side.add(isProfile(row) ? PROFILES : HASHES, id, hashIn(row));
        }
      yield* readable(input.rows(tables), (row) => {
        const id = idOf(row) ?? "";
        const isKnown = !isProfile(row) && side.of(PROFILES, id).length > 0;
        return isKnown ? null : toUser(row, options, side.of(HASHES, id)[0]?.get(HASH) ?? null);
      });
    } finally {
      await side.close();
    }
  },
};

const PROFILES = "profiles";
const HASHES = "hashes";
const HASH = "password_hash";

function hashIn(row: Row): Fields {
  const hash = row.values.get(HASH) ?? row.values.get("passwordHash");
  return hash === undefined ? new Map() : new Map([[HASH, hash]]);
}

function isProfile(row: Row): boolean {
  return row.values.has("identities") || row.values.has("created_at") || row.values.has("user_id");
}

/** `auth0|5f7c…` in one file is `{"$oid": "5f7c…"}` in the other. */
function idOf(row: Row): string | null {
  const id = textOf(row.values.get("user_id") ?? row.values.get("_id") ?? row.values.get("Id") ?? null);
  return id === null ? null : id.replace(/^auth0\|/, "");
}

function toUser(row: Row, options: SourceOptions, hashFromFile: Value): SourceItem {
  const reading = new Reading(row, options);
  const id = idOf(row) ?? textOf(row.values.get("email") ?? null) ?? "";
  reading.drop("user_id", "_id", "Id", "tenant", "connection", "_tmp_is_unique", "password_set_date");
  const user = {
    origin: { system: "auth0", id },
    username: reading.filled("username"),
    email: reading.filled("email"),
    emailVerified: reading.flag("email_verified", false),
    passwords: passwordsOf(reading, hashFromFile),
    blocked: blockOf(reading, options),
    createdAt: reading.time("created_at"),
    updatedAt: reading.time("updated_at"),
    lastSignInAt: reading.time("last_login"),
    factors: factorsOf(reading.value("mfa_factors")),
  };
  const data = new Map<string, Value>();
  for (const [name, value] of reading.rest(false)) if (!isEmpty(value)) data.set(name, value);
  return person(reading, { ...user, data });
}

function blockOf(reading: Reading, options: SourceOptions): BlockState | null {
  const blocked = reading.flag("blocked", false);
  return blocked ? { since: options.now, until: null, reason: "blocked in Auth0" } : null;
}

function passwordsOf(reading: Reading, fromFile: Value): readonly ImportedPassword[] {
  const custom = reading.value("custom_password_hash");
  if (isFields(custom))
    return [{ kind: "hash", scheme: "auth0_custom_password_hash", hash: JSON.stringify(toTagged(custom)) }];
  const stored = reading.filled("password_hash") ?? reading.filled("passwordHash") ?? textOf(fromFile);
  if (!stored) return [];
  if (BCRYPT.test(stored)) return [{ kind: "hash", scheme: "bcrypt", hash: stored }];
  if (ARGON2.test(stored)) return [{ kind: "hash", scheme: "argon2", hash: stored }];
  return [unknown(stored, "it is no bcrypt or argon2 hash, and names no algorithm.")];
}

function factorsOf(value: Value): readonly ImportedFactor[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isFields).map((facts): ImportedFactor => {
    const totp = facts.get("totp");
    const secret = isFields(totp) ? readBase32(textOf(totp.get("secret") ?? null) ?? "") : null;
    if (secret === null)
      return {
        type: "totp",
        name: [...facts.keys()].join(", "),
        value: { kind: "other", facts },
        confirmed: true,
      };
    return {
      type: "totp",
      name: "authenticator",
      value: { kind: "totp", secret, digits: 6, period: 30, algorithm: "SHA1" },
      confirmed: true,
    };
  });
}

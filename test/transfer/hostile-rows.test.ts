import fc from "fast-check";
import { expect, it } from "vitest";
import { WatchwordError } from "watchword";
import { Tagged, toTagged, type Value } from "#dist/base/values.js";
import type { Row, TableInfo, Tables } from "#dist/transfer/readers/rows.js";
import { SOURCES } from "#dist/transfer/sources/index.js";

// Whatever lies in the tables: every row becomes a user, a refusal or a note, and nothing but a WatchwordError is thrown.

/** Columns that the sources look for, all in one table. */
const COLUMNS = [
  ..."id _id ID userid user_id userId username user_login rolname User name dn uid login localId email mail user_email".split(
    " ",
  ),
  ..."primary_email_address password hash user_pass encrypted_password hashed_password kpasswd salt rolpassword".split(
    " ",
  ),
  ..."plugin authentication_string definition Priv passwordHash password_hash custom_password_hash password_digest".split(
    " ",
  ),
  ..."password_hasher userPassword credentials active is_active enabled admin superuser is_superuser is_staff banned".split(
    " ",
  ),
  ..."blocked verified emailVerified email_verified confirmed_at locked_at banExpires last_login date_joined created_at".split(
    " ",
  ),
  ..."createdAt createdTimestamp user_registered expires_at expire rolvaliduntil rolcanlogin role roles realmRoles".split(
    " ",
  ),
  ..."requiredActions extra_data custom_data meta_key meta_value objectClass pwdAccountLockedTime secret backupCodes".split(
    " ",
  ),
  ..."otp_secret otp_backup_codes tf_totp_secret mf_recovery_codes mfaInfo mfa_factors totp_secret factor_type".split(
    " ",
  ),
  ..."providerId token x_auth_token expiry_date key expiration Host host changetype attributes gecos".split(
    " ",
  ),
];

const TEXTS = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "!",
    "*",
    "{",
    "[",
    "null",
    'a:1:{i:0;O:8:"stdClass":0:{}}',
    "$2a$10$",
    "md5",
    "pbkdf2_sha256$1$$",
  ),
  fc.constantFrom(
    "{CRYPT}!",
    "{SASL}x",
    "{}",
    "plain$$",
    "IDENTIFIED BY PASSWORD '",
    "99999999-99-99",
    '{"auth_or":[[],1]}',
    "SCRAM-SHA-256$",
    "\\",
  ),
);
const VALUES: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    TEXTS,
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.bigInt(),
    fc.uint8Array({ maxLength: 12 }),
    TEXTS.map((text) => new Tagged("oid", text)),
    fc.double().map((number) => new Tagged("date", new Tagged("numberLong", String(number)))),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(TEXTS, fc.constantFrom(...COLUMNS)), tie("value")), { maxLength: 4 })
      .map((pairs) => new Map(pairs)),
  ),
})).value;

function tablesOf(names: readonly string[], rows: readonly ReadonlyMap<string, Value>[]): Tables {
  return {
    title: "hostile",
    async list(): Promise<readonly TableInfo[]> {
      return names.map((table) => ({ schema: null, table, columns: null }));
    },
    async *rows(wanted): AsyncGenerator<Row> {
      for (const table of names.filter((name) => wanted.includes(name)))
        for (const [index, values] of rows.entries()) yield { schema: null, table, values, line: index + 1 };
    },
    async close() {},
  };
}

const SIDES = [
  "sessions",
  "blocked",
  "limit",
  "account",
  "session",
  "twoFactor",
  "authorities",
  "roles_users",
  "role",
  "passwd",
  "pg_auth_members",
  "wp_usermeta",
];
const MAIN = [
  "users",
  "user",
  "piccolo_user",
  "auth_user",
  "djmongoauth_user",
  "wp_users",
  "entries",
  "htpasswd",
  "shadow",
  "pg_authid",
  "global_priv",
];
const asked = {
  answers: new Map([
    ["secret", "s"],
    ["pepper", "p"],
  ]),
  timeZone: "Asia/Kathmandu",
  keepSessions: true,
  now: 0,
};

for (const source of SOURCES)
  it(`${source.name}: any rows at all`, async () => {
    const row = fc
      .array(fc.tuple(fc.constantFrom(...COLUMNS), VALUES), { maxLength: 14 })
      .map((pairs) => new Map(pairs));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 3 }), async (rows) => {
        const names = source.name === "clerk" || source.name.length < 7 ? ["users"] : [...MAIN, ...SIDES];
        const mapping = {
          id: "id",
          username: "username",
          email: "email",
          hash: "hash",
          roles: "roles",
          createdAt: "created_at",
        };
        try {
          for await (const item of source.read(tablesOf(names, rows), { ...asked, mapping })) {
            if (item.kind === "user") {
              // What becomes of it is JSON, and times are whole milliseconds or none.
              JSON.stringify(toTagged(item.data));
              for (const time of [item.createdAt, item.updatedAt, item.lastSignInAt, item.emailVerifiedAt])
                expect(time === null || Number.isSafeInteger(time)).toBe(true);
              expect(typeof item.origin.id).toBe("string");
            }
          }
        } catch (error) {
          if (!(error instanceof WatchwordError)) throw error;
        }
      }),
      { numRuns: 150 },
    );
  });

import { type Fields, isFields, type Value } from "../../base/values.js";
import type { BlockState } from "../../store/contract.js";
import { readPhp } from "../readers/php.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedFactor, ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { readBase32 } from "./base32.js";
import { findTable } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { Reading, textOf } from "./reading.js";
import { BCRYPT, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

/** What WordPress keeps of running sign-ins, and secrets that end with it. */
const SECRET_META: ReadonlySet<string> = new Set(["session_tokens", "_new_email", "_application_passwords"]);

/** WordPress, any version: `…users` and `…usermeta`, whatever their prefix. */
export const wordpress: ImportSource = {
  name: "wordpress",
  title: "WordPress",
  reads: ["sql"],
  takes: "a mysqldump (or mariadb-dump) as text that holds the tables users and usermeta, under any prefix",
  needs: [],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await usersTable(input, options.table);
  const prefix = users.slice(0, -"users".length);
  const meta = `${prefix}usermeta`;
  const side = SideRows.create();
  try {
    yield* collect(input.rows([meta]), async (row) => {
      const owner = textOf(row.values.get("user_id") ?? null);
      if (owner !== null) await side.add(meta, owner, row.values);
    });
    yield* readable(input.rows([users]), (row) => toUser(row, options, prefix, side));
    for (const { owner, rows } of side.orphans(meta))
      yield {
        kind: "note",
        where: meta,
        code: "orphan",
        message: `${rows.length} rows of ${meta} belong to user ${owner}, who is not there. They are left behind.`,
      };
  } finally {
    await side.close();
  }
}

const COLUMNS = ["ID", "user_login", "user_pass", "user_email"];

async function usersTable(input: Tables, asked: string | undefined): Promise<string> {
  if (asked !== undefined) return (await findTable(input, "WordPress", [asked], COLUMNS)).table;
  const names = (await input.list()).map(({ table }) => table).filter((table) => table.endsWith("users"));
  return (await findTable(input, "WordPress", names.length === 0 ? ["wp_users"] : names, COLUMNS)).table;
}

function toUser(row: Row, options: SourceOptions, prefix: string, side: SideRows): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text("ID") ?? "";
  const meta = metaOf(reading, side.of(`${prefix}usermeta`, id));
  const roles = rolesOf(reading, meta, `${prefix}capabilities`);
  const factors = factorsOf(meta);
  const locale = textOf(meta.get("locale") ?? null) || null;
  if (meta.get("locale") === "" || locale !== null) meta.delete("locale");
  if (reading.holdsAny("user_activation_key"))
    reading.note("code-left", "waits for a link by mail; it ends with the move, and they ask for a new one.");
  const deleted = reading.flag("deleted", false);
  const user = {
    origin: { system: "wordpress", id },
    username: reading.filled("user_login"),
    email: reading.filled("user_email"),
    passwords: passwordsOf(reading.text("user_pass")),
    active: !deleted,
    // The role that manages users, by WordPress' own list of capabilities.
    admin: roles.includes("administrator"),
    roles,
    blocked: spamBlock(reading, options),
    locale,
    // In UTC whatever the zone of the site.
    createdAt: reading.time("user_registered", { zone: "UTC" }),
    factors,
  };
  const data = reading.rest(false);
  if (meta.size > 0) data.set("usermeta", meta);
  return person(reading, { ...user, data });
}

/** Plain `$2y$`, phpass and MD5 take the password as WordPress does: trimmed, and with slashes where the form added them. */
function passwordsOf(stored: string | null): readonly ImportedPassword[] {
  if (!stored) return [];
  const scheme = /^\$wp\$2y\$\d\d\$[./A-Za-z0-9]{53}$/.test(stored)
    ? "wordpress_68"
    : /^\$[PH]\$[./A-Za-z0-9]{31}$/.test(stored)
      ? "wordpress_phpass"
      : BCRYPT.test(stored)
        ? "wordpress_phpass"
        : /^[0-9a-f]{32}$/.test(stored)
          ? "wordpress_md5"
          : null;
  if (scheme !== null) return [{ kind: "hash", scheme, hash: stored }];
  return [unknown(stored, "it is no hash that WordPress takes; a plugin may have written it.")];
}

function spamBlock(reading: Reading, options: SourceOptions): BlockState | null {
  const spam = reading.flag("spam", false);
  return spam ? { since: options.now, until: null, reason: "marked as spam in WordPress" } : null;
}

/** Settings by name; of a name that occurs more than once the values in their order. */
function metaOf(reading: Reading, rows: readonly Fields[]): Map<string, Value> {
  const meta = new Map<string, Value>();
  for (const row of rows) {
    const key = textOf(row.get("meta_key") ?? null);
    if (key === null) continue;
    if (SECRET_META.has(key)) {
      if (key === "session_tokens")
        reading.note(
          "sessions-left",
          "is signed in; WordPress' cookies are sealed with its own keys and end with the move.",
        );
      continue;
    }
    const value = metaValue(reading, key, row.get("meta_value") ?? null);
    const earlier = meta.get(key);
    if (earlier === undefined) meta.set(key, value);
    else
      meta.set(
        key,
        Array.isArray(earlier) && MANY.has(earlier) ? many([...earlier, value]) : many([earlier, value]),
      );
  }
  return meta;
}

/** Tells a list of several rows from one row whose value is a list. */
const MANY = new WeakSet<readonly Value[]>();

function many(values: readonly Value[]): readonly Value[] {
  MANY.add(values);
  return values;
}

/** Only what is an array in PHP's writing is read; a text that looks like `i:1;` may be just that text. */
function metaValue(reading: Reading, key: string, value: Value): Value {
  if (typeof value !== "string" || !/^[aO]:\d+:/.test(value)) return value;
  const php = readPhp(value);
  const doubt = php.status === "read" ? php.unsupported.join(", ") : php.why;
  if (php.status === "read" && doubt === "") return php.value;
  reading.note(
    "value-kept-raw",
    `has usermeta ${key} that only PHP could make whole again (${doubt}); it is kept as the text that it was.`,
  );
  return value;
}

/** Roles, and capabilities given to this person alone, stand side by side; one set to false is a right taken away. */
function rolesOf(reading: Reading, meta: Map<string, Value>, name: string): readonly string[] {
  const capabilities = meta.get(name);
  if (capabilities === undefined || capabilities === "") return [];
  if (Array.isArray(capabilities) && capabilities.length === 0) {
    meta.delete(name);
    return [];
  }
  if (!isFields(capabilities)) {
    reading.note("value-unclear", `${name} is no list of roles. The value is kept in the user's data.`);
    return [];
  }
  const granted = [...capabilities].filter(([, value]) => value === true || value === 1 || value === "1");
  if (granted.length === capabilities.size) meta.delete(name);
  return granted.map(([role]) => role);
}

/** Of the plugin Two-Factor, which WordPress' own developers keep. */
function factorsOf(meta: Map<string, Value>): readonly ImportedFactor[] {
  const factors: ImportedFactor[] = [];
  const secret = readBase32(textOf(meta.get("_two_factor_totp_key") ?? null) ?? "");
  if (secret !== null) {
    meta.delete("_two_factor_totp_key");
    factors.push({
      type: "totp",
      name: "authenticator",
      value: { kind: "totp", secret, digits: 6, period: 30, algorithm: "SHA1" },
      confirmed: true,
    });
  }
  const codes = meta.get("_two_factor_backup_codes");
  const hashes = isFields(codes) ? [...codes.values()] : codes;
  if (Array.isArray(hashes) && hashes.length > 0) {
    meta.delete("_two_factor_backup_codes");
    factors.push({
      type: "backup-codes",
      name: "backup codes",
      value: {
        kind: "hashed-codes",
        scheme: "wordpress",
        hashes: hashes.filter((hash: Value) => typeof hash === "string"),
      },
      confirmed: true,
    });
  }
  return factors;
}

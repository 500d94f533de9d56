import type { Fields } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type {
  ImportedPassword,
  ImportedSession,
  ImportSource,
  SourceItem,
  SourceOptions,
} from "../source.js";
import { findTable } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { Reading, textOf, timeOf } from "./reading.js";
import { unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const HASH = /^pbkdf2_sha256\$\d+\$[0-9a-f]+\$[0-9a-f]{64}$/;

/** Piccolo's BaseUser, with `sessions` and `token_auth` of piccolo_api. */
export const piccolo: ImportSource = {
  name: "piccolo",
  title: "Piccolo BaseUser",
  reads: ["postgres", "sql", "sqlite"],
  takes: "the URL of the PostgreSQL database, its pg_dump as plain text, or the SQLite file",
  needs: [],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "Piccolo",
    [options.table ?? "piccolo_user"],
    ["id", "username", "password", "email", "active", "admin", "superuser"],
  );
  const side = SideRows.create();
  try {
    yield* collect(input.rows(["sessions", "token_auth"]), async (row) => {
      const owner = textOf(row.values.get(row.table === "sessions" ? "user_id" : "user") ?? null);
      if (owner !== null) await side.add(row.table, owner, row.values);
    });
    yield* readable(input.rows([users.table]), (row) => toUser(row, options, side));
    for (const table of ["sessions", "token_auth"])
      for (const { owner, rows } of side.orphans(table))
        yield {
          kind: "note",
          where: table,
          code: "orphan",
          message: `${rows.length} of ${table} belong to user ${owner}, who is not there. They are left behind.`,
        };
  } finally {
    await side.close();
  }
}

function toUser(row: Row, options: SourceOptions, side: SideRows): SourceItem {
  const reading = new Reading(row, options);
  const { id, number } = reading.numberedId("id");
  const tokens = side.of("token_auth", id);
  if (tokens.length > 0)
    reading.note(
      "sessions-left",
      options.keepSessions
        ? "has a token of token_auth, which had no end. It becomes a session, which has one."
        : "has a token of token_auth; it stops working, unless sessions are kept.",
    );
  const sessions = side.of("sessions", id);
  return person(reading, {
    origin: { system: "piccolo", id },
    number,
    username: reading.text("username"),
    email: reading.filled("email"),
    passwords: passwordsOf(reading.text("password")),
    active: reading.flag("active", false),
    admin: reading.flag("admin", false),
    superuser: reading.flag("superuser", false),
    lastSignInAt: reading.time("last_login"),
    sessions: options.keepSessions
      ? [...sessions.flatMap((session) => sessionOf(session, options)), ...tokens.flatMap(tokenOf)]
      : [],
    data: reading.rest(),
  });
}

/** `BaseUser` stores a text that begins with `pbkdf2_sha256` as it came, so it may be no hash; then it matches nothing there either. */
function passwordsOf(stored: string | null): readonly ImportedPassword[] {
  if (!stored) return [];
  if (HASH.test(stored)) return [{ kind: "hash", scheme: "piccolo_pbkdf2_sha256", hash: stored }];
  return [unknown(stored, "it is no hash that Piccolo writes.")];
}

/** A session lives until the earlier of its two dates. */
function sessionOf(fields: Fields, options: SourceOptions): readonly ImportedSession[] {
  const token = textOf(fields.get("token") ?? null);
  const ends = ["expiry_date", "max_expiry_date"]
    .map((name) => timeOf(fields.get(name) ?? null, options.timeZone))
    .filter((end) => typeof end === "number");
  const expiresAt = Math.min(...ends);
  if (!token || ends.length === 0 || expiresAt <= options.now) return [];
  return [{ token, createdAt: null, expiresAt, ip: null, userAgent: null }];
}

function tokenOf(fields: Fields): readonly ImportedSession[] {
  const token = textOf(fields.get("token") ?? null);
  return token ? [{ token, createdAt: null, expiresAt: null, ip: null, userAgent: null }] : [];
}

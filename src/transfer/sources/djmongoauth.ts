import type { Fields } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedSession, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { Reading, textOf, timeOf, wallOfInstant } from "./reading.js";
import { djangoPasswords } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const USERS = "djmongoauth_user";
const SESSIONS = "djmongoauth_session";
const LINKS = "djmongoauth_temporaryauthenticator";

/** djmongoauth 0.0.1: Django models in MongoDB by djongo. Django's own `auth_user` beside them is another user base. */
export const djmongoauth: ImportSource = {
  name: "djmongoauth",
  title: "djmongoauth",
  reads: ["mongodb", "ndjson"],
  takes: `the URL of the MongoDB database, or a folder with ${USERS}.ndjson (and ${SESSIONS}.ndjson) as mongoexport writes them`,
  needs: [],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "djmongoauth",
    [options.table ?? USERS],
    ["username", "email", "password"],
  );
  const side = SideRows.create();
  try {
    yield* collect(input.rows([SESSIONS, LINKS]), async (row) => {
      const owner = textOf(row.values.get("user_id") ?? null);
      if (owner !== null) await side.add(row.table, owner, row.values);
    });
    yield* readable(input.rows([users.table]), (row) => toUser(row, options, side));
    for (const table of [SESSIONS, LINKS])
      for (const { owner, rows } of side.orphans(table))
        yield {
          kind: "note",
          where: table,
          code: "orphan",
          message: `${rows.length} of ${table} belong to ${owner}, who is not there. They are left behind.`,
        };
  } finally {
    await side.close();
  }
}

function toUser(row: Row, options: SourceOptions, side: SideRows): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text("_id") ?? "";
  const sessions = side.of(SESSIONS, id);
  if (side.of(LINKS, id).length > 0)
    reading.note("code-left", "waits for a link by mail; it ends with the move, and they ask for a new one.");
  return person(reading, {
    origin: { system: "djmongoauth", id },
    username: reading.text("username"),
    email: reading.text("email"),
    passwords: djangoPasswords(reading.text("password")),
    emailVerified: reading.flag("email_verified", false),
    // Written as the clock on the wall showed it, and read by MongoDB as UTC.
    emailVerifiedAt: wallOfInstant(reading.time("email_verified_at", { zone: "UTC" }), options.timeZone),
    sessions: options.keepSessions ? sessions.flatMap((session) => sessionOf(session, options)) : [],
    data: reading.rest(),
  });
}

/** The token that clients send is the whole text of `x_auth_token`. Its session key is 128 random bytes. */
function sessionOf(fields: Fields, options: SourceOptions): readonly ImportedSession[] {
  const token = textOf(fields.get("x_auth_token") ?? null);
  const wall = timeOf(fields.get("expires_at") ?? null, "UTC") ?? null;
  const expiresAt = wallOfInstant(wall, options.timeZone);
  if (!token || expiresAt === null || expiresAt <= options.now) return [];
  return [{ token, createdAt: null, expiresAt, ip: null, userAgent: null }];
}

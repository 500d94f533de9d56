import type { Fields, Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable, tableNamed } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { Reading, textOf } from "./reading.js";
import { ARGON2, BCRYPT, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const OAUTH = "oauth_account";

/** FastAPI Users, by SQLAlchemy or Beanie. */
export const fastapiUsers: ImportSource = {
  name: "fastapi-users",
  title: "FastAPI Users",
  reads: ["postgres", "sql", "sqlite", "mongodb", "ndjson"],
  takes:
    "the URL of the PostgreSQL or MongoDB database, a dump as text, or the SQLite file; --table where it is not user",
  needs: [],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "FastAPI Users",
    [options.table ?? "user", "users"],
    ["email", "hashed_password"],
  );
  const side = SideRows.create();
  try {
    yield* collect(input.rows([OAUTH]), async (row) => {
      const owner = textOf(row.values.get("user_id") ?? null);
      if (owner !== null) await side.add(OAUTH, owner, row.values);
    });
    yield* readable(input.rows([users.table]), (row) => toUser(row, options, side));
    if ((await tableNamed(input, "accesstoken")) !== null)
      yield {
        kind: "note",
        where: "accesstoken",
        code: "sessions-left",
        message:
          "How long a token of accesstoken lives stands in the application alone. They do not come along: everybody signs in anew.",
      };
  } finally {
    await side.close();
  }
}

function toUser(row: Row, options: SourceOptions, side: SideRows): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text(reading.has("id") ? "id" : "_id") ?? "";
  const accounts = side.of(OAUTH, id).map(withoutTokens);
  const user = {
    origin: { system: "fastapi-users", id },
    username: reading.filled("username"),
    email: reading.filled("email"),
    emailVerified: reading.flag("is_verified", false),
    passwords: passwordsOf(reading.text("hashed_password")),
    active: reading.flag("is_active", true),
    superuser: reading.flag("is_superuser", false),
  };
  const data = reading.rest(false);
  if (accounts.length > 0) data.set(OAUTH, accounts);
  return person(reading, { ...user, data });
}

function passwordsOf(stored: string | null): readonly ImportedPassword[] {
  if (!stored) return [];
  if (BCRYPT.test(stored)) return [{ kind: "hash", scheme: "bcrypt", hash: stored }];
  if (ARGON2.test(stored)) return [{ kind: "hash", scheme: "argon2", hash: stored }];
  return [
    unknown(stored, "it is no argon2 or bcrypt hash; a PasswordHelper of its own may have written it."),
  ];
}

/** Who is known to which other provider stays; what opens that provider's doors does not come along. */
function withoutTokens(account: Fields): Fields {
  const kept = new Map<string, Value>(account);
  for (const name of ["access_token", "refresh_token", "user_id"]) kept.delete(name);
  return kept;
}

import type { Row, Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable } from "./finding.js";
import { person, readable } from "./person.js";
import { Reading } from "./reading.js";
import { unknown } from "./schemes.js";

const HASH =
  /^(?:(?:pbkdf2(?::\w+){0,2}|scrypt(?::\d+){0,3})\$[^$]*\$[0-9a-f]+|(?:md5|sha1|sha224|sha256|sha384|sha512)\$[^$]*\$[0-9a-f]+)$/;
const PLAIN = "plain$$";

/** A table of Flask's own tutorial, or any other whose passwords `werkzeug.security` hashed. */
export const werkzeug: ImportSource = {
  name: "werkzeug",
  title: "Flask with Werkzeug's hashes",
  reads: ["postgres", "sql", "sqlite"],
  takes:
    "the SQLite file, the URL of the PostgreSQL database, or a dump as text; --table where it is not user or users. Columns username or email, and password or password_hash",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const names = [options.table ?? "user", "users"];
    const users = await findTable(input, "Flask's tutorial", names, ["id"]);
    yield* readable(input.rows([users.table]), (row) => toUser(row, options));
  },
};

function toUser(row: Row, options: SourceOptions): SourceItem {
  const reading = new Reading(row, options);
  const user = {
    origin: { system: "werkzeug", id: reading.text("id") ?? "" },
    username: reading.filled("username"),
    email: reading.filled("email"),
    passwords: passwordsOf(reading.text(reading.has("password_hash") ? "password_hash" : "password")),
  };
  return person(reading, { ...user, data: reading.rest(false) });
}

function passwordsOf(stored: string | null): readonly ImportedPassword[] {
  if (!stored) return [];
  // Written by versions before 2.3, which hashed nothing when asked for `plain`.
  if (stored.startsWith(PLAIN)) return [{ kind: "clear", text: stored.slice(PLAIN.length) }];
  if (HASH.test(stored)) return [{ kind: "hash", scheme: "werkzeug", hash: stored }];
  return [unknown(stored, "it is no hash that Werkzeug writes.")];
}

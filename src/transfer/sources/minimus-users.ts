import type { Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable } from "./finding.js";
import { person, readable } from "./person.js";
import { Reading } from "./reading.js";
import { unknown } from "./schemes.js";

const PASSLIB = /^\$pbkdf2-sha256\$\d+\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{43}$/;

/**
 * Passlib's other hashes that bear their own mark, for programs whose list of schemes was another one. None of them may
 * be taken for the password itself: whoever had seen the old table could sign in with what stands there.
 */
const MODULAR =
  /^\$(?:[135-7PH]|2[abxy]?|apr1|argon2(?:i|d|id)|bcrypt-sha256|md5|p5k2|pbkdf2(?:-sha512)?|scram|scrypt|sha1)[$,][!-~]{20,}$/;

/** minimus-users: documents with a username, a password and whatever fields the application gave. */
export const minimusUsers: ImportSource = {
  name: "minimus-users",
  title: "minimus-users",
  reads: ["montydb", "mongodb", "ndjson", "json"],
  takes:
    "MontyDB's folder (the one with .monty.storage in it), the URL of a MongoDB, or its collection users as mongoexport writes it",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const users = await findTable(input, "minimus-users", [options.table ?? "users"], ["username"]);
    yield* readable(input.rows([users.table]), (row) => {
      const reading = new Reading(row, options);
      const id = reading.text("_id") ?? "";
      const username = reading.text("username");
      const passwords = passwordsOf(reading.text("password"));
      const email = typeof row.values.get("email") === "string" ? reading.text("email") : null;
      if (reading.row.values.get("is_active") === false)
        reading.note(
          "field-only",
          "has is_active: false, which was only a field there and kept nobody out. It stays a field of their data.",
        );
      const data = reading.rest();
      // Programs keep it beside what belongs to somebody, so it is one of their fields.
      if (id !== "") data.set("_id", id);
      return person(reading, { origin: { system: "minimus-users", id }, username, email, passwords, data });
    });
  },
};

/** Creating a user hashes; updating one writes what it is given, so that what is no hash is the password itself. */
function passwordsOf(stored: string | null): readonly ImportedPassword[] {
  if (stored === null) return [];
  if (PASSLIB.test(stored)) return [{ kind: "hash", scheme: "minimus_pbkdf2_sha256", hash: stored }];
  if (stored.startsWith("$pbkdf2-sha256$"))
    return [unknown(stored, "it begins like a hash of Passlib and is none.")];
  if (MODULAR.test(stored)) return [{ kind: "hash", scheme: null, hash: stored }];
  return [{ kind: "clear", text: stored }];
}

import type { Fields, Value } from "../../base/values.js";
import { readPickle } from "../readers/pickle.js";
import type { Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable, tableNamed } from "./finding.js";
import { person, readable } from "./person.js";
import { Reading } from "./reading.js";
import { unknown } from "./schemes.js";

/** pgusers 0.9, whose README is at https://pypi.org/project/pgusers/. Facts by running it. */
export const pgusers: ImportSource = {
  name: "pgusers",
  title: "pgusers",
  reads: ["postgres", "sql"],
  takes: "the URL of the database of a userspace, or its pg_dump as plain text",
  needs: [],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "pgusers",
    [options.table ?? "users"],
    ["userid", "username", "email", "salt", "kpasswd", "admin", "extra_data"],
  );
  yield* readable(input.rows([users.table]), (row) => {
    const reading = new Reading(row, options);
    const { id, number } = reading.numberedId("userid");
    const username = reading.text("username");
    const email = reading.text("email");
    const passwords = passwordOf(reading);
    const admin = reading.flag("admin", false);
    return person(reading, {
      origin: { system: "pgusers", id },
      number,
      username,
      email,
      passwords,
      admin,
      data: extraDataOf(reading),
    });
  });
  if ((await tableNamed(input, "sessions", ["userid", "key", "expiration"])) !== null)
    yield {
      kind: "note",
      where: "sessions",
      code: "sessions-left",
      message:
        "The keys of its sessions are the MD5 of user id and time, so anybody can guess them. They do not come along: everybody signs in anew.",
    };
}

function passwordOf(reading: Reading): readonly ImportedPassword[] {
  const salt = reading.text("salt");
  const kpasswd = reading.text("kpasswd");
  if (!salt && !kpasswd) return [];
  if (/^[0-9a-f]{2,32}$/i.test(salt ?? "") && /^[0-9a-f]{128}$/i.test(kpasswd ?? ""))
    return [{ kind: "hash", scheme: "pgusers_pbkdf2_sha512", hash: JSON.stringify({ salt, kpasswd }) }];
  return [
    unknown(`${salt}:${kpasswd}`, "salt and kpasswd are not the hexadecimal texts that pgusers writes."),
  ];
}

/** A Python pickle, read by an allow-list and never run. What cannot be told for certain is kept as the bytes that it was. */
function extraDataOf(reading: Reading): Fields {
  const data = reading.rest(false);
  const stored = reading.value("extra_data");
  data.delete("extra_data");
  if (!(stored instanceof Uint8Array)) {
    if (stored !== null) data.set("extra_data", stored);
    return data;
  }
  const pickle = readPickle(stored);
  const whole: Value | undefined = pickle.status === "read" ? pickle.value : undefined;
  if (whole !== undefined && whole !== null) data.set("extra_data", whole);
  const doubt = pickle.status === "read" ? pickle.unsupported.join(", ") : pickle.why;
  if (doubt !== "") {
    data.set("extra_data_pickle", stored);
    reading.note(
      "value-kept-raw",
      `has extra_data that only Python could make whole again (${doubt}); its bytes are kept as extra_data_pickle.`,
    );
  }
  return data;
}

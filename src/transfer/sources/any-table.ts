import { WatchwordError } from "../../base/errors.js";
import type { Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type {
  ColumnMapping,
  ImportedPassword,
  ImportSource,
  InputKind,
  SourceItem,
  SourceOptions,
} from "../source.js";
import { findTable } from "./finding.js";
import { person, readable, refused } from "./person.js";
import { isEmpty, jsonOf, numberOf, Reading, textOf } from "./reading.js";
import { unknown } from "./schemes.js";

/** A table that nobody here ever heard of, by a mapping of its columns. */
function anyTable(name: string, title: string, reads: readonly InputKind[], takes: string): ImportSource {
  return {
    name,
    title,
    reads,
    takes: `${takes}, with --map username=…,email=…,hash=… and --scheme (or --map password=… for clear text)`,
    needs: [
      {
        name: "pepper",
        description:
          "What the application put behind or into every password before it was hashed, where it did.",
        secret: true,
      },
    ],
    read: (input, options) => read(input, options, name),
  };
}

export const csv = anyTable("csv", "Any CSV or TSV", ["csv"], "a CSV or TSV file with a header row");
export const ndjson = anyTable(
  "ndjson",
  "Any NDJSON",
  ["ndjson", "json"],
  "a file with one JSON object a line",
);
export const json = anyTable(
  "json",
  "Any JSON",
  ["json", "ndjson"],
  "a JSON array of objects, or an object that holds one",
);
export const sql = anyTable(
  "sql",
  "Any SQL table",
  ["sql", "sqlite", "postgres", "mongodb"],
  "a dump as text, an SQLite file, or the URL of a PostgreSQL or MongoDB database; --table names the table",
);

async function* read(input: Tables, options: SourceOptions, system: string): AsyncGenerator<SourceItem> {
  const mapping = options.mapping ?? {};
  if (mapping.username === undefined && mapping.email === undefined)
    throw new WatchwordError(
      "invalid-input",
      "Which column holds the username or the email address? Give --map username=login or --map email=mail.",
    );
  const names =
    options.table === undefined ? (await input.list()).map(({ table }) => table) : [options.table];
  if (names.length > 1)
    throw new WatchwordError(
      "invalid-input",
      `${input.title} holds several tables: ${names.slice(0, 20).join(", ")}. Name the one of the users with --table.`,
    );
  const columns = Object.values(mapping).filter((column) => column !== undefined);
  const table = await findTable(input, "the mapping", names, columns);
  yield* readable(input.rows([table.table]), (row) => toUser(row, options, mapping, system));
}

function toUser(row: Row, options: SourceOptions, mapping: ColumnMapping, system: string): SourceItem {
  const reading = new Reading(row, options);
  const text = (column: string | undefined) => (column === undefined ? null : reading.filled(column));
  const time = (column: string | undefined) =>
    column === undefined ? null : reading.time(column, { epoch: "either" });
  const flag = (column: string | undefined, absent: boolean) =>
    column === undefined ? absent : reading.flag(column, absent);
  const username = text(mapping.username);
  const email = text(mapping.email);
  const id = text(mapping.id) ?? username ?? email;
  if (id === null) return refused(row, "has neither a username nor an email address.");
  const user = {
    origin: { system, id },
    number: mapping.number === undefined ? null : numberIn(reading, mapping.number),
    username,
    email,
    ...verification(reading, mapping.verified),
    passwords: passwordsOf(reading, mapping, options),
    active: flag(mapping.active, true),
    admin: flag(mapping.admin, false),
    superuser: flag(mapping.superuser, false),
    roles: mapping.roles === undefined ? [] : rolesOf(reading.value(mapping.roles)),
    locale: text(mapping.locale),
    createdAt: time(mapping.createdAt),
    updatedAt: time(mapping.updatedAt),
    lastSignInAt: time(mapping.lastSignInAt),
  };
  return person(reading, { ...user, data: reading.rest(false) });
}

function numberIn(reading: Reading, column: string): number | null {
  const text = reading.filled(column);
  const number = text === null ? null : numberOf(text);
  if (text !== null && number === null) reading.unclear(column, "is no whole number from 1 to 2^53 - 1");
  return number;
}

/** Yes and no, or the time at which it happened. */
function verification(reading: Reading, column: string | undefined) {
  if (column === undefined) return { emailVerified: false, emailVerifiedAt: null };
  const value = reading.value(column);
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value);
  const at = isTime ? reading.time(column) : null;
  return { emailVerified: at !== null || (!isTime && reading.flag(column, false)), emailVerifiedAt: at };
}

function passwordsOf(
  reading: Reading,
  mapping: ColumnMapping,
  options: SourceOptions,
): readonly ImportedPassword[] {
  const clear = mapping.password === undefined ? null : reading.filled(mapping.password);
  if (clear !== null) return [{ kind: "clear", text: clear }];
  const stored = mapping.hash === undefined ? null : reading.filled(mapping.hash);
  if (stored === null) return [];
  // No hash begins so; it is what systems write where nobody shall sign in.
  if (/^[!*]/.test(stored) && !/^\*[0-9A-F]{40}$/i.test(stored)) return [];
  if (stored.length > 4096) return [unknown(stored.slice(0, 64), "it is longer than any hash.")];
  const salt = mapping.salt === undefined ? null : reading.filled(mapping.salt);
  const pepper = options.answers.get("pepper");
  const user = mapping.username === undefined ? null : textOf(reading.value(mapping.username));
  return [
    {
      kind: "hash",
      scheme: options.scheme ?? null,
      hash: stored,
      context: {
        ...(salt === null ? {} : { salt }),
        ...(pepper === undefined ? {} : { pepper }),
        ...(user === null ? {} : { user }),
      },
    },
  ];
}

/** A list, JSON of one, or names with commas between them. */
function rolesOf(value: Value): readonly string[] {
  if (isEmpty(value)) return [];
  const list = typeof value === "string" && value.startsWith("[") ? jsonOf(value) : value;
  if (Array.isArray(list)) return list.map((role: Value) => textOf(role)).filter((role) => role !== null);
  return (textOf(value) ?? "")
    .replace(/^\{|\}$/g, "")
    .split(",")
    .map((role) => role.trim())
    .filter((role) => role !== "");
}

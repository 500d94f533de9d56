import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { WatchwordError } from "../base/errors.js";
import { type InputFile, inputFile } from "./readers/file.js";
import type { Row, TableInfo, Tables } from "./readers/rows.js";
import { accountTable, csvTable, jsonTables, ldifTable, ndjsonTable } from "./readers/tables-of-files.js";
import type { ImportSource, InputKind } from "./source.js";

const HEAD = 64 * 1024;

/**
 * Opens what people hand over, be it the URL of a database, a dump, a file or a folder of files, for a source that says what
 * it takes. Several locations are one input: each file is a table under its name without the ending.
 *
 * @throws WatchwordError `invalid-input`: there is no such file, or the source does not take such a thing.
 */
export async function openInput(locations: readonly string[], source: ImportSource): Promise<Tables> {
  const [first, ...more] = locations;
  if (first === undefined)
    throw new WatchwordError("invalid-input", `Name what to import from ${source.title}: ${source.takes}.`);
  if (more.length === 0) return listedOnce(await open(first, source));
  const opened: Tables[] = [];
  try {
    for (const location of locations) opened.push(await open(location, source));
  } catch (error) {
    await Promise.all(opened.map((tables) => tables.close()));
    throw error;
  }
  return listedOnce(together(opened));
}

/** To list what a dump holds takes reading all of it. */
function listedOnce(input: Tables): Tables {
  let list: Promise<readonly TableInfo[]> | undefined;
  return {
    title: input.title,
    list() {
      list ??= input.list();
      return list;
    },
    rows: (tables) => input.rows(tables),
    close: () => input.close(),
  };
}

async function open(location: string, source: ImportSource): Promise<Tables> {
  const scheme = /^([a-z][a-z0-9+]*):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (scheme === "postgres" || scheme === "postgresql") {
    expect(source, "postgres", "a PostgreSQL database");
    const { postgresDatabase } = await import("./readers/postgres.js");
    return postgresDatabase(location);
  }
  if (scheme === "mongodb" || scheme === "mongodb+srv") {
    expect(source, "mongodb", "a MongoDB database");
    const { mongoDatabase } = await import("./readers/mongodb.js");
    return mongoDatabase(location);
  }
  if (scheme !== undefined)
    throw new WatchwordError(
      "invalid-input",
      `Users cannot be read from a ${scheme}:// address. ${source.title} takes ${source.takes}.`,
    );
  const path = location.replace(/^sqlite:/, "");
  const facts = await stat(path).catch((cause: unknown) => {
    throw new WatchwordError(
      "invalid-input",
      `There is no file ${path}, or it cannot be read. Look at its name.`,
      {
        cause,
      },
    );
  });
  return facts.isDirectory() ? openFolder(path, source) : openFile(path, source);
}

async function openFolder(path: string, source: ImportSource): Promise<Tables> {
  const names = (await readdir(path)).sort();
  if (names.includes(".monty.storage")) {
    expect(source, "montydb", "a folder of MontyDB");
    const { montyFolder } = await import("./readers/montydb.js");
    return montyFolder(path);
  }
  const files = names.filter((name) => /\.(?:ndjson|jsonl|json|csv|tsv|ldif|sql)(?:\.gz)?$/i.test(name));
  const chosen = files.length > 0 ? files : names.filter((name) => name === "shadow" || name === "passwd");
  if (chosen.length === 0)
    throw new WatchwordError(
      "invalid-input",
      `The folder ${path} holds nothing that can be read. ${source.title} takes ${source.takes}.`,
    );
  const opened: Tables[] = [];
  for (const name of chosen) opened.push(await openFile(join(path, name), source));
  return together(opened);
}

async function openFile(path: string, source: ImportSource): Promise<Tables> {
  const file = inputFile(path);
  const head = await headOf(file);
  if (head.startsWith("SQLite format 3\0")) {
    expect(source, "sqlite", "an SQLite file");
    const { sqliteFile } = await import("./readers/sqlite.js");
    return sqliteFile(path);
  }
  if (head.startsWith("PGDMP"))
    throw new WatchwordError(
      "invalid-input",
      `${path} is an archive of pg_dump, which only PostgreSQL can unpack. Run: pg_restore --file=users.sql ${path}`,
    );
  const kind = kindOf(file.name, head, source);
  switch (kind) {
    case "sql": {
      const { sqlDump } = await import("./readers/sql/dump.js");
      return sqlDump(file);
    }
    case "csv":
      return csvTable(file, csvForm(file.name, head, source));
    case "ndjson":
      return ndjsonTable(file);
    case "json":
      return jsonTables(file);
    case "ldif":
      return ldifTable(file);
    case "htpasswd":
      return accountTable(file, "htpasswd");
    case "shadow":
      return accountTable(file, head.split("\n", 1)[0]?.split(":").length === 7 ? "passwd" : "shadow");
    default:
      throw new WatchwordError(
        "invalid-input",
        `${path} cannot be told for anything that ${source.title} takes: ${source.takes}.`,
      );
  }
}

/** A name's ending says most; where it says nothing, the first characters do; where the source takes one form alone, that is it. */
function kindOf(name: string, head: string, source: ImportSource): InputKind | null {
  const files = source.reads.filter((kind) => !NO_TEXT.has(kind));
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const start = head.replace(/^\uFEFF/, "").trimStart();
  const told = ENDINGS.get(ending);
  const isJson = told === "json" || told === "ndjson" || /^[{[]/.test(start);
  if (isJson && (files.includes("json") || files.includes("ndjson")))
    return told === "ndjson" && files.includes(told) && start.startsWith("{") ? told : jsonKind(start, files);
  if (told !== undefined && files.includes(told)) return told;
  const [only] = files;
  if (files.length === 1 && only !== undefined && only !== "json" && only !== "ndjson") return only;
  const isSql = /^(?:--|\/\*|\\restrict|(?:CREATE|INSERT|SET|PRAGMA|BEGIN|LOCK|DROP|MERGE)\b)/i.test(start);
  const guess = isSql ? "sql" : "csv";
  return files.includes(guess) ? guess : null;
}

/** What one calls JSON is NDJSON for mongoexport, and the other way round: what stands in the file decides. */
function jsonKind(start: string, files: readonly InputKind[]): "json" | "ndjson" {
  if (start.startsWith("[")) return "json";
  const end = start.indexOf("\n");
  const first = objectIn(end < 0 ? start : start.slice(0, end));
  const isAlone = end < 0 || start.slice(end).trim() === "";
  if (first === null) return files.includes("json") ? "json" : "ndjson";
  if (!isAlone || !files.includes("json")) return "ndjson";
  // One object in one line: a person, or what holds the list of all of them.
  const isPerson = ["_id", "id", "user_id", "email", "username"].some((name) => Object.hasOwn(first, name));
  return isPerson && files.includes("ndjson") ? "ndjson" : "json";
}

function objectIn(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? value : null;
  } catch {
    // The first of several lines of one object, or longer than what was looked at.
    return null;
  }
}

/** What is opened another way. */
const NO_TEXT: ReadonlySet<InputKind> = new Set<InputKind>(["postgres", "mongodb", "sqlite", "montydb"]);

const ENDINGS: ReadonlyMap<string, InputKind> = new Map([
  ["sql", "sql"],
  ["dump", "sql"],
  ["csv", "csv"],
  ["tsv", "csv"],
  ["ndjson", "ndjson"],
  ["jsonl", "ndjson"],
  ["json", "json"],
  ["ldif", "ldif"],
  ["ldf", "ldif"],
  ["htpasswd", "htpasswd"],
]);

interface CsvForm {
  readonly delimiter?: string;
  readonly escapes?: "backslash";
  readonly header?: readonly string[];
}

/** Spreadsheets of many countries write semicolons; `mysql --batch` writes tabs and backslashes. */
function csvForm(name: string, head: string, source: ImportSource): CsvForm {
  const header = source.csvHeader === undefined ? {} : { header: source.csvHeader };
  const [line = ""] = head.split("\n", 1);
  const isTabbed = /\.tsv(?:\.gz)?$/i.test(name) || (line.includes("\t") && !line.includes(","));
  if (isTabbed)
    return source.name === "mariadb-users"
      ? { escapes: "backslash", ...header }
      : { delimiter: "\t", ...header };
  return line.includes(";") && !line.includes(",") ? { delimiter: ";", ...header } : header;
}

/** The first 64 KiB, and the file let go of. */
async function headOf(file: InputFile): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of file.open()) {
    pieces.push(Buffer.from(piece as Uint8Array));
    size += pieces.at(-1)?.length ?? 0;
    if (size >= HEAD) break;
  }
  return Buffer.concat(pieces).subarray(0, HEAD).toString("utf8");
}

function expect(source: ImportSource, kind: InputKind, what: string): void {
  if (!source.reads.includes(kind))
    throw new WatchwordError(
      "invalid-input",
      `${source.title} is not read from ${what}. It takes ${source.takes}.`,
    );
}

/** Several inputs as one; a table may come in parts. */
function together(inputs: readonly Tables[]): Tables {
  return {
    title: inputs.map(({ title }) => title).join(", "),
    async list(): Promise<readonly TableInfo[]> {
      const lists: TableInfo[][] = [];
      for (const input of inputs) lists.push([...(await input.list())]);
      return lists.flat();
    },
    async *rows(tables): AsyncGenerator<Row> {
      for (const input of inputs) yield* input.rows(tables);
    },
    async close() {
      for (const input of inputs) await input.close();
    },
  };
}

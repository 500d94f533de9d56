import { isFields, type Value } from "../../base/values.js";
import { readHtpasswd, readPasswd, readShadow } from "./account-files.js";
import { type CsvOptions, readCsv } from "./csv.js";
import { fromExtended } from "./extended-json.js";
import { type InputFile, tableNameOf } from "./file.js";
import { jsonTop, readJsonItems } from "./json-items.js";
import { readLdif } from "./ldif.js";
import { readNdjson } from "./ndjson.js";
import { isWanted, type Row, type TableInfo, type Tables } from "./rows.js";

/** A record of a file, before it has a table. */
interface Record {
  readonly values: Row["values"];
  readonly line: number;
  readonly fault?: string;
}

/** A file that is one table under one name. */
function oneTable(
  file: InputFile,
  table: string,
  columns: () => Promise<readonly string[] | null>,
  records: () => AsyncIterable<Record>,
): Tables {
  return {
    title: file.name,
    async list(): Promise<readonly TableInfo[]> {
      return [{ schema: null, table, columns: await columns() }];
    },
    async *rows(wanted): AsyncGenerator<Row> {
      if (!isWanted(wanted, null, table)) return;
      for await (const record of records()) yield { schema: null, table, ...record };
    },
    async close() {},
  };
}

/** CSV or TSV: `authorities.csv` is the table `authorities`. */
export function csvTable(file: InputFile, options: CsvOptions): Tables {
  const columns = async () => {
    if (options.header !== undefined) return options.header;
    for await (const { values } of readCsv(file, options)) return [...values.keys()];
    // A header row alone, or nothing: no rows come either way.
    return null;
  };
  return oneTable(file, tableNameOf(file.name), columns, () => readCsv(file, options));
}

export function ndjsonTable(file: InputFile): Tables {
  return oneTable(file, tableNameOf(file.name), unknownColumns, () =>
    objects(readNdjson(file, { extended: true })),
  );
}

/** A list at the top is one table by the file's name; an object's lists are tables by the names of its members. */
export function jsonTables(file: InputFile): Tables {
  const name = tableNameOf(file.name);
  let known: Awaited<ReturnType<typeof jsonTop>> | undefined;
  const top = async () => {
    known ??= await jsonTop(file);
    return known;
  };
  const members = async () => {
    const found = await top();
    return found.kind === "array"
      ? [{ table: name, member: null }]
      : found.arrays.map((member) => ({ table: member, member }));
  };
  return {
    title: file.name,
    async list(): Promise<readonly TableInfo[]> {
      return (await members()).map(({ table }) => ({ schema: null, table, columns: null }));
    },
    async *rows(wanted): AsyncGenerator<Row> {
      for (const { table, member } of await members()) {
        if (!isWanted(wanted, null, table)) continue;
        for await (const record of objects(extended(readJsonItems(file, member))))
          yield { schema: null, table, ...record };
      }
    },
    async close() {},
  };
}

async function* extended(
  items: ReturnType<typeof readJsonItems>,
): AsyncGenerator<{ value: Value; line: number }> {
  for await (const { value, line } of items) yield { value: fromExtended(value), line };
}

async function* objects(
  items: AsyncIterable<{ readonly value: Value; readonly line: number; readonly fault?: string }>,
): AsyncGenerator<Record> {
  for await (const { value, line, fault } of items) {
    if (fault !== undefined) yield { values: new Map([["text", value]]), line, fault };
    else if (isFields(value)) yield { values: value, line };
    else yield { values: new Map([["value", value]]), line, fault: "It is JSON, but no object." };
  }
}

/** The table `entries`: `dn`, `changetype` where it says one, and each attribute as the list of its values. */
export function ldifTable(file: InputFile): Tables {
  return oneTable(file, "entries", unknownColumns, async function* () {
    for await (const entry of readLdif(file)) {
      const values = new Map<string, Value>([["dn", entry.dn]]);
      if (entry.changeType !== null) values.set("changetype", entry.changeType);
      for (const [name, list] of entry.attributes) values.set(name, list);
      yield entry.fault === undefined
        ? { values, line: entry.line }
        : { values, line: entry.line, fault: entry.fault };
    }
  });
}

const ACCOUNTS = { htpasswd: readHtpasswd, shadow: readShadow, passwd: readPasswd };

export function accountTable(file: InputFile, table: keyof typeof ACCOUNTS): Tables {
  return oneTable(file, table, unknownColumns, async function* () {
    for await (const { fields, line, fault } of ACCOUNTS[table](file)) {
      const values = new Map<string, Value>(Object.entries(fields));
      yield fault === undefined ? { values, line } : { values, line, fault };
    }
  });
}

async function unknownColumns(): Promise<null> {
  return null;
}

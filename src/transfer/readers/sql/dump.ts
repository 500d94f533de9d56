import { type Feed, readUnits } from "../feed.js";
import type { InputFile } from "../file.js";
import type { Row, TableInfo, Tables } from "../rows.js";
import { ACCOUNTS, MEMBERS, ROLES } from "./accounts.js";
import type { Dialect } from "./lexer.js";
import { type DumpItem, DumpParser } from "./parser.js";

/**
 * A dump as text: of `pg_dump` (INSERT or COPY), `pg_dumpall`, `mysqldump`, SQLite's `.dump`, H2's SCRIPT. It is parsed,
 * never run. The accounts of a database server stand in it as commands; they are given as rows of `pg_authid`,
 * `pg_auth_members` (PostgreSQL) and `create_user` (MySQL, MariaDB).
 */
export function sqlDump(file: InputFile, dialect?: Dialect): Tables {
  const items = (wanted: readonly string[]): AsyncGenerator<DumpItem> =>
    readUnits(file.open(), file.name, (feed) => new DumpParser(feed, dialect ?? dialectOf(feed), wanted));
  return {
    title: file.name,
    list: () => listTables(items([ROLES, MEMBERS, ACCOUNTS])),
    rows: (tables) => rowsOf(items(tables)),
    close: async () => {},
  };
}

async function listTables(items: AsyncIterable<DumpItem>): Promise<readonly TableInfo[]> {
  const tables = new Map<string, TableInfo>();
  for await (const item of items) {
    const info: TableInfo =
      item.kind === "row"
        ? { schema: null, table: item.row.table, columns: [...item.row.values.keys()] }
        : {
            schema: item.shape.schema,
            table: item.shape.table,
            columns: item.shape.columns.map((column) => column.name),
          };
    const key = JSON.stringify([info.schema, info.table]);
    if (!tables.has(key)) tables.set(key, info);
  }
  return [...tables.values()];
}

async function* rowsOf(items: AsyncIterable<DumpItem>): AsyncGenerator<Row> {
  for await (const item of items) if (item.kind === "row") yield item.row;
}

/** Told by what the programs write at the top. */
function dialectOf(feed: Feed): Dialect {
  const head = feed.text.slice(0, 64 * 1024);
  if (/^-- PostgreSQL database/m.test(head)) return "postgres";
  if (/^-- H2 \d|^CREATE (?:CACHED|MEMORY) TABLE/m.test(head)) return "h2";
  if (/^PRAGMA foreign_keys\s*=/m.test(head)) return "sqlite";
  if (/^-- (?:MySQL|MariaDB) dump|^-- phpMyAdmin|\/\*!\d{5}|\/\*M!/m.test(head)) return "mysql";
  return /^(?:INSERT INTO|CREATE TABLE(?: IF NOT EXISTS)?|LOCK TABLES) `/im.test(head) ? "mysql" : "postgres";
}

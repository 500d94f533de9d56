import { WatchwordError } from "../../base/errors.js";
import type { Value } from "../../base/values.js";
import { type Database, openDatabase } from "../../store/sqlite/driver.js";
import { isWanted, type Row, type TableInfo, type Tables } from "./rows.js";

/**
 * An SQLite file that belongs to another program. It is opened for reading only, and nothing that its schema could call
 * is run: views, virtual tables and triggers are left alone.
 *
 * @throws WatchwordError `invalid-input`: there is no such file, or it is no database.
 */
export function sqliteFile(path: string): Tables {
  const database = opened(path);
  const tables = () => tablesOf(database);
  return {
    title: path,
    list: async () => guarded(path, tables),
    rows: (wanted) => rowsOf(database, path, guarded(path, tables), wanted),
    close: async () => database.close(),
  };
}

function opened(path: string): Database {
  return guarded(path, () => {
    const database = openDatabase(path, { readOnly: true });
    try {
      database.exec("PRAGMA query_only = ON");
      // A file from elsewhere: expressions in its schema may not call functions with side effects.
      database.exec("PRAGMA trusted_schema = OFF");
      database.prepare("SELECT count(*) FROM sqlite_master").get();
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });
}

function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof WatchwordError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WatchwordError(
      "invalid-input",
      `${path} cannot be read as an SQLite database: ${reason}. If a program still has it open, or its folder cannot be written to, copy it (with its -wal file) to another folder first.`,
      { cause },
    );
  }
}

function tablesOf(database: Database): readonly TableInfo[] {
  const names = database
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid",
    )
    .all()
    .map((row) => textField(row, "name"));
  return names.map((table) => ({
    schema: null,
    table,
    columns: database
      .prepare(`PRAGMA table_info(${quoted(table)})`)
      .all()
      .map((row) => textField(row, "name")),
  }));
}

async function* rowsOf(
  database: Database,
  path: string,
  tables: readonly TableInfo[],
  wanted: readonly string[],
): AsyncGenerator<Row> {
  for (const { table } of tables) {
    if (!isWanted(wanted, null, table)) continue;
    const rows = guarded(path, () => {
      const statement = database.prepare(`SELECT * FROM ${quoted(table)}`);
      statement.setReadBigInts(true);
      return statement.iterate();
    });
    for (let line = 1; ; line++) {
      const next = guarded(path, () => rows.next());
      if (next.done === true) break;
      yield { schema: null, table, values: valuesOf(next.value), line };
    }
  }
}

function valuesOf(row: unknown): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const [column, cell] of Object.entries(row as Record<string, Value>)) values.set(column, plain(cell));
  return values;
}

function plain(cell: Value): Value {
  if (typeof cell !== "bigint") return cell;
  const number = Number(cell);
  return Number.isSafeInteger(number) ? number : cell;
}

function textField(row: unknown, field: string): string {
  return String((row as Readonly<Record<string, unknown>>)[field]);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

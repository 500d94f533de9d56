import { inTheWay } from "../sql/new-users.js";
import type { Answer, NewRows, Operation, SqlValue, Step } from "../sql/operation.js";
import { marks, sendable } from "../sql/texts.js";
import { type Database, openDatabase, type PreparedStatement, rowsOf } from "./driver.js";
import { isDuplicate } from "./errors.js";

/** From so many rows of one table on they are taken for a part of an import. */
const MANY_ROWS = 500;
/** Pages after which the log is copied into the file: SQLite's own figure, and that of an import (32 MiB). */
const LOG = 1000;
const WIDE = { cache: 24 * 1024, log: 8000 };
/** Real milliseconds for which the room of an import is kept for its next batch. */
const WIDE_FOR = 5000;

export interface ConnectionOptions {
  readonly file: string;
  readonly synchronous: "full" | "normal";
  /** Whole milliseconds for which SQLite itself waits for a lock, holding up its thread. */
  readonly busyTimeout: number;
  /** KiB of pages kept in memory. */
  readonly cache: number;
  /** Bytes of the file to map into memory; 0: read by system calls. */
  readonly map: number;
  readonly readOnly: boolean;
  /** Bytes beyond which the file may not grow; 0: as far as the disk allows. */
  readonly sizeLimit: number;
}

/**
 * One open database file with its prepared statements. It holds the database object for as long as any of them lives:
 * on Node 20 the driver crashed where the object was collected before its statements.
 */
export class Connection {
  readonly #database: Database;
  readonly #statements = new Map<string, PreparedStatement>();
  readonly #options: ConnectionOptions;
  #narrowing: NodeJS.Timeout | undefined;

  /** Throws as the driver throws. */
  constructor(options: ConnectionOptions) {
    this.#database = openDatabase(options.file);
    this.#options = options;
    try {
      this.#set(options);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #set(options: ConnectionOptions): void {
    this.exec(`PRAGMA busy_timeout = ${options.busyTimeout}`);
    this.exec(`PRAGMA synchronous = ${options.synchronous}`);
    this.exec(`PRAGMA cache_size = -${options.cache}`);
    this.exec(`PRAGMA mmap_size = ${options.map}`);
    // A log that grew in a busy hour shrinks again.
    this.exec("PRAGMA journal_size_limit = 67108864");
    // What hangs on a user is cleared by our own statements; a file with tables of others is none of our business.
    this.exec("PRAGMA foreign_keys = OFF");
    if (options.readOnly) this.exec("PRAGMA query_only = ON");
    if (options.sizeLimit > 0) {
      const page = this.value("PRAGMA page_size");
      this.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.sizeLimit / Number(page)))}`);
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** The first column of the first row. */
  value(sql: string, ...parameters: SqlValue[]): SqlValue {
    const row = this.statement(sql).get(...parameters.map(sendable));
    if (row === undefined || row === null) return null;
    const [value] = Object.values(row) as SqlValue[];
    return value ?? null;
  }

  /** Prepared once for each text. */
  statement(sql: string): PreparedStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs an operation to its end. Where a statement fails, the operation fails with it. */
  run<T>(operation: Operation<T>): T {
    let step = operation.next();
    while (step.done !== true) step = operation.next(this.#answer(step.value));
    return step.value;
  }

  #answer(step: Step): Answer {
    if ("table" in step) return this.#layIn(step);
    const statement = this.statement(step.sql);
    const parameters = step.parameters.map(sendable);
    if (step.gives === "rows") return { rows: rowsOf(statement.all(...parameters)), changes: 0 };
    return { rows: [], changes: Number(statement.run(...parameters).changes) };
  }

  /**
   * One row a statement: for one of many rows SQLite keeps a copy of each page that it touches, in case a later row fails,
   * which took longer than all the calls that it saves.
   */
  #layIn({ table, columns, cells }: NewRows): Answer {
    const width = columns.split(", ").length;
    if (cells.length / width >= MANY_ROWS) this.#widen();
    const statement = this.statement(`INSERT INTO ${table} (${columns}) VALUES (${marks(width)})`);
    try {
      for (let at = 0; at < cells.length; at += width)
        statement.run(...cells.slice(at, at + width).map(sendable));
    } catch (error) {
      throw isDuplicate(error) ? inTheWay(table, error) : error;
    }
    return { rows: [], changes: cells.length / width };
  }

  /**
   * Room for an import: rows in no order touch pages all over their indexes. With a larger cache these are not read anew for
   * each batch, and with a longer log a page that several batches change is copied into the file once.
   */
  #widen(): void {
    if (this.#narrowing === undefined) {
      this.exec(`PRAGMA cache_size = -${WIDE.cache}`);
      this.exec(`PRAGMA wal_autocheckpoint = ${WIDE.log}`);
    }
    clearTimeout(this.#narrowing);
    this.#narrowing = setTimeout(() => this.#narrow(), WIDE_FOR);
    this.#narrowing.unref();
  }

  #narrow(): void {
    clearTimeout(this.#narrowing);
    this.#narrowing = undefined;
    this.exec(`PRAGMA cache_size = -${this.#options.cache}`);
    this.exec(`PRAGMA wal_autocheckpoint = ${LOG}`);
  }

  /**
   * Writes the log back into the file, as far as nobody else still reads from it. SQLite does so itself when the last
   * connection closes; but the driver for Node 20 keeps a closed one half open until its statements are collected, and
   * whoever copied the file in between would miss the newest changes.
   */
  writeBackLog(): void {
    this.exec("PRAGMA busy_timeout = 0");
    this.value("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    clearTimeout(this.#narrowing);
    this.#statements.clear();
    this.#database.close();
  }
}

import { createRequire } from "node:module";
import { WatchwordError } from "../../base/errors.js";
import type { Row, SqlValue } from "../sql/operation.js";

/** What we use of the `node:sqlite` API, which two packages offer. */
export interface Database {
  prepare(sql: string): PreparedStatement;
  exec(sql: string): void;
  close(): void;
}

export interface PreparedStatement {
  run(...parameters: SqlValue[]): { readonly changes: number | bigint };
  get(...parameters: SqlValue[]): unknown;
  all(...parameters: SqlValue[]): unknown[];
  iterate(...parameters: SqlValue[]): IterableIterator<unknown>;
  setReadBigInts(enabled: boolean): void;
  setReturnArrays?(enabled: boolean): void;
}

interface DriverModule {
  readonly DatabaseSync: new (file: string, options?: { readonly readOnly?: boolean }) => Database;
}

const PACKAGE = "@photostructure/sqlite";

let driver: DriverModule | undefined;

/**
 * Opens a file with whichever driver this Node has, and makes it where there is none; `readOnly` does neither that nor
 * any other change. Throws as the driver throws.
 */
export function openDatabase(file: string, options: { readonly readOnly?: boolean } = {}): Database {
  driver ??= builtIn() ?? installed();
  return new driver.DatabaseSync(file, options);
}

export function rowsOf(answer: unknown[]): readonly Row[] {
  return answer as Row[];
}

/** `node:sqlite`, built in and without a flag from Node 22.13. */
function builtIn(): DriverModule | undefined {
  return withoutSqliteWarning(() => process.getBuiltinModule("node:sqlite") as DriverModule | undefined);
}

/** The same API for Node 20, prebuilt. */
function installed(): DriverModule {
  try {
    return createRequire(import.meta.url)(PACKAGE);
  } catch (error) {
    throw new WatchwordError(
      "package-missing",
      `SQLite needs Node 22.13 or newer, or the package ${PACKAGE}, which cannot be loaded on this ${process.version}. Run: npm install ${PACKAGE}`,
      { cause: error },
    );
  }
}

/** Node says at the first use that its SQLite is experimental. That is our choice, not news for our users. */
function withoutSqliteWarning<T>(load: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === "ExperimentalWarning" && String(warning).includes("SQLite")) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

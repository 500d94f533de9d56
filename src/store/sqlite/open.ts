import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WatchwordError } from "../../base/errors.js";
import type { Store } from "../contract.js";
import { Connection, type ConnectionOptions } from "./connection.js";
import { explain, isBusy } from "./errors.js";
import { createSqliteStore } from "./store.js";
import { Thread } from "./thread.js";

/** Real milliseconds between two tries to open a file that another process has locked. */
const RETRY_EVERY = 20;
/** Real milliseconds without a scan after which the reader's thread ends and gives its memory back. */
const READER_IDLE = 30_000;
/**
 * KiB of page cache, and bytes mapped into memory, for the main thread's look-ups. Measured on Node 20 and 24, in CPU
 * time of one session check: 10 and 7.4 µs with 10,000 sessions; with 1,000,000 of them 15 and 13 µs by system calls,
 * whatever the cache (8 or 64 MiB), and 12 and 9.4 µs with the file mapped. Larger pages (8 KiB) changed nothing.
 * Only reading goes through the map: a full disk or a failed write meets the writer, which has none.
 */
const READ_CACHE = 2 * 1024;
const READ_MAP = 1024 ** 3;
/** How many writes share one transaction at the most; it bounds what other processes wait, and what a full disk undoes. */
const WRITER_BATCH = 500;

export interface SqliteStoreOptions {
  readonly file: string;
  /** Makes the file, readable by its owner only, where there is none. */
  readonly create: boolean;
  /** `full`: a commit is on the disk before it is acknowledged. `normal`: a power cut may take the last ones back. */
  readonly synchronous: "full" | "normal";
  /** Whole milliseconds to wait while another process holds a lock. */
  readonly busyTimeout: number;
  /** Bytes beyond which the file may not grow: `store-full` from there. Default: as far as the disk allows. */
  readonly sizeLimit?: number;
  readonly logger?: { warn(fields: object, message: string): void };
}

/**
 * Opens a database file. Its tables may be missing or old: see {@link Store.schema} and {@link Store.migrate}.
 * @throws WatchwordError `store-refused`, `store-corrupted`, `store-full`, `package-missing`
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const file = resolve(options.file);
  const warn = (fields: object, message: string) => options.logger?.warn(fields, message);
  prepareFile(file, options, warn);
  const shared: ConnectionOptions = {
    file,
    synchronous: options.synchronous,
    busyTimeout: options.busyTimeout,
    cache: 8 * 1024,
    map: 0,
    readOnly: false,
    sizeLimit: options.sizeLimit ?? 0,
  };
  const connection = await openFirst({ ...shared, cache: READ_CACHE, map: READ_MAP }, options.busyTimeout);
  return createSqliteStore({
    file,
    connection,
    busyTimeout: options.busyTimeout,
    writer: new Thread({
      script: "writer.worker.js",
      connection: shared,
      batch: WRITER_BATCH,
      idle: null,
      warn,
    }),
    reader: new Thread({
      script: "reader.worker.js",
      connection: { ...shared, cache: 2 * 1024, readOnly: true },
      batch: 1,
      idle: READER_IDLE,
      warn,
    }),
  });
}

/** Says in plain words what SQLite would only call "unable to open database file". */
function prepareFile(
  file: string,
  options: SqliteStoreOptions,
  warn: (fields: object, message: string) => void,
): void {
  const refuse = (message: string, cause?: unknown) =>
    new WatchwordError("store-refused", message, { cause });
  if (options.file === ":memory:")
    throw refuse(
      "A database in memory cannot be shared between threads; name a file, in a temporary folder if need be.",
    );
  if (options.create) createFile(file, refuse);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined)
    throw new WatchwordError(
      "store-refused",
      `There is no database ${file}. Check the name, or make it with \`watchword migrate\` (in a program: create: true).`,
      { details: { reason: "no-space" } },
    );
  if (found.isDirectory()) throw refuse(`${file} is a folder; name a database file in it.`);
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    accessSync(dirname(file), constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw refuse(
      `This user may not read and write the database ${file} and its folder, where SQLite keeps its log beside it (${reasonOf(error)}). Change their owner or mode.`,
      error,
    );
  }
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0)
    warn({ file }, "other users of this machine may read the database or more; chmod 600 keeps them out");
}

function createFile(file: string, refuse: (message: string, cause?: unknown) => WatchwordError): void {
  try {
    // SQLite gives its log beside the file the same mode.
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return;
    if (code === "ENOENT")
      throw refuse(`The folder ${dirname(file)} for the database does not exist; make it first.`, error);
    if (code === "ENOSPC")
      throw new WatchwordError("store-full", `There is no space to make ${file}.`, { cause: error });
    throw refuse(
      `The database ${file} cannot be made (${reasonOf(error)}). Check its folder and this user's rights.`,
      error,
    );
  }
}

/**
 * The main thread's connection. It waits for locks without SQLite's own timeout, which would hold up the process; and
 * SQLite gives up at once, timeout or not, where two processes turn on the write-ahead log in the same moment.
 */
async function openFirst(shared: ConnectionOptions, busyTimeout: number): Promise<Connection> {
  const deadline = performance.now() + busyTimeout;
  for (;;) {
    try {
      return openWithLog(shared);
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw explain(error, shared.file, "opening");
    }
    await sleep(RETRY_EVERY);
  }
}

function openWithLog(shared: ConnectionOptions): Connection {
  const connection = new Connection({ ...shared, busyTimeout: 0 });
  try {
    let mode = connection.value("PRAGMA journal_mode");
    if (mode !== "wal") mode = connection.value("PRAGMA journal_mode = WAL");
    if (mode !== "wal")
      throw new WatchwordError(
        "store-refused",
        `SQLite cannot keep a write-ahead log beside ${shared.file} (it stayed with "${mode}"). Put the file on a local disk: network file systems lack the shared memory for it.`,
      );
    // Reads the first page, so that a file that is no database is refused here and not at the first sign-in.
    connection.value("SELECT count(*) FROM sqlite_schema");
    connection.exec("PRAGMA query_only = ON");
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

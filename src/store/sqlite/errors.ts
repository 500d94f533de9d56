import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { WatchwordError } from "../../base/errors.js";

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const AUTH = 23;
const NOTADB = 26;

/** Less than this on the disk, and an input/output error is about the space. */
const HARDLY_ANY_SPACE = 1024 * 1024;

/** SQLite's fixed texts, for the failures whose code the driver for Node 20 leaves out (it does so in `all()`). */
const CODES_OF_TEXTS: Readonly<Record<string, number>> = {
  "access permission denied": PERM,
  "database is locked": BUSY,
  "database table is locked": LOCKED,
  "out of memory": NOMEM,
  "attempt to write a readonly database": READONLY,
  "disk I/O error": IOERR,
  "database disk image is malformed": CORRUPT,
  "database or disk is full": FULL,
  "unable to open database file": CANTOPEN,
  "authorization denied": AUTH,
  "file is not a database": NOTADB,
};

/** SQLite's own code of a failure, without its details; null for an error that is not the driver's. */
function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return null;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  return CODES_OF_TEXTS[error.message] ?? null;
}

/** Somebody else holds a lock; the same call may succeed a moment later. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** The statement was fine and the database was not: nothing else in the same transaction can be trusted to be kept. */
export function isFailureOfDatabase(error: unknown): boolean {
  const code = primaryCode(error);
  return (
    code !== null &&
    [PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, AUTH, NOTADB].includes(code)
  );
}

/** A unique index or a primary key stood in the way. By SQLite's text: the code is that of any constraint. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("UNIQUE constraint failed");
}

/** What a failure of SQLite means for people: which file, and what to do. Other errors of ours pass unchanged. */
export function explain(error: unknown, file: string, during: "opening" | "work"): WatchwordError {
  if (error instanceof WatchwordError) return error;
  const code = primaryCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  const because = { cause: error };
  const unreachable = during === "opening" ? "store-refused" : "store-unavailable";
  if (code === FULL || (code === IOERR && hasNoSpace(file)))
    return new WatchwordError(
      "store-full",
      `The disk (or quota) of the database ${file} is full; nothing of this change was kept. Free some space there and try again.`,
      because,
    );
  if (code === NOTADB)
    return new WatchwordError(
      "store-corrupted",
      `The file ${file} is not an SQLite database (or its beginning was overwritten). Name another file, or restore it from a backup.`,
      because,
    );
  if (code === CORRUPT)
    return new WatchwordError(
      "store-corrupted",
      `The database ${file} is damaged (${reason}). Stop every program that uses it, keep a copy, run "PRAGMA integrity_check" on it with the sqlite3 shell, and restore it from a backup.`,
      because,
    );
  if (code === BUSY || code === LOCKED)
    return new WatchwordError(
      unreachable,
      `The database ${file} is locked by another process, and stayed so for as long as sqlite.busyTimeout allows to wait. Find who holds it ("fuser ${file}" or "lsof ${file}") and end its transaction, or allow a longer wait.`,
      { ...because, retryAfter: 1000 },
    );
  if (code === READONLY || code === PERM || code === AUTH)
    return new WatchwordError(
      unreachable,
      `The database ${file} may not be written (${reason}). Give this user the right to write the file and its folder, where SQLite keeps ${file}-wal and ${file}-shm.`,
      because,
    );
  if (code === CANTOPEN)
    return new WatchwordError(
      unreachable,
      `The database ${file} cannot be opened (${reason}). Check that it is a file in a folder that exists, and that this user may read and write both.`,
      because,
    );
  if (code === IOERR)
    return new WatchwordError(
      unreachable,
      `The disk of the database ${file} failed while reading or writing (${reason}). Check the disk and the system's log.`,
      because,
    );
  if (code === NOMEM)
    return new WatchwordError(
      "store-unavailable",
      `There was no memory left for the database ${file}.`,
      because,
    );
  if (reason.startsWith("no such table: watchword_"))
    return new WatchwordError(
      "store-corrupted",
      `The database ${file} lacks a table of Watchword's (${reason}): somebody dropped it. \`watchword database create all\` makes it again, empty; a backup has what was in it.`,
      because,
    );
  return new WatchwordError(
    "internal",
    `The database ${file} refused a statement of Watchword's (${reason}). This is a fault of ours: please report it.`,
    because,
  );
}

function hasNoSpace(file: string): boolean {
  try {
    const disk = statfsSync(dirname(file));
    return disk.bavail * disk.bsize < HARDLY_ANY_SPACE;
  } catch {
    // The folder itself is out of reach: then space is not what is missing.
    return false;
  }
}

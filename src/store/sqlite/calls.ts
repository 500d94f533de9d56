import type { ErrorCode } from "../../base/errors.js";
import { listAudit } from "../sql/audit.js";
import { listBlocks, putBlock, removeBlock } from "../sql/blocks.js";
import { discardCodes, fillCode, putCode, redeemCode } from "../sql/codes.js";
import { type Dialect, sqliteDialect } from "../sql/dialect.js";
import { insertEvents } from "../sql/events.js";
import { cleanup, countTables, sessionsToRemove, takeTurn } from "../sql/housekeeping.js";
import { hitLimits, settleLimits } from "../sql/limits.js";
import { claimMail, listMail, reviseMail, settleMail } from "../sql/mails.js";
import { layUsers } from "../sql/new-users.js";
import type { Operation } from "../sql/operation.js";
import { createPart, dropPart } from "../sql/parts.js";
import { replacePassword } from "../sql/passwords.js";
import { readRecords, writeRecords } from "../sql/records.js";
import { migrate } from "../sql/schema.js";
import { nextNumber, raiseSequence } from "../sql/sequences.js";
import { createSession, endSessions, listSessions, touchSessions } from "../sql/sessions.js";
import { writeSettings } from "../sql/settings.js";
import { countUsers, listUsers } from "../sql/user-lists.js";
import { createUser, deleteUser, updateUser } from "../sql/users.js";
import { fileStatistics } from "./statistics.js";

/** What the writer's thread can be asked for. */
export const WRITES = {
  migrate: bind(migrate),
  dropPart,
  createPart: bind(createPart),
  writeSettings,
  createUser: bind(createUser),
  updateUser: bind(updateUser),
  deleteUser: bind(deleteUser),
  nextNumber,
  raiseSequence,
  replacePassword: bind(replacePassword),
  createSession: bind(createSession),
  touchSessions,
  endSessions,
  putCode,
  fillCode,
  redeemCode: bind(redeemCode),
  discardCodes,
  hitLimits: bind(hitLimits),
  settleLimits: bind(settleLimits),
  putBlock,
  removeBlock,
  addEvents: insertEvents,
  claimMail: bind(claimMail),
  settleMail,
  reviseMail,
  takeTurn,
  cleanup: bind(cleanup),
  writeRecords,
  layUsers,
};

/** What the reader's thread can be asked for: whatever may look at many rows. */
export const SCANS = {
  listUsers: bind(listUsers),
  countUsers: bind(countUsers),
  listSessions,
  listBlocks,
  listAudit,
  listMail,
  sessionsToRemove,
  countTables,
  readRecords,
  fileStatistics,
};

export type Writes = typeof WRITES;
export type Scans = typeof SCANS;
export type Calls = Writes | Scans;

/** What an operation takes and what it gives. */
export type Taken<O> = O extends (...args: infer A) => Operation<unknown> ? A : never;
export type Given<O> = O extends (...args: never[]) => Operation<infer T> ? T : never;

/** A call on its way to a thread. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What became of it. Errors lose their class between threads, so they travel as their parts. */
export type CallOutcome =
  | { readonly value: unknown }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly retryAfter?: number } };

export type ToThread = { readonly calls: readonly Call[] } | "close";
export type FromThread = { readonly outcomes: readonly CallOutcome[] };

function bind<A extends unknown[], T>(operation: (dialect: Dialect, ...args: A) => Operation<T>) {
  return (...args: A) => operation(sqliteDialect, ...args);
}

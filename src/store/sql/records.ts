import type { RecordKind, RecordsByKind, RecordWrite } from "../contract.js";
import { AUDIT_COLUMNS, type AuditRow, readAudit, writeAudit } from "./audit.js";
import { BLOCK_COLUMNS, writeBlock } from "./blocks.js";
import { CODE_COLUMNS, type CodeRow, readCode, writeCode } from "./codes.js";
import { insertNewRows } from "./insert.js";
import { LIMIT_COLUMNS, type LimitRow, readLimitRow, writeLimitRow } from "./limits.js";
import { MAIL_COLUMNS, type MailRow, readMail, writeMail } from "./mails.js";
import { all, type Operation, type Row, type SqlValue } from "./operation.js";
import { SEQUENCE_COLUMNS, type SequenceRow, writeSequence } from "./sequences.js";
import { readSession, SESSION_COLUMNS, type SessionRow, writeSession } from "./session-rows.js";
import { readWholeUsers, writeWholeUsers } from "./whole-users.js";

/** How a kind of record goes out and comes in. */
interface Kind<T> {
  read(after: string | null, size: number): Operation<readonly T[]>;
  write(records: readonly T[]): Operation<readonly RecordWrite[]>;
}

const KINDS: { readonly [K in RecordKind]: Kind<RecordsByKind[K]> } = {
  users: { read: readWholeUsers, write: writeWholeUsers },
  sessions: inOneTable(
    "watchword_sessions",
    SESSION_COLUMNS,
    "id",
    (row: SessionRow) => readSession(row),
    writeSession,
  ),
  codes: inOneTable("watchword_codes", CODE_COLUMNS, "id", (row: CodeRow) => readCode(row), writeCode),
  limits: inOneTable(
    "watchword_limits",
    LIMIT_COLUMNS,
    "key",
    (row: LimitRow) => readLimitRow(row),
    writeLimitRow,
  ),
  blocks: inOneTable("watchword_blocks", BLOCK_COLUMNS, "key", (row: BlockRow) => row, writeBlock),
  mails: inOneTable("watchword_mails", MAIL_COLUMNS, "id", (row: MailRow) => readMail(row), writeMail),
  audit: inOneTable("watchword_audit", AUDIT_COLUMNS, "id", (row: AuditRow) => readAudit(row), writeAudit),
  sequences: inOneTable(
    "watchword_sequences",
    SEQUENCE_COLUMNS,
    "key",
    (row: SequenceRow) => row,
    writeSequence,
  ),
};

type BlockRow = RecordsByKind["blocks"] & Row;

export function readRecords<K extends RecordKind>(
  kind: K,
  after: string | null,
  size: number,
): Operation<readonly RecordsByKind[K][]> {
  return KINDS[kind].read(after, size);
}

/** What is there stays: so a copy that was interrupted goes on where it stopped, and spoils nothing that was newer. */
export function writeRecords<K extends RecordKind>(
  kind: K,
  records: readonly RecordsByKind[K][],
): Operation<readonly RecordWrite[]> {
  return KINDS[kind].write(records);
}

function inOneTable<R extends Row, T>(
  table: string,
  columns: string,
  own: "id" | "key",
  read: (row: R) => T,
  write: (record: T) => SqlValue[],
): Kind<T> {
  return {
    *read(after, size) {
      const rows = yield* all<R>(
        `SELECT ${columns} FROM ${table} WHERE ${own} > ? ORDER BY ${own} LIMIT ?`,
        after ?? "",
        size,
      );
      return rows.map(read);
    },
    *write(records) {
      const rows = records.map(write);
      const written = new Set(yield* insertNewRows(table, columns, rows, own));
      const place = columns.split(", ").indexOf(own);
      // Of two with one key in the same list the first was written.
      return rows.map((row) => ({ status: written.delete(row[place] ?? null) ? "written" : "there" }));
    },
  };
}

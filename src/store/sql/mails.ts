import type { MailRecord, MailSettlement, StoreEvent } from "../contract.js";
import { Conditions } from "./conditions.js";
import type { Dialect } from "./dialect.js";
import { insertEvents } from "./events.js";
import { pieces } from "./insert.js";
import { all, first, type Operation, run, type SqlValue } from "./operation.js";
import { marks } from "./texts.js";

export type MailRow = {
  readonly id: string;
  readonly created_at: number;
  readonly template: string;
  readonly recipient: string;
  readonly user_id: string | null;
  readonly locale: string | null;
  readonly code_id: string | null;
  readonly payload: string;
  readonly state: MailRecord["state"];
  readonly due_at: number;
  readonly tries: number;
  readonly last_error: string | null;
};

export const MAIL_COLUMNS =
  "id, created_at, template, recipient, user_id, locale, code_id, payload, state, due_at, tries, last_error";

/** A mail that somebody holds is due again when the lease ends, so that no crash loses one. */
export function* nextMailAt(): Operation<number | null> {
  const row = yield* first<{ due_at: number | null }>(
    "SELECT min(due_at) AS due_at FROM watchword_mails WHERE state = 'queued'",
  );
  return row?.due_at ?? null;
}

/** Counts the try as the mail is taken: one that brings its courier down is counted too. */
export function* claimMail(
  dialect: Dialect,
  claim: {
    readonly owner: string;
    readonly now: number;
    readonly leaseUntil: number;
    readonly size: number;
  },
): Operation<readonly MailRecord[]> {
  const due = yield* all<{ id: string }>(
    `SELECT id FROM watchword_mails WHERE state = 'queued' AND due_at <= ? ORDER BY due_at, id LIMIT ?${dialect.lockFree}`,
    claim.now,
    claim.size,
  );
  const taken = new Map<string, MailRecord>();
  for (const piece of pieces(due.map(({ id }) => id))) {
    const rows = yield* all<MailRow>(
      `UPDATE watchword_mails SET owner = ?, due_at = ?, tries = tries + 1
       WHERE id IN (${marks(piece.length)}) RETURNING ${MAIL_COLUMNS}`,
      claim.owner,
      claim.leaseUntil,
      ...piece,
    );
    for (const row of rows) taken.set(row.id, readMail(row));
  }
  return due.flatMap(({ id }) => taken.get(id) ?? []);
}

/** A mail that failed keeps the time of its failure as `dueAt`, by which housekeeping knows its age. */
export function* settleMail(
  id: string,
  owner: string,
  settlement: MailSettlement,
  now: number,
): Operation<boolean> {
  const mine = "id = ? AND owner = ? AND state = 'queued'";
  if (settlement.status === "sent")
    return (yield* run(`DELETE FROM watchword_mails WHERE ${mine}`, id, owner)) > 0;
  if (settlement.status === "failed")
    return (
      (yield* run(
        `UPDATE watchword_mails SET state = 'failed', owner = NULL, due_at = ?, last_error = ? WHERE ${mine}`,
        now,
        settlement.error,
        id,
        owner,
      )) > 0
    );
  return (
    (yield* run(
      `UPDATE watchword_mails SET owner = NULL, due_at = ?, last_error = ? WHERE ${mine}`,
      settlement.dueAt,
      settlement.error,
      id,
      owner,
    )) > 0
  );
}

/** A mail whose lease runs is left alone: its courier may be handing it over at this moment. */
export function* reviseMail(
  id: string,
  revision: "retry" | "drop",
  now: number,
  events: readonly StoreEvent[],
): Operation<boolean> {
  const free = "id = ? AND (state = 'failed' OR owner IS NULL OR due_at <= ?)";
  const revised =
    revision === "drop"
      ? yield* run(`DELETE FROM watchword_mails WHERE ${free}`, id, now)
      : yield* run(
          `UPDATE watchword_mails SET state = 'queued', owner = NULL, due_at = ?, tries = 0 WHERE ${free}`,
          now,
          id,
          now,
        );
  if (revised === 0) return false;
  yield* insertEvents(events);
  return true;
}

export function* listMail(query: {
  readonly id?: string;
  readonly state?: "queued" | "failed";
  readonly after: string | null;
  readonly size: number;
}): Operation<readonly MailRecord[]> {
  const conditions = new Conditions();
  if (query.id !== undefined) conditions.add("id = ?", query.id);
  if (query.state !== undefined) conditions.add("state = ?", query.state);
  if (query.after !== null) conditions.add("id > ?", query.after);
  const rows = yield* all<MailRow>(
    `SELECT ${MAIL_COLUMNS} FROM watchword_mails ${conditions.where} ORDER BY id LIMIT ?`,
    ...conditions.parameters,
    query.size,
  );
  return rows.map(readMail);
}

export function readMail(row: MailRow): MailRecord {
  return {
    id: row.id,
    createdAt: row.created_at,
    template: row.template,
    to: row.recipient,
    userId: row.user_id,
    locale: row.locale,
    codeId: row.code_id,
    payload: row.payload,
    state: row.state,
    dueAt: row.due_at,
    tries: row.tries,
    lastError: row.last_error,
  };
}

/** In the order of {@link MAIL_COLUMNS}. */
export function writeMail(mail: MailRecord): SqlValue[] {
  return [
    mail.id,
    mail.createdAt,
    mail.template,
    mail.to,
    mail.userId,
    mail.locale,
    mail.codeId,
    mail.payload,
    mail.state,
    mail.dueAt,
    mail.tries,
    mail.lastError,
  ];
}

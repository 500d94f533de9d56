import type { AuditEvent, MailEvent, StoreEvent } from "../contract.js";
import { AUDIT_COLUMNS, writeAudit } from "./audit.js";
import { insertRows } from "./insert.js";
import type { Operation, SqlValue } from "./operation.js";

const STAYS = "ON CONFLICT (id) DO NOTHING";

/** Lays down what a change causes elsewhere. An event that is already there stays: whoever repeats a lost write adds nothing twice. */
export function* insertEvents(events: readonly StoreEvent[]): Operation<void> {
  const audits = events.filter((event): event is AuditEvent => event.type === "audit");
  const mails = events.filter((event): event is MailEvent => event.type === "mail");
  yield* insertRows("watchword_audit", AUDIT_COLUMNS, audits.map(writeAudit), STAYS);
  yield* insertRows(
    "watchword_mails",
    "id, created_at, template, recipient, user_id, locale, code_id, payload, state, due_at, tries",
    mails.map(writeNew),
    STAYS,
  );
}

function writeNew(event: MailEvent): SqlValue[] {
  return [
    event.id,
    event.at,
    event.template,
    event.to,
    event.userId,
    event.locale,
    event.codeId,
    event.payload,
    "queued",
    event.at,
    0,
  ];
}

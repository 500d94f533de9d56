import type { AuditEvent, StoreEvent } from "../contract.js";
import type { Database } from "./database.js";
import { type AuditDocument, type MailDocument, nothingToMove } from "./documents.js";
import { onlyDuplicates } from "./errors.js";

/**
 * Lays down what a change causes elsewhere. Each has the id of its event, so one that is there already, or was and was sent, stays as it
 * is: whoever repeats a lost write, or moves the same outbox at the same moment, adds nothing twice.
 */
export async function insertEvents(database: Database, events: readonly StoreEvent[]): Promise<void> {
  const audits = events.filter((event) => event.type === "audit").map(auditDocument);
  const mails = events.filter((event) => event.type === "mail").map(mailDocument);
  const { audit, mails: queue } = database.collections;
  await Promise.all([
    audits.length === 0 ? undefined : audit.insertMany(audits, { ordered: false }).catch(onlyDuplicates),
    mails.length === 0 ? undefined : queue.insertMany(mails, { ordered: false }).catch(onlyDuplicates),
  ]);
}

export function auditDocument(event: AuditEvent): AuditDocument {
  return {
    _id: event.id,
    at: event.at,
    action: event.action,
    userId: event.userId,
    actor: event.actor,
    ip: event.ip,
    userAgent: event.userAgent,
    requestId: event.requestId,
    details: event.details,
  };
}

function mailDocument(event: StoreEvent & { readonly type: "mail" }): MailDocument {
  return {
    _id: event.id,
    createdAt: event.at,
    template: event.template,
    to: event.to,
    userId: event.userId,
    locale: event.locale,
    codeId: event.codeId,
    payload: event.payload,
    state: "queued",
    dueAt: event.at,
    owner: null,
    tries: 0,
    lastError: null,
    goneAt: null,
    ...nothingToMove(),
  };
}

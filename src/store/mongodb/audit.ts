import type { Filter } from "mongodb";
import type { AuditEvent } from "../contract.js";
import type { Database } from "./database.js";
import type { AuditDocument } from "./documents.js";
import { take } from "./pages.js";
import { text } from "./values.js";

/** By id, which sorts by time. An action has no index: rows are written far oftener than they are searched. */
export async function listAudit(
  database: Database,
  query: {
    readonly userId?: string;
    readonly action?: string;
    readonly before: string | null;
    readonly size: number;
  },
): Promise<readonly AuditEvent[]> {
  const filter: Filter<AuditDocument> = {
    ...(query.userId === undefined ? {} : { userId: text(query.userId) }),
    ...(query.action === undefined ? {} : { action: text(query.action) }),
    ...(query.before === null ? {} : { _id: { $lt: text(query.before) } }),
  };
  const found = await take(database.collections.audit.find(filter, { sort: { _id: -1 } }), query.size);
  return found.map(readAudit);
}

export function readAudit(document: AuditDocument): AuditEvent {
  return {
    type: "audit",
    id: document._id,
    at: document.at,
    action: document.action,
    userId: document.userId,
    actor: document.actor,
    ip: document.ip,
    userAgent: document.userAgent,
    requestId: document.requestId,
    details: document.details,
  };
}

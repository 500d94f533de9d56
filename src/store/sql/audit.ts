import type { AuditEvent } from "../contract.js";
import { Conditions } from "./conditions.js";
import { all, type Operation, type SqlValue } from "./operation.js";

export type AuditRow = {
  readonly id: string;
  readonly at: number;
  readonly action: string;
  readonly user_id: string | null;
  readonly actor: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly details: string;
};

export const AUDIT_COLUMNS = "id, at, action, user_id, actor, ip, user_agent, request_id, details";

/** By id, which sorts by time. An action has no index: rows are written far oftener than they are searched. */
export function* listAudit(query: {
  readonly userId?: string;
  readonly action?: string;
  readonly before: string | null;
  readonly size: number;
}): Operation<readonly AuditEvent[]> {
  const conditions = new Conditions();
  if (query.userId !== undefined) conditions.add("user_id = ?", query.userId);
  if (query.action !== undefined) conditions.add("action = ?", query.action);
  if (query.before !== null) conditions.add("id < ?", query.before);
  const rows = yield* all<AuditRow>(
    `SELECT ${AUDIT_COLUMNS}
     FROM watchword_audit ${conditions.where} ORDER BY id DESC LIMIT ?`,
    ...conditions.parameters,
    query.size,
  );
  return rows.map(readAudit);
}

export function readAudit(row: AuditRow): AuditEvent {
  return {
    type: "audit",
    id: row.id,
    at: row.at,
    action: row.action,
    userId: row.user_id,
    actor: row.actor,
    ip: row.ip,
    userAgent: row.user_agent,
    requestId: row.request_id,
    details: row.details,
  };
}

/** In the order of {@link AUDIT_COLUMNS}. */
export function writeAudit(event: AuditEvent): SqlValue[] {
  return [
    event.id,
    event.at,
    event.action,
    event.userId,
    event.actor,
    event.ip,
    event.userAgent,
    event.requestId,
    event.details,
  ];
}

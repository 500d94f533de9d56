import { newId } from "../base/ids.js";
import { pageSize } from "../base/pages.js";
import type { AuditEntry, AuditService, Context, JsonObject } from "../space/contract.js";
import type { AuditEvent, Store } from "../store/contract.js";

/** Everything that is written down. The words are stable: programs filter by them. */
export type AuditAction =
  | "user.created"
  | "user.updated"
  | "user.permissions-changed"
  | "user.data-changed"
  | "user.blocked"
  | "user.unblocked"
  | "user.deleted"
  | "user.second-factor-changed"
  | "user.unlocked"
  | "user.signed-up"
  | "email.verified"
  | "email.changed"
  | "password.changed"
  | "password.set"
  | "password.removed"
  | "password.reset"
  | "password.renewed"
  | "block.put"
  | "block.removed"
  | "code.requested"
  | "code.confirmed"
  | "sign-in.succeeded"
  | "sign-in.failed"
  | "sign-in.second-factor"
  | "session.created"
  | "session.revoked"
  | "session.policy-changed"
  | "mail.retried"
  | "mail.dropped"
  | "set-up.completed"
  | "database.part-dropped"
  | "database.part-created"
  | "database.part-reset"
  | "users.imported"
  | "users.exported"
  | "space.copied";

/** One row for the record, to be written together with the change that it tells of. `details` never holds a secret. */
export function auditEvent(
  action: AuditAction,
  fields: { readonly now: number; readonly userId: string | null; readonly details?: JsonObject },
  context: Context,
): AuditEvent {
  return {
    type: "audit",
    id: newId(fields.now),
    at: fields.now,
    action,
    userId: fields.userId,
    actor: context.actor?.type === "user" ? context.actor.id : "system",
    ip: context.ip ?? null,
    userAgent: context.userAgent?.slice(0, 512) ?? null,
    requestId: context.requestId ?? null,
    details: JSON.stringify(fields.details ?? {}),
  };
}

export function createAudit(store: Store): AuditService {
  return {
    async list(query = {}) {
      const size = pageSize(query.size);
      const rows = await store.listAudit({
        ...(query.userId === undefined ? {} : { userId: query.userId }),
        ...(query.action === undefined ? {} : { action: query.action }),
        before: query.after ?? null,
        size: size + 1,
      });
      const items = rows.slice(0, size).map(toEntry);
      return { items, next: rows.length > size ? (items.at(-1)?.id ?? null) : null };
    },
  };
}

function toEntry(row: AuditEvent): AuditEntry {
  return {
    id: row.id,
    at: new Date(row.at),
    action: row.action,
    userId: row.userId,
    actor: row.actor,
    ip: row.ip,
    userAgent: row.userAgent,
    requestId: row.requestId,
    details: JSON.parse(row.details),
  };
}

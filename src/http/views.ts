import type { AuditEntry, Block, QueuedMail, Session, User } from "../space/contract.js";

// What answers show. Each view names its fields one by one, so that a new field of the domain is not shown by accident.

export function viewUser(user: User): User {
  return {
    id: user.id,
    number: user.number,
    username: user.username,
    email: user.email,
    emailVerifiedAt: user.emailVerifiedAt,
    locale: user.locale,
    active: user.active,
    admin: user.admin,
    superuser: user.superuser,
    roles: user.roles,
    blocked: user.blocked,
    secondFactor: user.secondFactor,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
    lastSignInAt: user.lastSignInAt,
  };
}

export function viewSession(session: Session): Omit<Session, "data"> {
  return {
    id: session.id,
    userId: session.userId,
    createdAt: session.createdAt,
    lastSeenAt: session.lastSeenAt,
    expiresAt: session.expiresAt,
    absoluteEnd: session.absoluteEnd,
    authenticatedAt: session.authenticatedAt,
    methods: session.methods,
    ip: session.ip,
    userAgent: session.userAgent,
  };
}

export function viewAudit(entry: AuditEntry): AuditEntry {
  const { id: entryId, at, action, userId, actor, ip, userAgent, requestId, details } = entry;
  return { id: entryId, at, action, userId, actor, ip, userAgent, requestId, details };
}

export function viewMail(mail: QueuedMail): QueuedMail {
  const { id: mailId, template, to, createdAt, dueAt, tries, state, lastError } = mail;
  return { id: mailId, template, to, createdAt, dueAt, tries, state, lastError };
}

export function viewBlock(block: Block): Block {
  return {
    identifier: block.identifier,
    since: block.since,
    until: block.until,
    reason: block.reason,
  };
}

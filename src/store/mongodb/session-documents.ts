import type { SessionRecord, StoreEvent } from "../contract.js";
import type { SessionDocument } from "./documents.js";
import { holding } from "./outbox.js";
import { purgeDate } from "./values.js";

export const SESSION_FIELDS = { outbox: 0, outboxSince: 0, purgeAt: 0 } as const;

export function readSession(document: SessionDocument): SessionRecord {
  return {
    id: document.id,
    tokenHash: document._id,
    userId: document.userId,
    epoch: document.epoch,
    createdAt: document.createdAt,
    lastSeenAt: document.lastSeenAt,
    expiresAt: document.expiresAt,
    absoluteEnd: document.absoluteEnd,
    authenticatedAt: document.authenticatedAt,
    methods: document.methods,
    ip: document.ip,
    userAgent: document.userAgent,
    data: document.data,
  };
}

/** Real milliseconds that an ended session stays, so that "expired" can be told from "unknown". */
const STAYS = 30 * 86_400_000;

/**
 * The TTL index holds the longest life alone, which never moves: no use of a session costs a write to an index. What ends by not being used
 * is housekeeping's.
 */
export function sessionDocument(session: SessionRecord, events: readonly StoreEvent[]): SessionDocument {
  const { absoluteEnd } = session;
  return {
    _id: session.tokenHash,
    id: session.id,
    userId: session.userId,
    epoch: session.epoch,
    createdAt: session.createdAt,
    lastSeenAt: session.lastSeenAt,
    expiresAt: session.expiresAt,
    absoluteEnd,
    authenticatedAt: session.authenticatedAt,
    methods: session.methods,
    ip: session.ip,
    userAgent: session.userAgent,
    data: session.data,
    purgeAt: purgeDate(absoluteEnd === null ? null : absoluteEnd + STAYS, session.createdAt),
    ...holding(events),
  };
}

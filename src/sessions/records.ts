import type { JsonObject, Session } from "../space/contract.js";
import type { SessionRecord } from "../store/contract.js";

const NOTHING: JsonObject = Object.freeze({});

/** What everybody but the store sees of a session. */
export function toSession(record: SessionRecord): Session {
  return {
    id: record.id,
    userId: record.userId,
    createdAt: new Date(record.createdAt),
    lastSeenAt: new Date(record.lastSeenAt),
    expiresAt: new Date(record.expiresAt),
    absoluteEnd: record.absoluteEnd === null ? null : new Date(record.absoluteEnd),
    authenticatedAt: new Date(record.authenticatedAt),
    methods: record.methods,
    ip: record.ip,
    userAgent: record.userAgent,
    data: record.data === "{}" ? NOTHING : JSON.parse(record.data),
  };
}

/** Whether a session is over at `now`, by disuse or by age. */
export function isOver(record: Pick<SessionRecord, "expiresAt" | "absoluteEnd">, now: number): boolean {
  return now >= record.expiresAt || (record.absoluteEnd !== null && now >= record.absoluteEnd);
}

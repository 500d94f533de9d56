import type { SessionRecord } from "../contract.js";
import type { SqlValue } from "./operation.js";
import { readTexts, writeTexts } from "./texts.js";

export type SessionRow = {
  readonly token_hash: string;
  readonly id: string;
  readonly user_id: string;
  readonly epoch: number;
  readonly created_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number;
  readonly absolute_end: number | null;
  readonly authenticated_at: number;
  readonly methods: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly data: string;
};

export const SESSION_COLUMNS =
  "token_hash, id, user_id, epoch, created_at, last_seen_at, expires_at, absolute_end, authenticated_at, methods, " +
  "ip, user_agent, data";

export function readSession(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    userId: row.user_id,
    epoch: row.epoch,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    absoluteEnd: row.absolute_end,
    authenticatedAt: row.authenticated_at,
    methods: readTexts(row.methods),
    ip: row.ip,
    userAgent: row.user_agent,
    data: row.data,
  };
}

/** In the order of {@link SESSION_COLUMNS}. */
export function writeSession(session: SessionRecord): SqlValue[] {
  return [
    session.tokenHash,
    session.id,
    session.userId,
    session.epoch,
    session.createdAt,
    session.lastSeenAt,
    session.expiresAt,
    session.absoluteEnd,
    session.authenticatedAt,
    writeTexts(session.methods),
    session.ip,
    session.userAgent,
    session.data,
  ];
}

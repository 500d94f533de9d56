import type { CleanupCounts, CleanupLimits } from "../contract.js";
import { all, first, type Operation, run } from "./operation.js";
import { pendingUsers, removeUser } from "./users.js";

export function* takeTurn(name: string, owner: string, until: number, now: number): Operation<boolean> {
  const changes = yield* run(
    `INSERT INTO watchword_turns (name, owner, ends_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, ends_at = excluded.ends_at
     WHERE watchword_turns.owner = excluded.owner OR watchword_turns.ends_at <= ?`,
    name,
    owner,
    until,
    now,
  );
  return changes > 0;
}

const SESSION_IS_OVER = "(expires_at < ? OR absolute_end < ?)";

/**
 * The sessions that {@link cleanup} may remove. Their times lie in no index, so this looks at all of them; it is a
 * step of its own because SQLite has it done beside the writer, not by it.
 */
export function* sessionsToRemove(limits: CleanupLimits): Operation<readonly string[]> {
  const rows = yield* all<{ token_hash: string }>(
    `SELECT token_hash FROM watchword_sessions WHERE ${SESSION_IS_OVER} LIMIT ?`,
    limits.sessionsBefore,
    limits.sessionsBefore,
    limits.size,
  );
  return rows.map((row) => row.token_hash);
}

/** `sessions` are what {@link sessionsToRemove} found a moment ago; one that was used since then stays. */
export function* cleanup(limits: CleanupLimits, sessions: readonly string[]): Operation<CleanupCounts> {
  let endedSessions = 0;
  for (const hash of sessions)
    endedSessions += yield* run(
      `DELETE FROM watchword_sessions WHERE token_hash = ? AND ${SESSION_IS_OVER}`,
      hash,
      limits.sessionsBefore,
      limits.sessionsBefore,
    );
  const pending = yield* pendingUsers(limits.pendingBefore, limits.size);
  for (const id of pending) yield* removeUser(id);
  return {
    sessions: endedSessions,
    users: pending.length,
    codes: yield* run(
      "DELETE FROM watchword_codes WHERE id IN (SELECT id FROM watchword_codes WHERE ends_at <= ? LIMIT ?)",
      limits.now,
      limits.size,
    ),
    limits: yield* run(
      "DELETE FROM watchword_limits WHERE key IN (SELECT key FROM watchword_limits WHERE ends_at <= ? LIMIT ?)",
      limits.now,
      limits.size,
    ),
    mails: yield* run(
      `DELETE FROM watchword_mails WHERE id IN
         (SELECT id FROM watchword_mails WHERE state = 'failed' AND due_at < ? LIMIT ?)`,
      limits.mailBefore,
      limits.size,
    ),
    blocks: yield* run(
      "DELETE FROM watchword_blocks WHERE key IN (SELECT key FROM watchword_blocks WHERE until <= ? LIMIT ?)",
      limits.now,
      limits.size,
    ),
    audit: limits.auditBefore === null ? 0 : yield* removeAudit(limits.auditBefore, limits.size),
  };
}

/** Ids sort by time, so what is too old stands at the front; `at` decides. */
function* removeAudit(before: number, size: number): Operation<number> {
  return yield* run(
    `DELETE FROM watchword_audit WHERE id IN
       (SELECT id FROM (SELECT id, at FROM watchword_audit ORDER BY id LIMIT ?) AS oldest WHERE at < ?)`,
    size,
    before,
  );
}

export interface TableCounts {
  readonly users: number;
  readonly sessions: number;
  readonly codes: number;
  readonly limits: number;
  readonly blocks: number;
  readonly mailsQueued: number;
  readonly mailsFailed: number;
  readonly audit: number;
}

export function* countTables(): Operation<TableCounts> {
  const count = (table: string, where = "") =>
    first<{ rows: number }>(`SELECT count(*) AS rows FROM ${table} ${where}`);
  const [users, sessions, codes, limits, blocks, queued, failed, audit] = [
    yield* count("watchword_users"),
    yield* count("watchword_sessions"),
    yield* count("watchword_codes"),
    yield* count("watchword_limits"),
    yield* count("watchword_blocks"),
    yield* count("watchword_mails", "WHERE state = 'queued'"),
    yield* count("watchword_mails", "WHERE state = 'failed'"),
    yield* count("watchword_audit"),
  ];
  return {
    users: users?.rows ?? 0,
    sessions: sessions?.rows ?? 0,
    codes: codes?.rows ?? 0,
    limits: limits?.rows ?? 0,
    blocks: blocks?.rows ?? 0,
    mailsQueued: queued?.rows ?? 0,
    mailsFailed: failed?.rows ?? 0,
    audit: audit?.rows ?? 0,
  };
}

import type { CleanupCounts, CleanupLimits } from "../contract.js";
import type { Dialect } from "./dialect.js";
import { pieces } from "./insert.js";
import { all, first, type Operation, run } from "./operation.js";
import { marks } from "./texts.js";
import { pendingUsers, removePending } from "./users.js";

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
export function* cleanup(
  dialect: Dialect,
  limits: CleanupLimits,
  sessions: readonly string[],
): Operation<CleanupCounts> {
  let endedSessions = 0;
  for (const piece of pieces(sessions))
    endedSessions += yield* run(
      `DELETE FROM watchword_sessions WHERE token_hash IN (${marks(piece.length)}) AND ${SESSION_IS_OVER}`,
      ...piece,
      limits.sessionsBefore,
      limits.sessionsBefore,
    );
  let users = 0;
  for (const id of yield* pendingUsers(limits.pendingBefore, limits.size))
    if (yield* removePending(dialect, id, limits.pendingBefore)) users++;
  return {
    sessions: endedSessions,
    users,
    codes: yield* removeSome("watchword_codes", "id", "ends_at <= ?", limits.now, limits.size),
    limits: yield* removeSome("watchword_limits", "key", "ends_at <= ?", limits.now, limits.size),
    mails: yield* removeSome(
      "watchword_mails",
      "id",
      "state = 'failed' AND due_at < ?",
      limits.mailBefore,
      limits.size,
    ),
    blocks: yield* removeSome("watchword_blocks", "key", "until <= ?", limits.now, limits.size),
    audit: limits.auditBefore === null ? 0 : yield* removeAudit(limits.auditBefore, limits.size),
  };
}

/** Asks twice, because a row may begin a new life between the look and the removal (a limit that is hit again). */
function* removeSome(
  table: string,
  own: "id" | "key",
  over: string,
  since: number,
  size: number,
): Operation<number> {
  return yield* run(
    `DELETE FROM ${table} WHERE ${own} IN (SELECT ${own} FROM ${table} WHERE ${over} LIMIT ?) AND ${over}`,
    since,
    size,
    since,
  );
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
  readonly sequences: number;
}

export function* countTables(): Operation<TableCounts> {
  const count = (table: string, where = "") =>
    first<{ rows: number }>(`SELECT count(*) AS rows FROM ${table} ${where}`);
  const [users, sessions, codes, limits, blocks, queued, failed, audit, sequences] = [
    yield* count("watchword_users"),
    yield* count("watchword_sessions"),
    yield* count("watchword_codes"),
    yield* count("watchword_limits"),
    yield* count("watchword_blocks"),
    yield* count("watchword_mails", "WHERE state = 'queued'"),
    yield* count("watchword_mails", "WHERE state = 'failed'"),
    yield* count("watchword_audit"),
    yield* count("watchword_sequences"),
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
    sequences: sequences?.rows ?? 0,
  };
}

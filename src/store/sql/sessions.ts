import type { LimitSettlement, SessionFilter, SessionRecord, SessionTouch, StoreEvent } from "../contract.js";
import { Conditions } from "./conditions.js";
import type { Dialect } from "./dialect.js";
import { insertEvents } from "./events.js";
import { pieces } from "./insert.js";
import { settleLimits } from "./limits.js";
import { all, first, type Operation, run } from "./operation.js";
import { readSession, SESSION_COLUMNS, type SessionRow, writeSession } from "./session-rows.js";
import { marks } from "./texts.js";

const INSERT_SESSION = `INSERT INTO watchword_sessions (${SESSION_COLUMNS}) VALUES (${marks(13)})`;

/** Ids are UUIDv7: their order is the order of creation. */
const END_OLDEST = `DELETE FROM watchword_sessions WHERE user_id = ? AND id IN (
  SELECT id FROM watchword_sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1000000 OFFSET ?)`;

/** A user who was deleted a moment ago gets no session: nothing would ever clear it but its end. */
export function* createSession(
  dialect: Dialect,
  session: SessionRecord,
  options: {
    readonly recordSignIn: boolean;
    readonly keep: number;
    readonly settle: readonly LimitSettlement[];
  },
  events: readonly StoreEvent[],
): Operation<void> {
  const user = yield* first<{ id: string }>(
    `SELECT id FROM watchword_users WHERE id = ?${dialect.lock}`,
    session.userId,
  );
  if (user !== null) yield* insertSession(session, options, events);
  // Last, because every sign-in counts in the row of the whole space: nobody shall hold it for long.
  yield* settleLimits(dialect, options.settle);
}

function* insertSession(
  session: SessionRecord,
  options: { readonly recordSignIn: boolean; readonly keep: number },
  events: readonly StoreEvent[],
): Operation<void> {
  yield* run(INSERT_SESSION, ...writeSession(session));
  yield* run(END_OLDEST, session.userId, session.userId, options.keep);
  if (options.recordSignIn)
    yield* run(
      "UPDATE watchword_users SET last_sign_in_at = ? WHERE id = ?",
      session.createdAt,
      session.userId,
    );
  yield* insertEvents(events);
}

/** Many in one statement: on a server each of its own would be a round trip. */
export function* touchSessions(touches: readonly SessionTouch[]): Operation<void> {
  const latest = new Map<string, SessionTouch>();
  for (const touch of touches)
    if (touch.lastSeenAt >= (latest.get(touch.tokenHash)?.lastSeenAt ?? 0))
      latest.set(touch.tokenHash, touch);
  const sorted = [...latest.values()].sort((a, b) => (a.tokenHash < b.tokenHash ? -1 : 1));
  for (const piece of pieces(sorted)) {
    const rows = Array(piece.length).fill("(?, CAST(? AS BIGINT), CAST(? AS BIGINT))").join(", ");
    yield* run(
      `UPDATE watchword_sessions AS s SET last_seen_at = t.column2, expires_at = t.column3
       FROM (VALUES ${rows}) AS t WHERE s.token_hash = t.column1 AND s.last_seen_at <= t.column2`,
      ...piece.flatMap(({ tokenHash, lastSeenAt, expiresAt }) => [tokenHash, lastSeenAt, expiresAt]),
    );
  }
}

export function* listSessions(query: {
  readonly filter: SessionFilter;
  readonly after: string | null;
  readonly size: number;
}): Operation<readonly SessionRecord[]> {
  const conditions = conditionsOf(query.filter);
  if (query.after !== null) conditions.add("id > ?", query.after);
  const rows = yield* all<SessionRow>(
    `SELECT ${SESSION_COLUMNS} FROM watchword_sessions ${conditions.where} ORDER BY id LIMIT ?`,
    ...conditions.parameters,
    query.size,
  );
  return rows.map(readSession);
}

export function* endSessions(filter: SessionFilter, events: readonly StoreEvent[]): Operation<number> {
  const conditions = conditionsOf(filter);
  const ended = yield* run(`DELETE FROM watchword_sessions ${conditions.where}`, ...conditions.parameters);
  if (ended > 0) yield* insertEvents(events);
  return ended;
}

function conditionsOf(filter: SessionFilter): Conditions {
  const conditions = new Conditions();
  if (filter.userId !== undefined) conditions.add("user_id = ?", filter.userId);
  if (filter.id !== undefined) conditions.add("id = ?", filter.id);
  if (filter.tokenHash !== undefined) conditions.add("token_hash = ?", filter.tokenHash);
  if (filter.exceptId !== undefined) conditions.add("id <> ?", filter.exceptId);
  if (filter.state !== undefined) {
    const { is, now } = filter.state;
    // Where the user is gone, the epoch is nobody's, and the session is over.
    const live = `(expires_at > ? AND (absolute_end IS NULL OR absolute_end > ?) AND epoch = coalesce(
      (SELECT u.session_epoch FROM watchword_users AS u WHERE u.id = watchword_sessions.user_id), -1))`;
    conditions.add(is === "live" ? live : `NOT ${live}`, now, now);
  }
  return conditions;
}

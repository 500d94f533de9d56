import type { Filter } from "mongodb";
import type {
  LimitSettlement,
  SessionCheck,
  SessionFilter,
  SessionRecord,
  SessionTouch,
  StoreEvent,
} from "../contract.js";
import type { Database } from "./database.js";
import type { Outboxed, SessionDocument, UserDocument } from "./documents.js";
import type { Limits } from "./limits.js";
import { endAll, moveOn, removeAll } from "./outbox.js";
import { readSession, SESSION_FIELDS, sessionDocument } from "./session-documents.js";
import { readUser } from "./user-documents.js";
import { isThere } from "./users.js";
import { text, whole } from "./values.js";

/** How many sessions are looked at together where their users' epochs must be compared. */
const BATCH = 500;

/**
 * The charge is settled after the session is there: whoever dies before that leaves a charge too many, never one too few. A user who is
 * deleted meanwhile gets no session that lasts: the deletion clears after its own first write, and this looks again after its own.
 */
export async function createSession(
  database: Database,
  limits: Limits,
  session: SessionRecord,
  options: {
    readonly recordSignIn: boolean;
    readonly keep: number;
    readonly settle: readonly LimitSettlement[];
  },
  events: readonly StoreEvent[],
): Promise<void> {
  const settled = () => limits.settle(options.settle, session.createdAt);
  if (!(await isThere(database, session.userId))) return settled();
  await database.collections.sessions.insertOne(sessionDocument(session, events));
  const [stays] = await Promise.all([
    recordSignIn(database, session, options.recordSignIn),
    endOldest(database, session.userId, options.keep),
    moveOn(database, "sessions", session.tokenHash, events),
    settled(),
  ]);
  if (!stays) await removeAll(database, "sessions", { _id: session.tokenHash });
}

/** False: the user is no longer there. */
async function recordSignIn(database: Database, session: SessionRecord, wanted: boolean): Promise<boolean> {
  if (!wanted) return isThere(database, session.userId);
  const { matchedCount } = await database.collections.users.updateOne(
    { _id: session.userId, gone: null },
    { $set: { lastSignInAt: session.createdAt } },
  );
  return matchedCount > 0;
}

/** Ids are UUIDv7: their order is the order of creation. */
async function endOldest(database: Database, userId: string, keep: number): Promise<void> {
  const oldest = await database.collections.sessions
    .find({ userId, gone: null }, { projection: { _id: 1 }, sort: { id: -1 }, skip: whole(keep) })
    .toArray();
  if (oldest.length === 0) return;
  await removeAll(database, "sessions", { _id: { $in: oldest.map(({ _id }) => _id) } });
}

const ITS_USER = { localField: "userId", foreignField: "_id", as: "users" } as const;
const WITHOUT_DATA = {
  ...SESSION_FIELDS,
  "users.keys": 0,
  "users.names": 0,
  "users.password": 0,
  "users.factors": 0,
  "users.outbox": 0,
  "users.sortName": 0,
  "users.sortEmail": 0,
  "users.data": 0,
} as const;
const { "users.data": _left, ...WITH_DATA } = WITHOUT_DATA;

type Joined = SessionDocument & { readonly users: readonly UserDocument[] };

/** Session and user in one trip. The plain form of `$lookup`, which every version and most services have. */
export async function checkSession(
  database: Database,
  tokenHash: string,
  options: { readonly data: boolean },
): Promise<SessionCheck | null> {
  const { sessions, users } = database.collections;
  const [found] = await sessions
    .aggregate<Joined>([
      { $match: { _id: text(tokenHash) } },
      { $lookup: { from: users.collectionName, ...ITS_USER } },
      { $project: options.data ? WITH_DATA : WITHOUT_DATA },
    ])
    .toArray();
  const user = found?.users[0];
  if (found === undefined || user === undefined || found.gone !== null || user.gone !== null) return null;
  return { session: readSession(found), user: readUser(user) };
}

/**
 * Each by itself: where it breaks off, some sessions end as their use before would have them. In any order, since none
 * takes the place of a later one.
 */
export async function touchSessions(database: Database, touches: readonly SessionTouch[]): Promise<void> {
  if (touches.length === 0) return;
  await database.collections.sessions.bulkWrite(
    touches.map(({ tokenHash, lastSeenAt, expiresAt }) => ({
      updateOne: {
        filter: { _id: text(tokenHash), gone: null, lastSeenAt: { $lte: whole(lastSeenAt) } },
        update: { $set: { lastSeenAt: whole(lastSeenAt), expiresAt: whole(expiresAt) } },
      },
    })),
    { ordered: false },
  );
}

export async function listSessions(
  database: Database,
  query: { readonly filter: SessionFilter; readonly after: string | null; readonly size: number },
): Promise<readonly SessionRecord[]> {
  const { state } = query.filter;
  const found: SessionRecord[] = [];
  if (query.size <= 0) return found;
  for await (const batch of batchesOf(database, query.filter, query.after, query.size)) {
    const isLive = state === undefined ? () => true : await liveness(database, batch, state.now);
    for (const document of batch) {
      if (state !== undefined && isLive(document) !== (state.is === "live")) continue;
      found.push(readSession(document));
      if (found.length === query.size) return found;
    }
  }
  return found;
}

export async function endSessions(
  database: Database,
  filter: SessionFilter,
  events: readonly StoreEvent[],
): Promise<number> {
  const { state } = filter;
  if (state === undefined) return end(database, conditionsOf(filter, null), events);
  let ended = 0;
  for await (const batch of batchesOf(database, filter, null, BATCH)) {
    const isLive = await liveness(database, batch, state.now);
    const chosen = batch.filter((document) => isLive(document) === (state.is === "live"));
    if (chosen.length === 0) continue;
    ended += await end(database, stillSo(chosen, state), events);
  }
  return ended;
}

/** With events, all of one command carry the same; so the first that is moved on tells, and the others add nothing. */
function end(
  database: Database,
  filter: Filter<SessionDocument>,
  events: readonly StoreEvent[],
): Promise<number> {
  const these = filter as Filter<Outboxed>;
  return events.length === 0
    ? removeAll(database, "sessions", these)
    : endAll(database, "sessions", these, events);
}

/** A session that was used since it was looked at is expired no longer; one of an older epoch stays what it is. */
function stillSo(
  chosen: readonly SessionDocument[],
  state: NonNullable<SessionFilter["state"]>,
): Filter<SessionDocument> {
  const idsOf = (documents: readonly SessionDocument[]) => ({
    _id: { $in: documents.map(({ _id }) => _id) },
  });
  if (state.is === "live") return idsOf(chosen);
  const replaced = chosen.filter((document) => isInTime(document, state.now));
  return { $or: [idsOf(replaced), { ...idsOf(chosen), $or: endedAt(state.now) }] };
}

function endedAt(now: number): Filter<SessionDocument>[] {
  return [{ expiresAt: { $lte: whole(now) } }, { absoluteEnd: { $lte: whole(now) } }];
}

function isInTime(document: SessionDocument, now: number): boolean {
  return document.expiresAt > now && (document.absoluteEnd === null || document.absoluteEnd > now);
}

/** Sessions by id, batch by batch. */
async function* batchesOf(
  database: Database,
  filter: SessionFilter,
  after: string | null,
  size: number,
): AsyncGenerator<readonly SessionDocument[]> {
  const limit = filter.state === undefined ? whole(size) : BATCH;
  let behind = after;
  for (;;) {
    const batch = await database.collections.sessions
      .find(conditionsOf(filter, behind), { projection: SESSION_FIELDS, sort: { id: 1 }, limit })
      .toArray();
    if (batch.length > 0) yield batch;
    const last = batch.at(-1);
    if (last === undefined || batch.length < limit) return;
    behind = last.id;
  }
}

/** Which of these sessions are live: in time, and made under the epoch that their user has. A user who is gone has none. */
async function liveness(
  database: Database,
  sessions: readonly SessionDocument[],
  now: number,
): Promise<(session: SessionDocument) => boolean> {
  const ids = [...new Set(sessions.map(({ userId }) => userId))];
  const users = await database.collections.users
    .find({ _id: { $in: ids }, gone: null }, { projection: { sessionEpoch: 1 } })
    .toArray();
  const epochs = new Map(users.map(({ _id, sessionEpoch }) => [_id, sessionEpoch]));
  return (session) => isInTime(session, now) && epochs.get(session.userId) === session.epoch;
}

/** All but the state, which takes the user. */
function conditionsOf(filter: SessionFilter, after: string | null): Filter<SessionDocument> {
  const conditions: Filter<SessionDocument>[] = [{ gone: null }];
  if (filter.userId !== undefined) conditions.push({ userId: text(filter.userId) });
  if (filter.id !== undefined) conditions.push({ id: text(filter.id) });
  if (filter.tokenHash !== undefined) conditions.push({ _id: text(filter.tokenHash) });
  if (filter.exceptId !== undefined) conditions.push({ id: { $ne: text(filter.exceptId) } });
  if (filter.state?.is === "live") {
    const now = whole(filter.state.now);
    conditions.push({
      expiresAt: { $gt: now },
      $or: [{ absoluteEnd: null }, { absoluteEnd: { $gt: now } }],
    });
  }
  if (after !== null) conditions.push({ id: { $gt: text(after) } });
  return { $and: conditions };
}

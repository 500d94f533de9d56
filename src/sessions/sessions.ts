import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { newToken, sha256 } from "../base/crypto.js";
import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import { requireJsonObject, requireText } from "../base/input.js";
import { idKey } from "../base/keys.js";
import { everyItem, pageSize } from "../base/pages.js";
import type { BlockGate } from "../blocks/gate.js";
import { addressKey } from "../limits/address.js";
import type {
  Context,
  JsonObject,
  Session,
  SessionCheckWithDataResult,
  SessionsService,
  UserWithData,
} from "../space/contract.js";
import type { Logger } from "../space/options.js";
import type {
  LimitSettlement,
  SessionFilter,
  SessionRecord,
  Store,
  StoreEvent,
  UserRecord,
} from "../store/contract.js";
import { noSuchUser } from "../users/lookup.js";
import { toUser } from "../users/records.js";
import { requireAdministrator, requireSelfOrAdministrator, requireSuperuser } from "../users/rights.js";
import { endOfUse, type PolicyInForce } from "./policy.js";
import { isOver, toSession } from "./records.js";
import { createTouches } from "./touches.js";

/** The most that may be kept on a session, in bytes of JSON. */
const DATA_LIMIT = 16 * 1024;

const NOT_FOUND = Object.freeze({ status: "not-found" });
const EXPIRED = Object.freeze({ status: "expired" });

/** A session about to be made. `epoch` is the user's as it was read together with the proof. */
export interface OpeningSession {
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
  readonly data?: JsonObject;
  /** Goes on where another session ends (a changed password): its end does not move. */
  readonly absoluteEnd?: number | null;
  /** What the way in was charged. */
  readonly settle?: readonly LimitSettlement[];
}

/** What `space.sessions` does, but for what takes a password. */
export type SessionsWithoutPassword = Omit<SessionsService, "createByPassword">;

export interface Sessions {
  readonly service: SessionsWithoutPassword;
  /** @throws WatchwordError `account-blocked`, `account-inactive` */
  requireWelcome(user: UserRecord): Promise<void>;
  /** Makes a session, with what else happened. One that was made under an epoch gone by never answers. */
  open(
    opening: OpeningSession,
    context: Context,
    events: readonly StoreEvent[],
  ): Promise<{ readonly token: string; readonly session: Session }>;
  /** Whether a user has, or lately had, a session from where this address is. */
  cameFrom(userId: string, ip: string | undefined): Promise<boolean>;
  /** Ends the session of a token: whoever holds it may. False: it is no session, or is over. */
  signOut(token: string, context: Context): Promise<boolean>;
  /** Writes the uses that were collected, and collects no more. */
  stop(): Promise<void>;
}

export function createSessions(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: PolicyInForce;
  readonly gate: BlockGate;
  readonly logger: Logger;
}): Sessions {
  const { store, clock, policy, gate } = deps;
  const touches = createTouches(store, deps.logger);

  function newRecord(tokenHash: string, opening: OpeningSession, context: Context): SessionRecord {
    const now = clock.now();
    const { current } = policy;
    const absoluteEnd =
      opening.absoluteEnd === undefined
        ? current.absolute === null
          ? null
          : now + current.absolute
        : opening.absoluteEnd;
    return {
      id: newId(now),
      tokenHash,
      userId: opening.userId,
      epoch: opening.epoch,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: endOfUse(current, absoluteEnd, now),
      absoluteEnd,
      authenticatedAt: now,
      methods: opening.methods,
      ip: context.ip ?? null,
      userAgent: context.userAgent?.slice(0, 512) ?? null,
      data: requireJsonObject(opening.data ?? {}, "data", DATA_LIMIT),
    };
  }

  async function open(opening: OpeningSession, context: Context, events: readonly StoreEvent[]) {
    const token = newToken();
    const record = newRecord(sha256(token), opening, context);
    const settle = opening.settle ?? [];
    await store.createSession(
      record,
      { recordSignIn: true, keep: policy.current.mostPerUser, settle },
      events,
    );
    return { token, session: toSession(record) };
  }

  async function read(userId: string): Promise<UserRecord> {
    const user = await store.findUser([idKey(requireText(userId, "userId"))]);
    if (user === null) throw noSuchUser(userId);
    return user;
  }

  async function check(
    token: string,
    options?: { readonly data: true },
  ): Promise<SessionCheckWithDataResult> {
    if (!isToken(token)) return NOT_FOUND;
    const withData = options?.data === true;
    const tokenHash = sha256(token);
    const found = await store.checkSession(tokenHash, { data: withData });
    if (found === null || found.session.epoch !== found.user.sessionEpoch) return NOT_FOUND;
    const now = clock.now();
    const record = lastKnown(found.session);
    if (isOver(record, now)) return EXPIRED;
    const { current } = policy;
    const used = { tokenHash, lastSeenAt: now, expiresAt: endOfUse(current, record.absoluteEnd, now) };
    const isRecorded = current.touchEvery === 0 || isDue(record, now);
    if (current.touchEvery === 0) await store.touchSessions([used]);
    else if (isRecorded) touches.add(used);
    const user = toUser(found.user, now) as UserWithData;
    if (withData) Object.assign(user, { data: JSON.parse(found.user.data) });
    return { status: "ok", user, session: toSession(isRecorded ? { ...record, ...used } : record) };
  }

  /** With the use that waits to be written. */
  function lastKnown(stored: SessionRecord): SessionRecord {
    const touched = touches.pending(stored.tokenHash);
    return touched === undefined || touched.lastSeenAt < stored.lastSeenAt
      ? stored
      : { ...stored, ...touched };
  }

  /** Whether a use is worth recording: the last one is long ago, or was recorded under another policy. */
  function isDue(record: SessionRecord, now: number): boolean {
    const { current } = policy;
    return (
      now - record.lastSeenAt >= current.touchEvery ||
      record.expiresAt !== endOfUse(current, record.absoluteEnd, record.lastSeenAt)
    );
  }

  async function requireWelcome(user: UserRecord): Promise<void> {
    if ((await gate.of(user)) !== null)
      throw new WatchwordError("account-blocked", "The user is blocked; unblock the account first.");
    if (!user.active)
      throw new WatchwordError(
        "account-inactive",
        "The user is switched off; make the account active first.",
      );
  }

  const service: SessionsWithoutPassword = {
    get policy() {
      return policy.current;
    },
    setPolicy: (change, context = {}) => policy.set(change, context),

    async create({ userId, methods = [], data, ...context }) {
      requireSuperuser(context, "make sessions without a proof");
      const user = await read(userId);
      await requireWelcome(user);
      const opening = { userId, epoch: user.sessionEpoch, methods, ...(data === undefined ? {} : { data }) };
      const event = auditEvent("session.created", { now: clock.now(), userId }, context);
      return open(opening, context, [event]);
    },

    check: check as SessionsService["check"],

    async list(query = {}) {
      const size = pageSize(query.size);
      const state = query.state ?? "live";
      const rows = await store.listSessions({
        filter: {
          ...(query.userId === undefined ? {} : { userId: requireText(query.userId, "userId") }),
          ...(state === "all" ? {} : { state: { is: state, now: clock.now() } }),
        },
        after: query.after === undefined ? null : requireText(query.after, "after", 64),
        size: size + 1,
      });
      const items = rows.slice(0, size).map(toSession);
      return { items, next: rows.length > size ? (items.at(-1)?.id ?? null) : null };
    },

    all(query = {}) {
      return everyItem((after) =>
        this.list({ ...query, size: 500, ...(after === undefined ? {} : { after }) }),
      );
    },

    async revoke(sessionId, { userId, ...context } = {}) {
      const [record] = await store.listSessions({
        filter: { id: requireText(sessionId, "sessionId"), ...(userId === undefined ? {} : { userId }) },
        after: null,
        size: 1,
      });
      if (record === undefined) return false;
      await requireRightsOver(record.userId, context);
      const ended = await end({ id: sessionId }, record.userId, context);
      touches.forget(record.tokenHash);
      return ended > 0;
    },

    async revokeOthers(userId, keepSessionId, context = {}) {
      requireText(keepSessionId, "keepSessionId");
      await requireRightsOver(userId, context);
      return end({ userId, exceptId: keepSessionId }, userId, context);
    },

    async revokeAll(scope, context = {}) {
      if ("userId" in scope) {
        await requireRightsOver(scope.userId, context);
        return end({ userId: requireText(scope.userId, "userId") }, scope.userId, context);
      }
      requireSuperuser(context, "sign everybody out");
      if (scope.everyone !== true)
        throw new WatchwordError("invalid-input", "Name a userId, or say everyone: true.");
      return end({}, null, context);
    },

    async remove(token, context = {}) {
      if (!isToken(token)) return false;
      const tokenHash = sha256(token);
      const found = await store.checkSession(tokenHash, { data: false });
      const isLive =
        found !== null &&
        found.session.epoch === found.user.sessionEpoch &&
        !isOver(lastKnown(found.session), clock.now());
      const filter = { tokenHash };
      // What was over already was told of when it ended, or ended by itself: nothing for the record.
      const removed = isLive
        ? await end(filter, found.user.id, context)
        : await store.endSessions(filter, []);
      touches.forget(tokenHash);
      return removed > 0;
    },

    async removeExpired({ userId, ...context } = {}) {
      if (userId === undefined) requireAdministrator(context, "remove expired sessions");
      else await requireRightsOver(userId, context);
      await touches.flush();
      const state = { is: "expired", now: clock.now() } as const;
      return store.endSessions({ state, ...(userId === undefined ? {} : { userId }) }, []);
    },

    flush: () => touches.flush(),
  };

  async function requireRightsOver(userId: string, context: Context): Promise<void> {
    if (context.actor === undefined || context.actor.type === "system") return;
    if (context.actor.id === userId) return;
    requireSelfOrAdministrator(await read(userId), context, "end these sessions");
  }

  function end(filter: SessionFilter, userId: string | null, context: Context): Promise<number> {
    return store.endSessions(filter, [auditEvent("session.revoked", { now: clock.now(), userId }, context)]);
  }

  async function cameFrom(userId: string, ip: string | undefined): Promise<boolean> {
    if (ip === undefined) return false;
    const sessions = await store.listSessions({
      filter: { userId },
      after: null,
      size: policy.current.mostPerUser,
    });
    return sessions.some((session) => session.ip !== null && addressKey(session.ip) === addressKey(ip));
  }

  async function signOut(token: string, context: Context): Promise<boolean> {
    const found = await check(token);
    if (found.status !== "ok") return false;
    const tokenHash = sha256(token);
    const ended = await end({ tokenHash }, found.user.id, context);
    touches.forget(tokenHash);
    return ended > 0;
  }

  return { service, open, requireWelcome, cameFrom, signOut, stop: () => touches.stop() };
}

function isToken(token: unknown): token is string {
  return typeof token === "string" && token.length <= 512 && token !== "";
}

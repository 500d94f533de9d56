import type { Context } from "./actors.js";
import type { JsonObject } from "./json.js";
import type { Page, PageQuery, User, UserWithData } from "./users.js";

export interface Session {
  /** May be shown in lists; signs nobody in. */
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** When it ends without further use. */
  readonly expiresAt: Date;
  /** When it ends however much it is used; null: never. */
  readonly absoluteEnd: Date | null;
  readonly authenticatedAt: Date;
  /** How the person signed in, such as `password` or `email-code`. */
  readonly methods: readonly string[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly data: JsonObject;
}

export type SessionCheckResult =
  | { readonly status: "ok"; readonly user: User; readonly session: Session }
  | { readonly status: "expired" }
  | { readonly status: "not-found" };

export type SessionCheckWithDataResult =
  | { readonly status: "ok"; readonly user: UserWithData; readonly session: Session }
  | { readonly status: "expired" }
  | { readonly status: "not-found" };

export interface SessionPolicy {
  /** Whole milliseconds without use after which a session ends. Default: 10 days. */
  readonly idle: number;
  /** Live sessions of one user; a further one ends the oldest. Default: 100. */
  readonly mostPerUser: number;
  /** Whole milliseconds after which it ends in any case; null: never. Default: 30 days. */
  readonly absolute: number | null;
  /**
   * The least whole milliseconds between two recorded uses. Default: idle ÷ 100, but an hour at least, or idle ÷ 10
   * where sessions are so short that an hour would be too long. 0: each use is written before its check answers.
   */
  readonly touchEvery: number;
}

/** What to change; what is left out stays. */
export type SessionPolicyChange = Partial<Pick<SessionPolicy, "idle" | "absolute">>;

export type CreateByPasswordResult =
  | { readonly status: "created"; readonly token: string; readonly session: Session }
  /** Also for a user without a password. */
  | { readonly status: "wrong-password" };

/**
 * `space.sessions`: signed-in devices. A token is 256 random bits, shown once; only its SHA-256 is stored. Ending sessions
 * is for the person themselves, administrators and the system.
 */
export interface SessionsService {
  /** The policy in force: `idle` and `absolute` as the database has them, the rest from the options. Read it anew each time. */
  readonly policy: SessionPolicy;
  /**
   * Says anew how long sessions last, and records it for all processes of the space: in force at once here, within a minute
   * in those that are running, and at their opening in those that come, unless they are opened with another `sessions.idle` or
   * `sessions.absolute`, which is recorded then. A new session lasts as it says. One that is there
   * gets a new end by `idle` at its next use, an earlier one too, and keeps the `absolute` end that it was made with; end
   * those with {@link revokeAll} where that is too late. For the system and superusers.
   *
   * @param change - Whole milliseconds, from 1 to a thousand years. `absolute` null: however much they are used, sessions
   * go on.
   * @returns The policy in force now.
   * @throws WatchwordError `invalid-input`, also for an `idle` that is not more than the option `sessions.touchEvery`;
   * `not-allowed`; `conflict` where the settings change all the time
   * @example
   * ```ts
   * const policy = await space.sessions.setPolicy({ idle: 3_600_000 });
   * console.log(policy.idle, space.sessions.policy.idle); // 3600000 3600000
   * ```
   */
  setPolicy(change: SessionPolicyChange, context?: Context): Promise<SessionPolicy>;
  /**
   * Makes a session without asking for any proof: for ports and for a sign-in of one's own. For the system and
   * superusers.
   *
   * @param input - `methods`: how the person signed in, such as `["password"]`. `data`: at most 16 KiB of JSON.
   * @throws WatchwordError `not-found`, `not-allowed`, `account-blocked`, `account-inactive`, `invalid-input`
   * @example
   * ```ts
   * const made = await space.sessions.create({ userId: ada.id, methods: ["saml"], data: { tenant: "blue" } });
   * console.log((await space.sessions.check(made.token)).status); // ok
   * ```
   */
  create(
    input: {
      readonly userId: string;
      readonly methods?: readonly string[];
      readonly data?: JsonObject;
    } & Context,
  ): Promise<{ readonly token: string; readonly session: Session }>;
  /**
   * Makes a session for the user whose password this is: for ports and for a sign-in of one's own. The session belongs to
   * the password that was compared: where that was changed meanwhile, the session is dead from the start. A hash that is
   * weaker than today's is made anew behind it, as at a sign-in. Counts and limits nothing, does not ask
   * whether the address is verified, and lets nobody in who chose a second factor: {@link UserSpace.signIn} is for people. For the system and superusers.
   *
   * @param input - `username`: as somebody typed it; a name that there is not costs the same one hash, and is
   * `wrong-password` too. `methods` default: `["password"]`. `data`: at most 16 KiB of JSON.
   * @throws WatchwordError `not-found` for the `userId`, `not-allowed`, `invalid-input`, `busy`; where the password is
   * right, `account-blocked`, `account-inactive`, and `not-allowed` for an account that asks for a second factor
   * @example
   * ```ts
   * const password = "correct horse battery staple";
   * const made = await space.sessions.createByPassword({ userId: ada.id, password });
   * if (made.status === "created") console.log((await space.sessions.check(made.token)).status); // ok
   * ```
   */
  createByPassword(
    input: ({ readonly userId: string } | { readonly username: string }) & {
      readonly password: string;
      readonly methods?: readonly string[];
      readonly data?: JsonObject;
    } & Context,
  ): Promise<CreateByPasswordResult>;
  /**
   * Who holds this token. One look-up in the database; slides the expiry, which is written every few seconds, or before
   * this answers where `touchEvery` is 0. The user comes without `data` unless asked for.
   *
   * @returns `expired` for 30 days after a session ran out, then `not-found`; `not-found` at once where it was ended or
   * its user was blocked, switched off, deleted or given a new password.
   * @example
   * ```ts
   * const checked = await space.sessions.check(token);
   * if (checked.status === "ok") console.log(checked.user.username); // ada
   * ```
   */
  check(token: string): Promise<SessionCheckResult>;
  /**
   * As above, with what the application keeps on the user.
   *
   * @example
   * ```ts
   * const checked = await space.sessions.check(token, { data: true });
   * if (checked.status === "ok") console.log(checked.user.data); // {}
   * ```
   */
  check(token: string, options: { readonly data: true }): Promise<SessionCheckWithDataResult>;
  /**
   * One page of sessions, in the order of their making.
   *
   * @param query - `state` default: `live`. `size`: 1 to 1000, default 50. `after`: the `next` of the page before.
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * const { items } = await space.sessions.list({ userId: ada.id });
   * console.log(items[0]?.id === session.id); // true
   * ```
   */
  list(
    query?: { readonly userId?: string; readonly state?: "live" | "expired" | "all" } & PageQuery,
  ): Promise<Page<Session>>;
  /**
   * Every session of one user or of all, read 500 at a time while you iterate. `state` default: `live`.
   *
   * @example
   * ```ts
   * for await (const each of space.sessions.all({ userId: ada.id })) console.log(each.userAgent); // null
   * ```
   */
  all(query?: {
    readonly userId?: string;
    readonly state?: "live" | "expired" | "all";
  }): AsyncIterable<Session>;
  /**
   * Ends one session, by the id that lists show.
   *
   * @param options - `userId`: only if it is this user's.
   * @returns False: there is no such session.
   * @throws WatchwordError `not-allowed`
   * @example
   * ```ts
   * console.log(await space.sessions.revoke(session.id, { userId: ada.id })); // true
   * ```
   */
  revoke(sessionId: string, options?: { readonly userId?: string } & Context): Promise<boolean>;
  /**
   * Removes the session of a token, live or over, so that {@link check} knows it no longer; whoever holds the token may.
   * `space.signOut` is the same for sessions that are live.
   *
   * @returns True for exactly one of any number of callers; false: there is no such session.
   * @example
   * ```ts
   * console.log(await space.sessions.remove(token), await space.sessions.remove(token)); // true false
   * console.log((await space.sessions.check(token)).status); // not-found
   * ```
   */
  remove(token: string, context?: Context): Promise<boolean>;
  /**
   * Ends all sessions of a user but one.
   *
   * @returns How many.
   * @throws WatchwordError `not-allowed`, `not-found` where a person acts on somebody who is not there
   * @example
   * ```ts
   * await space.sessions.create({ userId: ada.id });
   * console.log(await space.sessions.revokeOthers(ada.id, session.id)); // 1
   * ```
   */
  revokeOthers(userId: string, keepSessionId: string, context?: Context): Promise<number>;
  /**
   * Ends all sessions of one user, or of everyone (for superusers and the system).
   *
   * @returns How many.
   * @throws WatchwordError `not-allowed`, `not-found` where a person acts on somebody who is not there
   * @example
   * ```ts
   * console.log(await space.sessions.revokeAll({ userId: ada.id })); // 1
   * ```
   */
  revokeAll(
    scope: { readonly userId: string } | { readonly everyone: true },
    context?: Context,
  ): Promise<number>;
  /**
   * Removes sessions that are over from the database, of one user or of all; from then on their tokens are `not-found`,
   * not `expired`. The space removes them by itself 30 days after their end.
   *
   * @returns How many.
   * @throws WatchwordError `not-allowed`, `not-found` where a person acts on somebody who is not there
   * @example
   * ```ts
   * console.log(await space.sessions.removeExpired({ userId: ada.id })); // 0
   * ```
   */
  removeExpired(scope?: { readonly userId?: string } & Context): Promise<number>;
  /**
   * Writes the uses that were collected; the space does so by itself every few seconds and when it closes.
   *
   * @throws WatchwordError `store-unavailable`; what was collected stays for the next try
   * @example
   * ```ts
   * await space.sessions.flush();
   * ```
   */
  flush(): Promise<void>;
}

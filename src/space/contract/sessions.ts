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
   * where sessions are so short that an hour would be too long.
   */
  readonly touchEvery: number;
}

export interface SessionsService {
  readonly policy: SessionPolicy;
  /**
   * Makes a session without asking for any proof: for ports and for a sign-in of one's own. For the system and
   * superusers.
   * @throws WatchwordError `not-found`, `not-allowed`, `account-blocked`, `account-inactive`
   */
  create(
    input: {
      readonly userId: string;
      readonly methods?: readonly string[];
      readonly data?: JsonObject;
    } & Context,
  ): Promise<{ readonly token: string; readonly session: Session }>;
  /** Whose session a token is. Slides the expiry. One look-up in the database. */
  check(token: string): Promise<SessionCheckResult>;
  check(token: string, options: { readonly data: true }): Promise<SessionCheckWithDataResult>;
  /** `state` default: `live`. */
  list(
    query?: { readonly userId?: string; readonly state?: "live" | "expired" | "all" } & PageQuery,
  ): Promise<Page<Session>>;
  all(query?: {
    readonly userId?: string;
    readonly state?: "live" | "expired" | "all";
  }): AsyncIterable<Session>;
  /** False: there is no such session (of that user, where one is named). */
  revoke(sessionId: string, options?: { readonly userId?: string } & Context): Promise<boolean>;
  /** All of a user's but one. Answers how many. */
  revokeOthers(userId: string, keepSessionId: string, context?: Context): Promise<number>;
  /** All of one user, or of everyone. Answers how many. */
  revokeAll(
    scope: { readonly userId: string } | { readonly everyone: true },
    context?: Context,
  ): Promise<number>;
  /** Removes sessions that are over. Answers how many. */
  removeExpired(scope?: { readonly userId?: string } & Context): Promise<number>;
  /** Writes the uses that were collected; the space does so by itself every few seconds and when it closes. */
  flush(): Promise<void>;
}

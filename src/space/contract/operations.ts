import type { JsonObject } from "./json.js";
import type { Page, PageQuery } from "./users.js";

/** What counts: text of one's own, or what a person typed as username or address, all spellings of which are one. */
export type LimitKey = string | { readonly identifier: string };

export interface LimitWindowInput {
  /** Hits that are allowed. */
  readonly max: number;
  /** Whole milliseconds; null: never starts anew by itself. */
  readonly window: number | null;
  readonly lock?: { readonly base: number; readonly longest: number };
}

export interface LimitCooldownInput {
  /** Whole milliseconds, ten years at the most, that must lie between two requests. A refused one begins the wait anew. */
  readonly cooldown: number;
  /**
   * Whole milliseconds, ten years at the most, added to the wait by each refused request: after the third in a row the
   * wait is `cooldown + 3 * penalty`; all together add ten years at the most. The first request that passes ends this. Default: 0.
   */
  readonly penalty?: number;
}

export type LimitRuleInput = LimitWindowInput | LimitCooldownInput;

export interface LimitOutcome {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Of a cooldown: 1. */
  readonly max: number;
  /** Whole milliseconds until a hit may succeed again; 0 where one may now, or where this one was allowed. */
  readonly retryAfter: number;
}

/**
 * Counters of one's own, exact under any number of callers on any number of servers. A key's windows and its cooldowns are
 * counted apart.
 *
 * @throws WatchwordError `invalid-input` for a key or a rule that makes no sense
 */
export interface LimitsService {
  /** What {@link checkAndHit} would say, without counting. Of a cooldown: the wait that runs, no penalty added. */
  check(key: LimitKey, rule: LimitRuleInput): Promise<LimitOutcome>;
  /**
   * Counts a request and refuses none: for what has happened already. `allowed` says whether {@link checkAndHit} would
   * have let it pass. Of a cooldown: the wait begins anew, without a penalty, and never becomes shorter.
   */
  hit(key: LimitKey, rule: LimitRuleInput): Promise<LimitOutcome>;
  /**
   * Asks and counts in one atomic step. A refused hit of a window does not count; a refused request of a cooldown begins
   * the wait anew and adds the penalty to it.
   */
  checkAndHit(key: LimitKey, rule: LimitRuleInput): Promise<LimitOutcome>;
  /** Forgets all that was counted under the key, waits and penalties included. */
  reset(key: LimitKey): Promise<void>;
  /**
   * Whole milliseconds since the last hit; null: there was none that is still remembered (a window is until it ends, a
   * cooldown for a day after its wait). Under a cooldown refused requests are hits too, and while a wait runs that is
   * longer than the cooldown, which is what penalties make, the number is negative: what it lacks to `cooldown` is
   * the wait that is left.
   */
  timeSince(key: LimitKey): Promise<number | null>;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly userId: string | null;
  readonly actor: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly details: JsonObject;
}

export interface AuditService {
  /** Newest first. */
  list(query?: { readonly userId?: string; readonly action?: string } & PageQuery): Promise<Page<AuditEntry>>;
}

export interface QueuedMail {
  readonly id: string;
  readonly template: string;
  readonly to: string;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly tries: number;
  readonly state: "queued" | "failed";
  readonly lastError: string | null;
}

/** A mail in the outbox: what would have been sent, had SMTP been set up. */
export interface OutboxMail {
  readonly id: string;
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailService {
  /** `smtp`: over the network; `outbox`: into a folder; `custom`: by the function given as `mail.send`. */
  readonly transport: "smtp" | "outbox" | "custom";
  /** Hands over what is due now. The space does so by itself; tests and the command line call it. Answers what became of it. */
  deliver(): Promise<{ readonly sent: number; readonly retried: number; readonly failed: number }>;
  /** Mails that wait, or that were refused for good. */
  list(query?: { readonly state?: "queued" | "failed" } & PageQuery): Promise<Page<QueuedMail>>;
  /** The newest first; empty where SMTP is set up. */
  outbox(): Promise<readonly OutboxMail[]>;
}

export interface DatabaseStatistics {
  readonly users: number;
  readonly sessions: number;
  readonly codes: number;
  readonly limits: number;
  readonly mailsQueued: number;
  readonly mailsFailed: number;
  readonly audit: number;
  readonly dataBytes: number;
  readonly indexBytes: number;
  readonly storageBytes: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface DatabaseService {
  readonly kind: "sqlite" | "postgres" | "mongodb";
  /** Where the data lies, without any secret. */
  readonly location: string;
  /** Whole milliseconds that a trivial question took. @throws WatchwordError `store-unavailable` */
  ping(): Promise<number>;
  statistics(): Promise<DatabaseStatistics>;
  schema(): Promise<{ readonly version: number; readonly latest: number }>;
  /** Removes what is over, in small batches, unless another server is at it. Answers what went. */
  cleanup(): Promise<{ readonly [kind: string]: number }>;
}

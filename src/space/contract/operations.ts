import type { JsonObject } from "./json.js";
import type { Page, PageQuery } from "./users.js";

export interface LimitRuleInput {
  /** Hits that are allowed. */
  readonly max: number;
  /** Whole milliseconds; null: never starts anew by itself. */
  readonly window: number | null;
  readonly lock?: { readonly base: number; readonly longest: number };
}

export interface LimitOutcome {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly max: number;
  /** Whole milliseconds until a hit may succeed again; 0 where one may now. */
  readonly retryAfter: number;
}

export interface LimitsService {
  /** Counts a hit, exactly, under any number of callers on any number of servers. */
  hit(key: string, rule: LimitRuleInput): Promise<LimitOutcome>;
  /** What a hit would give, without counting one. */
  check(key: string, rule: LimitRuleInput): Promise<LimitOutcome>;
  reset(key: string): Promise<void>;
  /** Whole milliseconds since the last hit; null: there was none. */
  timeSince(key: string): Promise<number | null>;
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

/**
 * The contract between Watchword and a database. Each method is atomic by itself, so that no caller needs a
 * transaction; what a change causes elsewhere (audit rows, mails) goes in with it as {@link StoreEvent}s.
 *
 * All times are whole milliseconds since 1970 (UTC) and come from the caller. Texts are stored as they are. A method
 * that finds the database gone throws WatchwordError `store-unavailable`; on a write this means "unknown", never "no".
 */

/** A row in the settings of a space: one record for each database. */
export interface SettingsRecord {
  readonly spaceId: string;
  readonly name: string;
  readonly identifiers: "folded" | "exact";
  /** Whole milliseconds; `absolute` null means that a session has no longest life. */
  readonly sessionPolicy: { readonly idle: number; readonly absolute: number | null };
  /** The lowest schema version that a program must know to use this database. */
  readonly oldestProgram: number;
  /** One for each secret that was ever in use here, the newest first. */
  readonly secretFingerprints: readonly string[];
  readonly createdAt: number;
  /** Raised by each write, for compare and set. */
  readonly version: number;
}

export interface BlockState {
  readonly since: number;
  /** When it lifts by itself; null: never. */
  readonly until: number | null;
  readonly reason: string | null;
}

export interface UserRecord {
  readonly id: string;
  /** Raised by each change, for compare and set. */
  readonly version: number;
  readonly sessionEpoch: number;
  /** `pending`: signed up, address not proven yet; found by {@link Store.findUser} only when asked for. */
  readonly state: "active" | "pending";
  readonly username: string | null;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly locale: string | null;
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
  readonly roles: readonly string[];
  readonly blocked: BlockState | null;
  /** JSON text, owned by the application. */
  readonly data: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastSignInAt: number | null;
}

/** One name under which a user is found. `key` is unique in the space. */
export interface KeyRecord {
  readonly key: string;
  readonly kind: "id" | "username" | "email" | "number" | "origin";
  /** As shown; for an email also as mailed. */
  readonly value: string;
}

export interface PasswordRecord {
  readonly hash: string;
  /** The name of the format, `argon2id` for our own. */
  readonly scheme: string;
  /** What was done to the text before it was hashed. */
  readonly normalization: "nfkc" | "none";
  readonly pepperId: string | null;
  readonly flags: readonly string[];
  readonly changedAt: number;
}

export interface NewUser {
  readonly user: UserRecord;
  /** Always holds the `i:` key. */
  readonly keys: readonly KeyRecord[];
  readonly password: PasswordRecord | null;
}

/** What to change; a field that is not named stays. */
export interface UserChange {
  readonly state?: "active";
  readonly username?: string | null;
  readonly email?: string | null;
  readonly emailVerifiedAt?: number | null;
  readonly locale?: string | null;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
  readonly blocked?: BlockState | null;
  readonly data?: string;
  readonly lastSignInAt?: number;
  readonly addKeys?: readonly KeyRecord[];
  readonly removeKeys?: readonly string[];
  /** Ends every session of the user in the same write. */
  readonly raiseEpoch?: boolean;
}

export interface UserFilter {
  /** Matches in any part of the username or email, without regard to case (ASCII at least). */
  readonly text?: string;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly verified?: boolean;
  /** Blocked at `now`, or not. */
  readonly blocked?: { readonly is: boolean; readonly now: number };
  readonly role?: string;
}

/** `username` without regard to ASCII case, those without one first. */
export type UserOrder = "created" | "username";

/** Where the last page ended: the value of the order's column, and the id. */
export interface UserCursor {
  readonly value: string | null;
  readonly id: string;
}

export interface SessionRecord {
  readonly id: string;
  /** SHA-256 of the token, base64url. */
  readonly tokenHash: string;
  readonly userId: string;
  readonly epoch: number;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** Slides with use. */
  readonly expiresAt: number;
  /** Never slides; null: no longest life. */
  readonly absoluteEnd: number | null;
  readonly authenticatedAt: number;
  readonly methods: readonly string[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** JSON text. */
  readonly data: string;
}

/** What one look-up by token hash gives: the session beside its user; `user.data` is "" unless asked for. */
export interface SessionCheck {
  readonly session: SessionRecord;
  readonly user: UserRecord;
}

export interface SessionFilter {
  readonly userId?: string;
  readonly id?: string;
  readonly tokenHash?: string;
  readonly exceptId?: string;
  /** `live` and `expired` look at expiry, absolute end and the user's epoch, at `now`. */
  readonly state?: { readonly is: "live" | "expired"; readonly now: number };
}

export interface SessionTouch {
  readonly tokenHash: string;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
}

export interface CodeRecord {
  readonly id: string;
  /** Of nobody at all, where a code was asked for an unknown person: then no user has this id. */
  readonly userId: string;
  /** One open code for each user and slot. */
  readonly slot: string;
  readonly purposes: readonly string[];
  /** The address that it was sent to. */
  readonly address: string | null;
  readonly ticketHash: string | null;
  /** HMACs of the typed code and the link's token; null until the courier hands the mail over. */
  readonly shortHash: string | null;
  readonly linkHash: string | null;
  readonly shortExpiresAt: number | null;
  readonly linkExpiresAt: number | null;
  readonly triesLeft: number;
  readonly createdAt: number;
  /** When the record itself may go. */
  readonly endsAt: number;
  /** JSON text: what the flow that asked for the code needs back. */
  readonly payload: string;
  readonly usedAt: number | null;
}

export type CodeLookup =
  | { readonly id: string }
  | { readonly ticketHash: string }
  | { readonly userId: string; readonly slot: string };

export interface CodeRedemption {
  readonly lookup: CodeLookup;
  readonly kind: "short" | "link";
  /** The HMACs of what was presented, one for each secret still accepted; compared in constant time. */
  readonly hashes: readonly string[];
  readonly purpose: string;
  /** Names this attempt, so that the same attempt repeated after a lost connection is known. */
  readonly operationId: string;
  readonly now: number;
}

/**
 * `wrong` has charged a try (typed codes only; links go on when the tries are gone). A code without tries, of another
 * purpose, used, late, or not handed over yet is `dead`. There is one `redeemed` for each code among any number of callers.
 */
export type CodeOutcome =
  | { readonly status: "redeemed"; readonly code: CodeRecord }
  | { readonly status: "wrong"; readonly triesLeft: number }
  | { readonly status: "dead" };

/** See `store/limit-rule.ts` for what a rule does. */
export interface LimitRule {
  /** How many hits are allowed. */
  readonly max: number;
  /** Whole milliseconds from the first hit after which counting starts anew; null: never. */
  readonly window: number | null;
  /** With this, reaching `max` locks for `base`, twice as long at each further hit, up to `longest` (milliseconds). */
  readonly lock?: { readonly base: number; readonly longest: number };
}

export interface LimitHit {
  readonly key: string;
  readonly rule: LimitRule;
}

export interface LimitResult {
  readonly allowed: boolean;
  readonly count: number;
  readonly max: number;
  /** When a hit may succeed again (refused), or when the window ends (allowed); null: not by waiting. */
  readonly resetAt: number | null;
}

/** `refund` takes one hit back, `reset` forgets all. */
export interface LimitSettlement {
  readonly key: string;
  readonly action: "refund" | "reset";
}

export interface LimitRecord {
  readonly key: string;
  readonly count: number;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly lockedUntil: number | null;
  /** When the record may go. */
  readonly endsAt: number | null;
}

export interface AuditEvent {
  readonly type: "audit";
  readonly id: string;
  readonly at: number;
  /** What happened, such as `user.created`. */
  readonly action: string;
  readonly userId: string | null;
  /** `system`, or the id of the user who did it. */
  readonly actor: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  /** JSON text; never a secret. */
  readonly details: string;
}

export interface MailEvent {
  readonly type: "mail";
  readonly id: string;
  readonly at: number;
  /** Which message, such as `verify-email` or `password-changed`. */
  readonly template: string;
  readonly to: string;
  readonly userId: string | null;
  readonly locale: string | null;
  /** The code record that the mail is about; the courier fills it at hand-over. */
  readonly codeId: string | null;
  /** JSON text: what the template needs; never a secret. */
  readonly payload: string;
}

export type StoreEvent = AuditEvent | MailEvent;

export interface MailRecord extends Omit<MailEvent, "type" | "at"> {
  readonly createdAt: number;
  readonly dueAt: number;
  readonly tries: number;
  readonly state: "queued" | "failed";
  readonly lastError: string | null;
}

export type MailSettlement =
  | { readonly status: "sent" }
  | { readonly status: "retry"; readonly dueAt: number; readonly error: string }
  | { readonly status: "failed"; readonly error: string };

export interface CleanupLimits {
  readonly now: number;
  /** Sessions that ended before this go. */
  readonly sessionsBefore: number;
  /** Audit rows older than this go; null: none. */
  readonly auditBefore: number | null;
  /** Pending sign-ups older than this go. */
  readonly pendingBefore: number;
  /** Failed mails older than this go. */
  readonly mailBefore: number;
  /** How many rows of each kind at the most. */
  readonly size: number;
}

export interface CleanupCounts {
  readonly sessions: number;
  readonly codes: number;
  readonly limits: number;
  readonly users: number;
  readonly mails: number;
  readonly audit: number;
}

export interface StoreStatistics {
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
  /** The store's own report. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export type UserWrite =
  | { readonly status: "updated"; readonly user: UserRecord }
  | { readonly status: "not-found" }
  /** `expectedVersion` is no longer the version. */
  | { readonly status: "conflict" }
  | { readonly status: "taken"; readonly key: string };

export type PasswordWrite =
  | { readonly status: "replaced"; readonly sessionEpoch: number }
  | { readonly status: "not-found" }
  /** The hash at rest is not the expected one. */
  | { readonly status: "conflict" };

export interface Store {
  readonly kind: "sqlite" | "postgres" | "mongodb";
  /** Where the data lies, for people: without any secret. */
  readonly location: string;

  // The database itself
  /** The version of the tables (0: none yet), and the newest that this program knows. */
  schema(): Promise<{ readonly version: number; readonly latest: number }>;
  /** Brings the tables up to date, one process at a time; answers with the names of the migrations that it ran. */
  migrate(): Promise<readonly string[]>;
  /** Null while there is none, or no table to hold one. */
  readSettings(): Promise<SettingsRecord | null>;
  /** Compare and set by `version`; null expects that there is none. False: somebody was faster. */
  writeSettings(expectedVersion: number | null, next: SettingsRecord): Promise<boolean>;
  /** The store's clock. */
  now(): Promise<number>;
  /** Resolves when the database answers a trivial question. */
  ping(): Promise<void>;
  statistics(): Promise<StoreStatistics>;
  /** Finishes what was accepted and lets go of the database. */
  close(): Promise<void>;

  // Users
  /**
   * Claims all keys or none. A key held by a pending sign-up that is older than `pendingBefore` counts as free, and
   * that sign-up is removed.
   */
  createUser(
    user: NewUser,
    pendingBefore: number,
    events: readonly StoreEvent[],
  ): Promise<{ readonly status: "created" } | { readonly status: "taken"; readonly key: string }>;
  /** The user of the first key that is somebody's; pending sign-ups only where `pending` is true. */
  findUser(keys: readonly string[], options?: { readonly pending?: boolean }): Promise<UserRecord | null>;
  /** As {@link findUser}, pending sign-ups included, with the password. */
  findSignIn(
    keys: readonly string[],
  ): Promise<{ readonly user: UserRecord; readonly password: PasswordRecord | null } | null>;
  /** `expectedVersion` null: whatever it is. Raises `version`; sets `updatedAt` to `now`. */
  updateUser(
    id: string,
    expectedVersion: number | null,
    change: UserChange,
    now: number,
    pendingBefore: number,
    events: readonly StoreEvent[],
  ): Promise<UserWrite>;
  /** Keys freed, credentials, sessions and codes gone. False: there was no such user. */
  deleteUser(id: string, events: readonly StoreEvent[]): Promise<boolean>;
  /** Active users only, in the given order (ties by id), those behind `after`. */
  listUsers(query: {
    readonly filter: UserFilter;
    readonly order: UserOrder;
    readonly after: UserCursor | null;
    readonly size: number;
  }): Promise<readonly UserRecord[]>;
  countUsers(filter: UserFilter): Promise<number>;

  // Passwords
  /** `expected`: the hash that must be at rest; null: there must be none; undefined: whatever is there. */
  replacePassword(
    userId: string,
    expected: string | null | undefined,
    next: PasswordRecord | null,
    options: { readonly raiseEpoch: boolean; readonly now: number },
    events: readonly StoreEvent[],
  ): Promise<PasswordWrite>;

  // Sessions
  /**
   * `recordSignIn` also sets the user's `lastSignInAt` to the session's `createdAt`. Of the user's sessions the newest
   * `keep` stay. `settle` goes in with it: what the sign-in was charged.
   */
  createSession(
    session: SessionRecord,
    options: {
      readonly recordSignIn: boolean;
      readonly keep: number;
      readonly settle: readonly LimitSettlement[];
    },
    events: readonly StoreEvent[],
  ): Promise<void>;
  /** One look-up; null where the session or its user is not there. Epoch and expiry are the caller's to compare. */
  checkSession(tokenHash: string, options: { readonly data: boolean }): Promise<SessionCheck | null>;
  /** Moves `lastSeenAt` and `expiresAt` forward, never back; sessions that are gone stay gone. */
  touchSessions(touches: readonly SessionTouch[]): Promise<void>;
  /** By id (the order of creation), those behind `after`. */
  listSessions(query: {
    readonly filter: SessionFilter;
    readonly after: string | null;
    readonly size: number;
  }): Promise<readonly SessionRecord[]>;
  /** Removes what fits the filter; an empty filter means all. Answers how many; the events only where it was any. */
  endSessions(filter: SessionFilter, events: readonly StoreEvent[]): Promise<number>;

  // Codes
  /** Replaces the record of the same user and slot, and that of the same ticket. */
  putCode(code: CodeRecord, events: readonly StoreEvent[]): Promise<void>;
  findCode(lookup: CodeLookup): Promise<CodeRecord | null>;
  /** Lays the secrets of a mail that is about to leave into an open code; null: it is gone or used, do not send. */
  fillCode(
    id: string,
    secrets: Pick<CodeRecord, "shortHash" | "linkHash" | "shortExpiresAt" | "linkExpiresAt" | "triesLeft">,
  ): Promise<CodeRecord | null>;
  /** Charges the try first, then compares, then marks it used: one atomic step. */
  redeemCode(redemption: CodeRedemption): Promise<CodeOutcome>;
  /** Ends the user's open codes that serve any of these purposes. Answers how many. */
  discardCodes(userId: string, purposes: readonly string[]): Promise<number>;

  // Limits
  /** Hits all in order, or none: the first refusal takes the earlier hits back and ends the list. Exact under any number of callers. */
  hitLimits(hits: readonly LimitHit[], now: number): Promise<readonly LimitResult[]>;
  settleLimits(settlements: readonly LimitSettlement[], now: number): Promise<void>;
  readLimit(key: string): Promise<LimitRecord | null>;

  // Audit and mail
  addEvents(events: readonly StoreEvent[]): Promise<void>;
  /** Newest first, those older than `before`. */
  listAudit(query: {
    readonly userId?: string;
    readonly action?: string;
    readonly before: string | null;
    readonly size: number;
  }): Promise<readonly AuditEvent[]>;
  /** The time at which the next queued mail is due (leases included); null: nothing is queued. */
  nextMailAt(): Promise<number | null>;
  /** Takes mails that are due for oneself, until the lease ends. Each claim counts as a try, in what it answers too. */
  claimMail(claim: {
    readonly owner: string;
    readonly now: number;
    readonly leaseUntil: number;
    readonly size: number;
  }): Promise<readonly MailRecord[]>;
  /** False: the lease had passed to somebody else. */
  settleMail(id: string, owner: string, settlement: MailSettlement, now: number): Promise<boolean>;
  listMail(query: {
    readonly state?: "queued" | "failed";
    readonly after: string | null;
    readonly size: number;
  }): Promise<readonly MailRecord[]>;

  // Housekeeping
  /** True: `owner` has the turn called `name` until `until`; it may take it again while it holds it. */
  takeTurn(name: string, owner: string, until: number, now: number): Promise<boolean>;
  /** Removes one batch of what is over. */
  cleanup(limits: CleanupLimits): Promise<CleanupCounts>;
}

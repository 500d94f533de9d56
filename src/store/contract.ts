import type {
  AuditEvent,
  BlockRecord,
  CleanupCounts,
  CleanupLimits,
  CodeLookup,
  CodeOutcome,
  CodeRecord,
  CodeRedemption,
  LimitHit,
  LimitRecord,
  LimitResult,
  LimitSettlement,
  MailRecord,
  MailSettlement,
  NewUser,
  PasswordRecord,
  RecordKind,
  RecordsByKind,
  RecordWrite,
  SessionCheck,
  SessionFilter,
  SessionRecord,
  SessionTouch,
  SettingsRecord,
  StoreEvent,
  StoreStatistics,
  UserChange,
  UserCursor,
  UserFilter,
  UserOrder,
  UserRecord,
} from "./records.js";

export type * from "./records.js";

export type UserWrite =
  | { readonly status: "updated"; readonly user: UserRecord }
  | { readonly status: "not-found" }
  /** `expectedVersion` is no longer the version. */
  | { readonly status: "conflict" }
  | { readonly status: "taken"; readonly key: string };

export type PasswordWrite =
  | { readonly status: "replaced"; readonly sessionEpoch: number }
  | { readonly status: "not-found" }
  /** The hash at rest, or the email, is not the expected one. */
  | { readonly status: "conflict" };

/**
 * The contract between Watchword and a database. Each method is atomic by itself, so that no caller needs a
 * transaction; what a change causes elsewhere (audit rows, mails) goes in with it as {@link StoreEvent}s.
 *
 * All times are whole milliseconds since 1970 (UTC) and come from the caller. Texts are stored as they are. A method
 * that finds the database gone throws WatchwordError `store-unavailable`; on a write this means "unknown", never "no".
 */
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
  /** Removes a table or collection with all that is in it; `all`: everything of this space. One that is not there is fine. */
  dropPart(part: RecordKind | "all"): Promise<void>;
  /** Makes it again, empty, where it is not there; `all`: everything, at the newest version. */
  createPart(part: RecordKind | "all"): Promise<void>;
  /**
   * Lets parallel callers race for the same rows on a scratch table, which it removes again. A database that lets two
   * of them win is refused: it could not keep a name unique or a code single-use.
   *
   * @throws WatchwordError `store-refused`, which says what happened
   */
  proveAtomicity(): Promise<void>;
  /**
   * A page of all that is kept of one kind, in the order of the record's own key (`id`; of limits, blocks and sequences `key`),
   * those behind `after`.
   */
  readRecords<K extends RecordKind>(
    kind: K,
    after: string | null,
    size: number,
  ): Promise<readonly RecordsByKind[K][]>;
  /** Lays records in exactly as they are; answers for each in turn. */
  writeRecords<K extends RecordKind>(
    kind: K,
    records: readonly RecordsByKind[K][],
  ): Promise<readonly RecordWrite[]>;
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
  /**
   * Keys freed, credentials, sessions and codes gone. False: there was no such user, or none of this version; left out:
   * whatever it is.
   */
  deleteUser(id: string, events: readonly StoreEvent[], expectedVersion?: number): Promise<boolean>;
  /** Active users only, in the given order (ties by id), those behind `after`. */
  listUsers(query: {
    readonly filter: UserFilter;
    readonly order: UserOrder;
    readonly after: UserCursor | null;
    readonly size: number;
  }): Promise<readonly UserRecord[]>;
  countUsers(filter: UserFilter): Promise<number>;

  // Sequences
  /**
   * The next number of a sequence, from 1: to every caller another one, greater than all before. Nothing takes one back, so gaps
   * are usual: also a try that is repeated after a lost connection uses one up.
   *
   * @throws WatchwordError `conflict` once 2^53 - 1 is given out
   */
  nextNumber(sequence: string): Promise<number>;
  /** From now on the sequence gives numbers above `atLeast` (a whole number from 0 to 2^53 - 1). It never goes back. */
  raiseSequence(sequence: string, atLeast: number): Promise<void>;

  // Passwords
  /** `expected`: the hash that must be at rest; null: there must be none; undefined: whatever is there. */
  replacePassword(
    userId: string,
    expected: string | null | undefined,
    next: PasswordRecord | null,
    options: {
      readonly raiseEpoch: boolean;
      readonly now: number;
      /** What the user's email must be at that moment. */
      readonly expectedEmail?: string;
    },
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
  /**
   * Sets `lastSeenAt` and `expiresAt`, the latter to an earlier time too, unless a later use is recorded: of several for one
   * session that with the latest `lastSeenAt` counts, whichever is written last. Sessions that are gone stay gone.
   */
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
  /** Charges the try first, then compares, then marks it used (or, with `keep`, gives the try back): one atomic step. */
  redeemCode(redemption: CodeRedemption): Promise<CodeOutcome>;
  /** Ends the user's open codes that serve any of these purposes. Answers how many. */
  discardCodes(userId: string, purposes: readonly string[]): Promise<number>;

  // Limits
  /**
   * Hits all in order, or none: the first refusal takes the earlier hits back and ends the list. What a refused hit of a
   * cooldown leaves behind (a longer wait) is written all the same. Exact under any number of callers.
   */
  hitLimits(hits: readonly LimitHit[], now: number): Promise<readonly LimitResult[]>;
  settleLimits(settlements: readonly LimitSettlement[], now: number): Promise<void>;
  readLimit(key: string): Promise<LimitRecord | null>;

  // Blocks on names
  /** Lays a block on a name, in place of the one that lies there. */
  putBlock(block: BlockRecord, events: readonly StoreEvent[]): Promise<void>;
  /** False: there was none; then the events are not written either. */
  removeBlock(key: string, events: readonly StoreEvent[]): Promise<boolean>;
  findBlocks(keys: readonly string[]): Promise<readonly BlockRecord[]>;
  /** By key, those behind `after`. */
  listBlocks(query: {
    readonly after: string | null;
    readonly size: number;
  }): Promise<readonly BlockRecord[]>;

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
  /**
   * `retry` makes a mail due at `now` and its tries count anew, a failed one too; `drop` removes it. False: there is none, or somebody
   * holds it; then the events are not written either.
   */
  reviseMail(
    id: string,
    revision: "retry" | "drop",
    now: number,
    events: readonly StoreEvent[],
  ): Promise<boolean>;
  listMail(query: {
    readonly id?: string;
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

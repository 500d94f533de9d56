/**
 * What a database keeps, in the words of the domain. All times are whole milliseconds since 1970 (UTC).
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
  /** Where people reach the pages, as last told by name; null: never told. */
  readonly baseUrl: string | null;
  /** Whether some process of this space hands its mails to a mail server, so that no other lays them elsewhere. */
  readonly sendsMail: boolean;
  /** One for each secret that was ever in use here, the newest first. */
  readonly secretFingerprints: readonly string[];
  /** How often a part was dropped, by its name; absent: never. */
  readonly generations?: { readonly [Kind in RecordKind]?: number };
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
  /** From a sequence of the space, for programs that know people by whole numbers; null: it has none. Beside it stands the key `n:<number>`. */
  readonly number: number | null;
  readonly username: string | null;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly locale: string | null;
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
  readonly roles: readonly string[];
  readonly blocked: BlockState | null;
  /** What every way to a session asks for besides: `mail` is a mailed code; null: nothing. */
  readonly secondFactor: "mail" | null;
  /** JSON text, owned by the application. */
  readonly data: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastSignInAt: number | null;
}

/** A block that lies on a name, whether or not a user has it. */
export interface BlockRecord extends BlockState {
  /** The key of the name, as {@link KeyRecord} has it. */
  readonly key: string;
  /** The name as it was typed. */
  readonly value: string;
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

/** A second factor that came along from another system, for the day on which the space can ask for it. */
export interface FactorRecord {
  readonly type: "totp" | "backup-codes" | "webauthn";
  /** Tells it from others of the same type. */
  readonly name: string;
  /** Encrypted under the space's secret. */
  readonly sealed: string;
  readonly changedAt: number;
}

export interface NewUser {
  readonly user: UserRecord;
  /** Always holds the `i:` key. */
  readonly keys: readonly KeyRecord[];
  readonly password: PasswordRecord | null;
  /** Absent: none. */
  readonly factors?: readonly FactorRecord[];
}

/** What to change; a field that is not named stays. */
export interface UserChange {
  readonly state?: "active";
  readonly number?: number | null;
  readonly username?: string | null;
  readonly email?: string | null;
  readonly emailVerifiedAt?: number | null;
  readonly locale?: string | null;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
  readonly blocked?: BlockState | null;
  readonly secondFactor?: "mail" | null;
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
  /** True: only compares. A right one gets its try back and stays open. */
  readonly keep?: boolean;
}

/**
 * `wrong` has charged a try (typed codes only; links go on when the tries are gone). A code without tries, of another
 * purpose, used, late, or not handed over yet is `dead`. There is one `redeemed` for each code among any number of callers.
 */
export type CodeOutcome =
  | { readonly status: "redeemed"; readonly code: CodeRecord }
  /** Where it is to be kept. */
  | { readonly status: "right"; readonly code: CodeRecord }
  | { readonly status: "wrong"; readonly triesLeft: number }
  | { readonly status: "dead" };

/** See `store/limit-rule.ts` for what a rule does. A key keeps to one kind of rule. */
export type LimitRule = WindowRule | CooldownRule;

export interface WindowRule {
  /** How many hits are allowed. */
  readonly max: number;
  /** Whole milliseconds from the first hit after which counting starts anew; null: never. */
  readonly window: number | null;
  /** With this, reaching `max` locks for `base`, twice as long at each further hit, up to `longest` (milliseconds). */
  readonly lock?: { readonly base: number; readonly longest: number };
}

export interface CooldownRule {
  /** Whole milliseconds that must lie between two requests. A refused one begins the wait anew. */
  readonly cooldown: number;
  /** Whole milliseconds that each refused request in a row adds to the wait; they stack. */
  readonly penalty?: number;
}

export interface LimitHit {
  readonly key: string;
  readonly rule: LimitRule;
  /** False: counts in any case, and `allowed` says what the rule thinks of it. */
  readonly refuse?: boolean;
}

export interface LimitResult {
  readonly allowed: boolean;
  readonly count: number;
  readonly max: number;
  /** When a hit may succeed again (refused), or when the window ends (allowed); null: not by waiting. */
  readonly resetAt: number | null;
}

/** `refund` takes one hit of a window back, `reset` forgets all. */
export interface LimitSettlement {
  readonly key: string;
  readonly action: "refund" | "reset";
}

export interface LimitRecord {
  readonly key: string;
  readonly count: number;
  readonly startedAt: number;
  /** The last hit that counted. Of a cooldown: the last request, moved into the future by its penalties. */
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
  readonly blocks: number;
}

/** Numbers that are given out one after the other, each once. */
export interface SequenceRecord {
  /** Which sequence. */
  readonly key: string;
  /** The last number that was given out; 0: none yet. */
  readonly value: number;
}

/** What is kept of each kind, whole: what a copy to another database takes along. */
export interface RecordsByKind {
  readonly users: NewUser;
  readonly sessions: SessionRecord;
  readonly codes: CodeRecord;
  readonly limits: LimitRecord;
  readonly blocks: BlockRecord;
  readonly mails: MailRecord;
  readonly audit: AuditEvent;
  readonly sequences: SequenceRecord;
}

/** A kind of record, and the table or collection (users: those) that holds it. */
export type RecordKind = keyof RecordsByKind;

/**
 * `there`: a record with its own key (a session also: with its token; a code: in its slot or with its ticket) was there
 * before, and stays as it is. `taken`: a name of a user is somebody else's.
 */
export type RecordWrite =
  | { readonly status: "written" }
  | { readonly status: "there" }
  | { readonly status: "taken"; readonly key: string };

export interface StoreStatistics {
  readonly users: number;
  readonly sessions: number;
  readonly codes: number;
  readonly limits: number;
  readonly blocks: number;
  readonly mailsQueued: number;
  readonly mailsFailed: number;
  readonly audit: number;
  readonly sequences: number;
  readonly dataBytes: number;
  readonly indexBytes: number;
  readonly storageBytes: number;
  /** The store's own report. */
  readonly raw: Readonly<Record<string, unknown>>;
}

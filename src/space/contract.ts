import type { Clock } from "../base/clock.js";
import type { IdentifierMode } from "../base/keys.js";

export type { Clock } from "../base/clock.js";
export type { IdentifierMode } from "../base/keys.js";

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** A JSON object: what an application keeps on a user or a session. */
export type JsonObject = { readonly [key: string]: Json };

// ---------------------------------------------------------------------------------------------- who acts

/** Who does something: the application itself, or a person who is signed in. */
export type Actor =
  | { readonly type: "system" }
  | {
      readonly type: "user";
      readonly id: string;
      readonly admin: boolean;
      readonly superuser: boolean;
      /** The session that the person acts in. */
      readonly sessionId?: string;
    };

/** Who acts and from where; it stands in the options of every method that changes something. */
export interface Context {
  /** Default: the system, which may do everything. */
  readonly actor?: Actor;
  /** The address of the person's device. Without it the limits for addresses are off. */
  readonly ip?: string;
  readonly userAgent?: string;
  /** A BCP 47 language tag, such as `en`. */
  readonly locale?: string;
  /** Joins log lines and audit rows of one request. */
  readonly requestId?: string;
}

// ---------------------------------------------------------------------------------------------- users

export interface User {
  /** A UUIDv7. */
  readonly id: string;
  /** As typed. */
  readonly username: string | null;
  readonly email: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly locale: string | null;
  /** False: may not sign in. */
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
  readonly roles: readonly string[];
  /** Null unless blocked now. */
  readonly blocked: {
    readonly since: Date;
    readonly until: Date | null;
    readonly reason: string | null;
  } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastSignInAt: Date | null;
}

/** A user with what the application keeps on it. */
export interface UserWithData extends User {
  readonly data: JsonObject;
}

export interface NewUserInput extends Context {
  readonly username?: string;
  readonly email?: string;
  /** Without one the user cannot sign in by password. */
  readonly password?: string;
  /** Whether the address is known to be this person's. Default: false. */
  readonly emailVerified?: boolean;
  /** The user's own language; `locale` of the context says in which the request came. */
  readonly userLocale?: string;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
  readonly data?: JsonObject;
}

/** Exactly one of the three. */
export type UserReference =
  | { readonly id: string }
  | { readonly username: string }
  | { readonly email: string };

export interface UserChangeInput {
  /** Null takes the username away, where an email is left. */
  readonly username?: string | null;
  /** A new address is unverified, unless `emailVerified` says otherwise. */
  readonly email?: string | null;
  readonly emailVerified?: boolean;
  readonly userLocale?: string | null;
}

export interface PermissionChange {
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
}

export interface UserQuery {
  /** Any part of the username or email, without regard to case. */
  readonly search?: string;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly verified?: boolean;
  readonly blocked?: boolean;
  readonly role?: string;
}

export interface PageQuery {
  /** `next` of the page before. */
  readonly after?: string;
  /** 1 to 1000; default 50. */
  readonly size?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it as `after` for the next page; null: this was the last. */
  readonly next: string | null;
}

export interface UsersService {
  /**
   * Creates a user and claims its names at once; for applications and administrators (people use `space.signUp`).
   * @throws WatchwordError `username-taken`, `email-taken`, `password-refused`, `invalid-identifier`, `not-allowed`
   */
  create(input: NewUserInput): Promise<UserWithData>;
  find(reference: UserReference): Promise<UserWithData | null>;
  /** As {@link find}, for what a person typed: an email address or a username. */
  findByIdentifier(identifier: string): Promise<UserWithData | null>;
  /** @throws WatchwordError `not-found` */
  get(id: string): Promise<UserWithData>;
  /** A page of users, in the order of their creation or by username. */
  list(
    query?: UserQuery & PageQuery & { readonly order?: "created" | "username" },
  ): Promise<Page<UserWithData>>;
  /** Every user, page by page beneath. */
  all(query?: UserQuery & { readonly order?: "created" | "username" }): AsyncIterable<UserWithData>;
  count(query?: UserQuery): Promise<number>;
  /** @throws WatchwordError `not-found`, `username-taken`, `email-taken`, `invalid-identifier`, `not-allowed` */
  update(id: string, change: UserChangeInput, context?: Context): Promise<UserWithData>;
  /** Switching a user off, or taking rights away, ends the sessions. */
  changePermissions(id: string, change: PermissionChange, context?: Context): Promise<UserWithData>;
  /** Ends every session; nothing that needs signing in works until it lifts. */
  block(
    id: string,
    options?: { readonly reason?: string; readonly until?: Date } & Context,
  ): Promise<UserWithData>;
  unblock(id: string, context?: Context): Promise<UserWithData>;
  /** @throws WatchwordError `not-found`, `not-allowed` */
  delete(id: string, context?: Context): Promise<void>;
  readonly data: UserDataService;
}

/** The application's own JSON on a user, 64 KiB at most. Each method is one atomic change. */
export interface UserDataService {
  get(id: string): Promise<JsonObject>;
  getField(id: string, field: string): Promise<Json | undefined>;
  /** A value of null removes the field. With `existing`, a field that is not there yet is refused (`not-found`). */
  setField(
    id: string,
    field: string,
    value: Json,
    options?: { readonly existing?: boolean } & Context,
  ): Promise<JsonObject>;
  /** Sets each field given; those given as null are removed; the others stay. */
  merge(id: string, fields: JsonObject, context?: Context): Promise<JsonObject>;
  removeField(id: string, field: string, context?: Context): Promise<JsonObject>;
  replace(id: string, data: JsonObject, context?: Context): Promise<JsonObject>;
}

// ---------------------------------------------------------------------------------------------- passwords

/** Why a password is refused: for programs. `message` beside it is for people. */
export type PasswordRefusal = "too-short" | "too-long" | "common" | "personal" | "invalid-text";

export interface PasswordRefused {
  readonly status: "password-refused";
  readonly reason: PasswordRefusal;
  readonly message: string;
}

/** Too many tries; the same call may succeed after `retryAfter` (whole milliseconds). */
export interface Limited {
  readonly status: "limited";
  readonly retryAfter: number;
}

export interface PasswordPolicy {
  /** In Unicode code points; default 8. */
  readonly minLength: number;
  /** In Unicode code points; default 256. */
  readonly maxLength: number;
  /** Refuses common passwords; default true. */
  readonly refuseCommon: boolean;
  /** Refuses the user's own names; default true. */
  readonly refusePersonal: boolean;
  /** Further words that are refused, such as the name of the service. */
  readonly words: readonly string[];
}

export type PasswordChangeResult =
  | {
      readonly status: "changed";
      readonly session: Session | null;
      readonly token: string | null;
      /** In place of the device's earlier one, which the new password made void. */
      readonly device: string;
    }
  | { readonly status: "wrong-password" }
  | PasswordRefused
  | Limited;

/** What the hashing of passwords is doing in this process; counts since the space was opened. */
export interface HashStatistics {
  readonly running: number;
  readonly waiting: number;
  readonly done: number;
  /** Callers that were told `busy`. */
  readonly refused: number;
}

export interface PasswordsService {
  readonly policy: PasswordPolicy;
  readonly statistics: HashStatistics;
  /** What the policy says about a password for a person with these names; `status: "accepted"` where it is fine. */
  review(
    password: string,
    names?: { readonly username?: string | null; readonly email?: string | null },
  ): Promise<{ readonly status: "accepted" } | PasswordRefused>;
  /** Whether this is the user's password. Counts and locks nothing; `space.signIn` does. */
  check(userId: string, password: string): Promise<boolean>;
  /**
   * Sets a password without knowing the old one, and ends every session. For the system, superusers and the command line.
   * @throws WatchwordError `not-found`, `password-refused`, `not-allowed`
   */
  set(userId: string, password: string, options?: Context & { readonly notify?: boolean }): Promise<void>;
  /** Takes the password away: the user cannot sign in by password any more. */
  remove(userId: string, context?: Context): Promise<void>;
  /**
   * Changes it with the current one and ends the other sessions. With `sessionToken`, that session goes on under the
   * new token in the result.
   */
  change(
    input: {
      readonly userId: string;
      readonly currentPassword: string;
      readonly newPassword: string;
      readonly sessionToken?: string;
    } & Context,
  ): Promise<PasswordChangeResult>;
  /**
   * Asks for the password once more, before something that cannot be undone; under the limits of a sign-in.
   */
  confirm(
    input: { readonly userId: string; readonly password: string } & Context,
  ): Promise<{ readonly status: "confirmed" } | { readonly status: "wrong-password" } | Limited>;
  /** Whether a password fits a stored hash; throws `invalid-input` for a hash of an unknown or damaged form. */
  verifyHash(password: string, hash: string): Promise<boolean>;
  /** Whether a stored hash is weaker than what would be made today. */
  needsUpgrade(hash: string): boolean;
}

// ---------------------------------------------------------------------------------------------- sessions

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

// ---------------------------------------------------------------------------------------------- signing in and up

/** Both together with the names, or the ticket of a `second-factor` outcome with its code. */
export type SignInInput = (
  | { readonly identifier: string; readonly password: string }
  | { readonly ticket: string; readonly code: string }
) & {
  /** What an earlier success on this device gave as `device`; it keeps strangers' failures from locking its owner out. */
  readonly device?: string;
  /** Kept on the session. */
  readonly data?: JsonObject;
} & Context;

export type SignInResult =
  | {
      readonly status: "signed-in";
      readonly user: User;
      readonly session: Session;
      /** Shown once; only its hash is stored. */
      readonly token: string;
      /** Keep it on the device, and give it at the next sign-in. */
      readonly device: string;
    }
  /** Unknown name, no password, wrong password: all the same. */
  | { readonly status: "wrong-credentials" }
  /** The password was right; a code went to the address. Call again with this ticket and the code. */
  | { readonly status: "second-factor"; readonly ticket: string; readonly sentTo: "email" }
  /** Only after `second-factor`. */
  | { readonly status: "wrong-code" }
  | { readonly status: "blocked"; readonly until: Date | null; readonly reason: string | null }
  | { readonly status: "inactive" }
  /** Signed up, and the address not proven yet. Ask for a new code with this ticket. */
  | { readonly status: "email-unverified"; readonly ticket: string }
  | Limited;

export interface SignUpInput extends Context {
  readonly email: string;
  readonly username?: string;
  readonly password: string;
  readonly data?: JsonObject;
}

export type SignUpResult =
  /** The same whether the address is known or not. A mail is on its way: a code, or a notice to the owner. */
  | { readonly status: "verification-sent"; readonly ticket: string }
  /** Where the space asks for no verification. */
  | { readonly status: "signed-up"; readonly user: User }
  | { readonly status: "username-taken" }
  /** Only where the space asks for no verification. */
  | { readonly status: "email-taken" }
  | PasswordRefused
  | Limited;

// ---------------------------------------------------------------------------------------------- codes

/** What a code may serve. */
export type CodePurpose =
  | "verify-email"
  | "reset-password"
  | "change-email"
  | "sign-in"
  | "second-factor"
  | "delete-account"
  | "unlock";

export type CodeRequestResult = { readonly status: "sent"; readonly ticket: string } | Limited;

/** By typed code with its ticket, or by the text of a link (`link` is what stands behind `?link=` there). */
export type CodeProof =
  | { readonly ticket: string; readonly code: string }
  | { readonly link: string; readonly ticket?: string; readonly password?: string };

export type VerifyEmailResult =
  | { readonly status: "verified"; readonly user: User }
  | { readonly status: "wrong-code" }
  /** The link of a sign-up works with the sign-up's own ticket or password only, so that nobody activates a stranger's. */
  | { readonly status: "proof-needed" }
  | { readonly status: "email-taken" }
  | Limited;

export type ResetPasswordResult =
  | { readonly status: "password-reset"; readonly user: User }
  | { readonly status: "wrong-code" }
  | PasswordRefused
  | Limited;

export interface CodesService {
  /**
   * Mails a code. Answers the same whether the account exists or not. With the `ticket` of an earlier request the new
   * code replaces that one. For `verify-email`: a user's own unverified address, or the ticket of a sign-up.
   */
  request(
    purpose: "verify-email" | "reset-password",
    input: (
      | { readonly identifier: string; readonly ticket?: string }
      | { readonly userId: string; readonly ticket?: string }
      | { readonly ticket: string }
    ) &
      Context,
  ): Promise<CodeRequestResult>;
  confirm(purpose: "verify-email", input: CodeProof & Context): Promise<VerifyEmailResult>;
  confirm(
    purpose: "reset-password",
    input: CodeProof & { readonly newPassword: string } & Context,
  ): Promise<ResetPasswordResult>;
  /** What an open link is for, without using it up; null where it is used, late or wrong. For the page behind it. */
  peek(link: string): Promise<{ readonly purpose: CodePurpose; readonly needsProof: boolean } | null>;
}

// ---------------------------------------------------------------------------------------------- limits, audit, mail, database

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

// ---------------------------------------------------------------------------------------------- set-up

export type SetUpResult =
  | { readonly status: "set-up"; readonly user: User }
  /** Used, replaced by a newer one, or there is a superuser already. */
  | { readonly status: "wrong-token" }
  | { readonly status: "username-taken" }
  | { readonly status: "email-taken" }
  | PasswordRefused;

/** How the first administrator comes to be: there is no default account. */
export interface SetUpService {
  /** True while there is no superuser. */
  needed(): Promise<boolean>;
  /** A new one-time token, for 24 hours; an older one stops working. Null where there is a superuser. */
  createToken(): Promise<string | null>;
  /** Whether a token is still good, without using it up. */
  check(token: string): Promise<boolean>;
  complete(
    input: {
      readonly token: string;
      readonly username?: string;
      readonly email?: string;
      readonly password: string;
    } & Context,
  ): Promise<SetUpResult>;
}

// ---------------------------------------------------------------------------------------------- the space

/** The options after merging option, environment and default, each with where it came from. Secrets are masked. */
export type ConfigOrigin = "option" | "environment" | "database" | "default" | "file";
export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly origin: ConfigOrigin;
  /** The environment variable that sets it, where there is one. */
  readonly variable: string | null;
}

/** What the HTTP face needs besides the request. */
export interface HandlerContext {
  /** The address of the client's socket. Without it the limits for addresses are off. */
  readonly ip?: string;
}

export interface UserSpace {
  readonly name: string;
  /** A UUIDv7, made with the space. */
  readonly id: string;
  readonly identifiers: IdentifierMode;
  /** Where people reach the pages, without a trailing slash; links in mails begin with it. */
  readonly baseUrl: string;
  /** How the space calls itself in mails and pages. */
  readonly siteName: string;
  readonly clock: Clock;

  readonly users: UsersService;
  readonly passwords: PasswordsService;
  readonly sessions: SessionsService;
  readonly codes: CodesService;
  readonly limits: LimitsService;
  readonly audit: AuditService;
  readonly mail: MailService;
  readonly database: DatabaseService;
  readonly setUp: SetUpService;
  readonly config: readonly ConfigEntry[];

  /** Whether people may sign up by themselves. */
  readonly signUpOpen: boolean;
  /** For people: answers the same whether the address is known or not. */
  signUp(input: SignUpInput): Promise<SignUpResult>;
  signIn(input: SignInInput): Promise<SignInResult>;
  /** Ends the session of a token. False: it was none. */
  signOut(token: string, context?: Context): Promise<boolean>;

  /**
   * A key of the space's secret for a purpose of one's own (HKDF-SHA-256): the HTTP face signs its form tokens with it.
   */
  deriveKey(purpose: string): Buffer;

  /** Answers a Fetch-standard request: JSON under `/api`, pages beside it. Loads the HTTP face at its first use. */
  handler(request: Request, context?: HandlerContext): Promise<Response>;

  /** Finishes what was accepted, writes what was collected, and lets go of the database. */
  close(): Promise<void>;
}

/**
 * Every code that a {@link WatchwordError} can carry, with the HTTP status that answers it and what it means.
 * The list is closed: a code never changes its meaning, and `docs/errors.md` has one row for each.
 */
export const ERROR_CODES = {
  "invalid-input": { status: 400, title: "The input does not have the required form" },
  "invalid-identifier": { status: 400, title: "That is not a usable username or email address" },
  "password-refused": { status: 422, title: "The password does not meet the policy" },
  "username-taken": { status: 409, title: "The username is taken" },
  "email-taken": { status: 409, title: "The email address is taken" },
  conflict: { status: 409, title: "Somebody else changed this at the same moment" },
  "not-found": { status: 404, title: "There is no such thing here" },
  "not-signed-in": { status: 401, title: "Sign in first" },
  "not-allowed": { status: 403, title: "You may not do this" },
  "wrong-password": { status: 403, title: "The password is wrong" },
  "wrong-credentials": { status: 401, title: "The name or the password is wrong" },
  "wrong-code": { status: 422, title: "The code is wrong, used or too old" },
  "account-blocked": { status: 403, title: "The account is blocked" },
  "name-blocked": { status: 403, title: "The name is blocked" },
  "account-inactive": { status: 403, title: "The account is switched off" },
  "email-unverified": { status: 403, title: "The email address is not verified yet" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "foreign-origin": { status: 403, title: "The request came from another site" },
  "method-not-allowed": { status: 405, title: "This address does not answer that method" },
  "unsupported-media-type": { status: 415, title: "The content type is not supported" },
  "body-too-large": { status: 413, title: "The body is too large" },
  busy: { status: 503, title: "The server is busy; try again shortly" },
  "store-unavailable": { status: 503, title: "The database does not answer" },
  "store-full": { status: 507, title: "The disk of the database is full" },
  "store-corrupted": { status: 500, title: "The database file is damaged" },
  "store-refused": { status: 500, title: "The database cannot be opened" },
  "newer-database": { status: 500, title: "The database was made by a newer Watchword" },
  "migration-needed": { status: 500, title: "The database needs to be migrated" },
  "wrong-secret": { status: 500, title: "The secret does not belong to this database" },
  "secret-missing": { status: 500, title: "No secret was given" },
  "settings-contradict": { status: 500, title: "The options contradict the settings of the database" },
  "invalid-option": { status: 500, title: "An option does not have the required form" },
  "package-missing": { status: 500, title: "A package that this needs is not installed" },
  "mail-failed": { status: 502, title: "The mail could not be handed over" },
  closed: { status: 503, title: "The user space is closed" },
  internal: { status: 500, title: "Something went wrong here" },
} as const satisfies Record<string, { status: number; title: string }>;

/** The stable, machine-readable name of a failure; see `docs/errors.md`. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What a {@link WatchwordError} may carry besides its code and message. */
export interface WatchwordErrorOptions {
  /** The failure beneath this one. */
  readonly cause?: unknown;
  /** Facts for a program: the field, the limit, the reason. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Whole milliseconds after which it is worth trying again. */
  readonly retryAfter?: number;
  /** The limit that was reached, as an outcome `limited` tells it; without `limit` it is not known. */
  readonly quota?: Partial<Quota>;
}

/** So many within a window of whole milliseconds; absent: no window ends it. */
export interface Quota {
  readonly limit: number;
  readonly window?: number;
}

/**
 * Everything that is not an expected outcome. The `code` is stable and made for programs; the message is made for
 * people and says what went wrong, on which input, and what to do next.
 *
 * @example
 * ```ts
 * try {
 *   await space.users.create({ username: "ada" });
 * } catch (error) {
 *   if (error instanceof WatchwordError && error.code === "username-taken") console.log("Choose another name.");
 *   else throw error;
 * }
 * ```
 */
export class WatchwordError extends Error {
  override readonly name = "WatchwordError";
  /** The stable name of the failure. */
  readonly code: ErrorCode;
  /** The HTTP status that answers it. */
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Whole milliseconds after which it is worth trying again, where that is known. */
  readonly retryAfter: number | undefined;
  /** The limit that was reached, where it is known. */
  readonly quota: Quota | undefined;

  constructor(code: ErrorCode, message: string, options: WatchwordErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = ERROR_CODES[code].status;
    this.details = options.details ?? {};
    this.retryAfter = options.retryAfter;
    const { limit, window } = options.quota ?? {};
    this.quota = limit === undefined ? undefined : { limit, ...(window === undefined ? {} : { window }) };
  }
}

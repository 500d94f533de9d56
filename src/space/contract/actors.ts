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

/** In the input of calls that limits count. */
export interface LimitSkip {
  /**
   * True: no limit is asked, and nothing is counted, for this call. For the application itself: with a person as
   * `actor` it is refused with `not-allowed`, and nothing that comes in over HTTP can set it. The few tries of one
   * mailed code still count. Default: false.
   */
  readonly skipLimits?: boolean;
}

/** Too many tries; the same call may succeed after `retryAfter` (whole milliseconds). */
export interface Limited {
  readonly status: "limited";
  readonly retryAfter: number;
  /** How many the limit that was reached allows, where it is one that can be told. */
  readonly limit?: number;
  /** Nothing is left; there where `limit` is. */
  readonly remaining?: 0;
  /** The window of that limit in whole milliseconds; absent where no window ends it. */
  readonly window?: number;
}

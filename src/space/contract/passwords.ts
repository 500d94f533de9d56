import type { Context, LimitSkip } from "./actors.js";
import type { Session } from "./sessions.js";

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
  /** How many the limit that was reached allows, where it is one that can be told. */
  readonly limit?: number;
  /** Nothing is left; there where `limit` is. */
  readonly remaining?: 0;
  /** The window of that limit in whole milliseconds; absent where no window ends it. */
  readonly window?: number;
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
    } & LimitSkip &
      Context,
  ): Promise<PasswordChangeResult>;
  /**
   * Asks for the password once more, before something that cannot be undone; under the limits of a sign-in.
   */
  confirm(
    input: { readonly userId: string; readonly password: string } & LimitSkip & Context,
  ): Promise<{ readonly status: "confirmed" } | { readonly status: "wrong-password" } | Limited>;
  /** Whether a password fits a stored hash; throws `invalid-input` for a hash of an unknown or damaged form. */
  verifyHash(password: string, hash: string): Promise<boolean>;
  /** Whether a stored hash is weaker than what would be made today. */
  needsUpgrade(hash: string): boolean;
}

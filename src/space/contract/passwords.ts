import type { Context, Limited, LimitSkip } from "./actors.js";
import type { HashHint, HashIdentity, PasswordHashInput, PreparedHash, StoredHash } from "./hashes.js";
import type { Session } from "./sessions.js";

/** Why a password is refused: for programs. `message` beside it is for people. */
export type PasswordRefusal = "too-short" | "too-long" | "common" | "personal" | "invalid-text";

export interface PasswordRefused {
  readonly status: "password-refused";
  readonly reason: PasswordRefusal;
  readonly message: string;
}

export interface PasswordPolicy {
  /**
   * In Unicode code points; default 8. 0 takes the empty password too: only for a program that has to go on as one did that
   * took it, since whoever knows the name then has the account (NIST SP 800-63B-4 §3.1.1.2 wants 8 at the least).
   */
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

/**
 * `space.passwords`: the policy, and passwords of known users. Hashes are argon2id (RFC 9106) as PHC strings; what is typed is
 * brought to Unicode NFKC first (NIST SP 800-63B-4 §3.1.1.2). Methods that hash throw `busy` where too many wait, and
 * `invalid-input` for more than 4096 bytes of UTF-8.
 */
export interface PasswordsService {
  /** The policy in force: the options over the defaults. */
  readonly policy: PasswordPolicy;
  /** A snapshot; read it again for newer numbers. */
  readonly statistics: HashStatistics;
  /**
   * What the policy says about a new password for a person with these names: length and a blocklist, no rules of
   * composition (NIST SP 800-63B-4 §3.1.1.2).
   *
   * @returns `password-refused` with a `reason` for programs and a `message` for people, or `accepted`.
   * @example
   * ```ts
   * const verdict = await space.passwords.review("ada1815!", { username: "ada" });
   * if (verdict.status === "password-refused") console.log(verdict.reason); // personal
   * ```
   */
  review(
    password: string,
    names?: { readonly username?: string | null; readonly email?: string | null },
  ): Promise<{ readonly status: "accepted" } | PasswordRefused>;
  /**
   * Whether the user has a password at all; those without one sign in by mailed codes.
   *
   * @throws WatchwordError `not-found`
   * @example
   * ```ts
   * console.log(await space.passwords.has(ada.id)); // true
   * ```
   */
  has(userId: string): Promise<boolean>;
  /**
   * Whether this is the user's password; false for a user without one. Counts and limits nothing, so do not put it
   * before strangers: that is what `space.signIn` and {@link confirm} are for.
   *
   * @param userId - Null, for a name that is nobody's: false after the same work, so that the time does not tell.
   * @param options - `name`: the name that was typed, so that many wrong passwords at once for nobody wait in line as for
   * somebody. `renew` true, for a program that signs people in by itself: where the password is right and its hash weaker than
   * today's, the hash is made anew behind the answer, as at a sign-in; a password that is changed meanwhile stays changed.
   * @throws WatchwordError `not-found`, `busy`
   * @example
   * ```ts
   * console.log(await space.passwords.check(ada.id, "correct horse battery staple")); // true
   * ```
   */
  check(
    userId: string | null,
    password: string,
    options?: { readonly name?: string; readonly renew?: boolean },
  ): Promise<boolean>;
  /**
   * Sets a password without the old one, and ends every session and open reset. For superusers and the system:
   * administrators start a reset instead (OWASP ASVS 5.0, 6.4.6).
   *
   * @param options - `notify` false: the user is not told by mail. Default: true. `keepSessions` true: the sessions go on,
   * for a program that ends those that it wants ended by itself; whoever stole one keeps it then (OWASP ASVS 5.0, 7.4.3).
   * Default: false.
   * @throws WatchwordError `not-found`, `password-refused`, `not-allowed`, `busy`
   * @example
   * ```ts
   * await space.passwords.set(ada.id, "a much longer secret of hers");
   * console.log((await space.sessions.check(token)).status); // not-found
   * ```
   */
  set(
    userId: string,
    password: string,
    options?: Context & { readonly notify?: boolean; readonly keepSessions?: boolean },
  ): Promise<void>;
  /**
   * Takes the password away, ends every session and open reset, and tells the user. Nobody signs in by password until a
   * new one is set or reset. For administrators and the system.
   *
   * @throws WatchwordError `not-found`, `not-allowed`
   * @example
   * ```ts
   * await space.passwords.remove(ada.id);
   * console.log(await space.passwords.check(ada.id, "correct horse battery staple")); // false
   * ```
   */
  remove(userId: string, context?: Context): Promise<void>;
  /**
   * Changes a password with the current one, under the limits of a sign-in and 20 times an hour at most. Ends every
   * session and tells the user; with `sessionToken`, that session goes on under the new token in the result.
   *
   * @param input - `keepSessions` true: no session ends; for the application itself, not where a person acts. Default: false.
   * @throws WatchwordError `not-found`, `not-allowed` for somebody else's, `conflict`, `busy`
   * @example
   * ```ts
   * const [currentPassword, newPassword] = ["correct horse battery staple", "staple battery horse correct"];
   * const input = { userId: ada.id, currentPassword, newPassword, sessionToken: token };
   * const changed = await space.passwords.change(input);
   * if (changed.status === "changed") console.log(changed.token !== token); // true
   * ```
   */
  change(
    input: {
      readonly userId: string;
      readonly currentPassword: string;
      readonly newPassword: string;
      readonly sessionToken?: string;
      readonly keepSessions?: boolean;
    } & LimitSkip &
      Context,
  ): Promise<PasswordChangeResult>;
  /**
   * Asks for the password once more, before something that cannot be undone; under the limits of a sign-in. Name the
   * person and their `sessionId` as `actor`, so that strangers' failures do not count against them.
   *
   * @throws WatchwordError `not-found`, `busy`
   * @example
   * ```ts
   * const confirmed = await space.passwords.confirm({ userId: ada.id, password: "not hers" });
   * console.log(confirmed.status); // wrong-password
   * ```
   */
  confirm(
    input: { readonly userId: string; readonly password: string } & LimitSkip & Context,
  ): Promise<{ readonly status: "confirmed" } | { readonly status: "wrong-password" } | Limited>;
  /**
   * Whether a password fits a stored hash, whosever it is and whichever system made it. It is compared as it was typed;
   * with argon2id, and no `source`, also in NFKC.
   *
   * @param hash - Text, or the fields of a system that keeps several; `docs/password-formats.md` lists all forms.
   * @param hint - `scheme` or `source` where the text does not tell, `context` where the form needs more.
   * @throws WatchwordError `invalid-input` for a hash of an unknown or damaged form, of absurd cost, or one whose text does
   * not tell its form (`details.candidates`); `busy`
   * @example
   * ```ts
   * const hash = "$argon2id$v=19$m=64,t=1,p=1$YWRhLXNhbHQ$lUiyX3XfPF46sMRUpHCVBA";
   * console.log(await space.passwords.verifyHash("correct horse battery staple", hash)); // true
   * ```
   */
  verifyHash(password: string, hash: StoredHash, hint?: HashHint): Promise<boolean>;
  /**
   * What a stored hash is: its form, the systems that store it, and how well it withstands guessing.
   *
   * @returns `scheme` null with several `candidates` where the text does not tell.
   * @throws WatchwordError `invalid-input` for a scheme or source that there is not
   * @example
   * ```ts
   * const hash = "5f4dcc3b5aa765d61d8327deb882cf99";
   * const identity = await space.passwords.identifyHash(hash, { source: "wordpress" });
   * console.log(identity.scheme, identity.candidates[0]?.strength); // wordpress_md5 broken
   * ```
   */
  identifyHash(hash: StoredHash, hint?: HashHint): Promise<HashIdentity>;
  /**
   * What would rest in the database for a hash from another system: for tools that write users themselves. A weak hash is
   * laid into argon2id, so that it rests nowhere by itself.
   *
   * @throws WatchwordError `invalid-input` where the hash is unknown, ambiguous, damaged, of absurd cost or the password
   * itself, or something that it needs is missing; `secret-missing`, `busy`
   * @example
   * ```ts
   * const prepared = await space.passwords.prepareHash({ hash: "$1$XLF4z2V2$ysGdM1x3Vz1o10jGSDahs0" });
   * console.log(prepared.scheme); // argon2id(md5_crypt)
   * ```
   */
  prepareHash(input: PasswordHashInput): Promise<PreparedHash>;
  /**
   * Whether a stored hash is of another kind, unreadable, or weaker than what would be made today. A sign-in replaces
   * such a hash of its user by itself.
   *
   * @example
   * ```ts
   * const hash = "$argon2id$v=19$m=64,t=1,p=1$YWRhLXNhbHQ$lUiyX3XfPF46sMRUpHCVBA";
   * console.log(space.passwords.needsUpgrade(hash)); // true
   * ```
   */
  needsUpgrade(hash: StoredHash): boolean;
}

/** What a hash needs besides itself and the password; which of these, `docs/password-formats.md` says for each scheme. */
export interface HashContext {
  /** The name that the source system knew the person by; exactly as it stood there. */
  readonly user?: string;
  /** The realm of an HTTP digest file. */
  readonly realm?: string;
  /** A secret of the source system that every password was mixed with: Devise's pepper, Flask-Security's salt. */
  readonly pepper?: string;
  /** Firebase's signer key of the project, base64. */
  readonly signerKey?: string;
  /** Firebase's salt separator of the project, base64. */
  readonly saltSeparator?: string;
  /** Firebase's rounds of the project: the r of scrypt. Default: 8. */
  readonly rounds?: number;
  /** Firebase's memory cost of the project: the binary logarithm of the N of scrypt. Default: 14. */
  readonly memoryCost?: number;
  /** How the source system made bytes of the text: `utf-8` (default) or `latin-1`. */
  readonly encoding?: string;
}

/** A hash as a source system stores it: text, or an object where it keeps several fields. */
export type StoredHash = string | Readonly<Record<string, unknown>>;

/** What says of which form a hash is. With neither scheme nor source its text has to tell. */
export interface HashHint {
  /** The name of a form, such as `sha512_crypt`; `docs/password-formats.md` lists them. */
  readonly scheme?: string;
  /** The system that the hash comes from, such as `django`. */
  readonly source?: string;
  readonly context?: HashContext;
}

/**
 * How well a stolen hash withstands guessing, at its own parameters: `strong` costs the guesser memory or tenths of a
 * second for each try; `fair` costs milliseconds; `weak` is salted but quick; `broken` is unsalted, cut or so quick that
 * every password that people choose is found; `readable` is the password itself; `locked` is no hash: nothing matches.
 */
export type HashStrength = "strong" | "fair" | "weak" | "broken" | "readable" | "locked";

/**
 * What else is weak in a form: only the first bytes of a password count, its case does not, some of its characters do
 * not, or the same password gives everybody the same hash.
 */
export type HashFlag = "truncates" | "folds-case" | "drops-characters" | "unsalted";

/** One form that a hash may have. */
export interface HashCandidate {
  readonly scheme: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** The systems that store it. */
  readonly sources: readonly string[];
  readonly strength: HashStrength;
  /** Rounds, memory and the like; never the salt or the digest. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly flags: readonly HashFlag[];
  /** What of {@link HashContext} it cannot be checked without. */
  readonly needs: readonly string[];
  /** Why it cannot be checked: damaged, or of absurd cost; null: it can. */
  readonly problem: string | null;
}

/** What a hash is, as far as its text and the hint tell. */
export interface HashIdentity {
  /** Null: the text does not tell. */
  readonly scheme: string | null;
  /** The forms that it may have: one where `scheme` is known, none where no form fits. */
  readonly candidates: readonly HashCandidate[];
  /** Systems that store the same text, made in another way; only a scheme or a source can say that it is theirs. */
  readonly lookalikes: readonly HashCandidate[];
}

/** A password hash from another system, to be laid down for a user. */
export interface PasswordHashInput {
  readonly hash: StoredHash;
  /** The name of its form, such as `django_pbkdf2_sha256`. */
  readonly scheme?: string;
  /** The system that it comes from, such as `django`; needed, or `scheme`, where the text does not tell. */
  readonly source?: string;
  /** What it needs besides, and is no secret: `user`, `realm`, `encoding`. It is kept beside the hash. */
  readonly context?: HashContext;
  /** Which of the option `passwords.legacySecrets` it needs: a pepper, Firebase's signer key. */
  readonly secretsId?: string;
  /**
   * False: a weak hash rests as it is until the next sign-in. Otherwise it is laid into argon2id at once, which takes as
   * long as hashing a password. Default: true.
   */
  readonly wrap?: boolean;
}

/** What rests in the database for a password. */
export interface PreparedHash {
  readonly hash: string;
  /** `argon2id(…)` around the name of a weak form. */
  readonly scheme: string;
  /** What is done to a text before it is compared. */
  readonly normalization: "nfkc" | "none";
  /** Which of the secrets in the options it needs. */
  readonly pepperId: string | null;
  readonly flags: readonly string[];
  readonly changedAt: number;
}

/** Checks and makes hashes without a user space: {@link verify}, {@link identify}, {@link hash}, and {@link close} at the end. */
export interface HashVerifier {
  /**
   * Whether a password fits a stored hash. Computed in threads of its own; callers beyond its slots wait.
   *
   * @param question - `password`: text, or the bytes that were typed, at most 4096.
   * @returns The scheme by which it was checked, and whether it fits.
   * @throws WatchwordError `invalid-input` for a hash of an unknown or damaged form, of absurd cost, or one whose text
   * does not tell its form (`details.candidates`), and where something of its context is missing
   * @example
   * ```ts
   * const hashes = openHashVerifier();
   * const hash = "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2";
   * console.log(await hashes.verify({ password: "correct horse battery staple", hash })); // { scheme: 'ldap_salted_sha1', valid: true }
   * await hashes.close();
   * ```
   */
  verify(
    question: HashHint & { readonly password: string | Uint8Array; readonly hash: StoredHash },
  ): Promise<{ readonly scheme: string; readonly valid: boolean }>;
  /**
   * What a hash is, without a password.
   *
   * @throws WatchwordError `invalid-input` for a scheme or source that there is not
   * @example
   * ```ts
   * const hashes = openHashVerifier();
   * const identity = await hashes.identify("$1$XLF4z2V2$ysGdM1x3Vz1o10jGSDahs0");
   * console.log(identity.candidates[0]?.strength); // weak
   * await hashes.close();
   * ```
   */
  identify(hash: StoredHash, hint?: HashHint): Promise<HashIdentity>;
  /**
   * A hash as new passwords get it: argon2id (RFC 9106) as a PHC string, of the text as it was typed. It fits as the
   * `passwordHash` of a new user.
   *
   * @throws WatchwordError `invalid-input` for more than 4096 bytes of UTF-8, or a lone surrogate
   * @example
   * ```ts
   * const hashes = openHashVerifier();
   * const password = "correct horse battery staple";
   * const hash = await hashes.hash(password);
   * console.log((await hashes.verify({ password, hash })).valid); // true
   * await hashes.close();
   * ```
   */
  hash(password: string): Promise<string>;
  /** Finishes what it took, and ends the threads. */
  close(): Promise<void>;
}

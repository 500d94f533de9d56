import type { Clock } from "../base/clock.js";
import type { IdentifierMode } from "../base/keys.js";
import type { Context } from "./contract/actors.js";
import type { BlocksService } from "./contract/blocks.js";
import type { CodesService } from "./contract/codes.js";
import type { MailService } from "./contract/mail.js";
import type { AuditService, DatabaseService, LimitsService } from "./contract/operations.js";
import type { PasswordsService } from "./contract/passwords.js";
import type { SessionsService } from "./contract/sessions.js";
import type { SetUpService } from "./contract/set-up.js";
import type {
  EmailCodeSignIn,
  SignInInput,
  SignInResult,
  SignUpInput,
  SignUpPassword,
  SignUpResult,
} from "./contract/sign-in.js";
import type { TransferService } from "./contract/transfer.js";
import type { UsersService } from "./contract/users.js";

export type { Clock } from "../base/clock.js";
export type { IdentifierMode } from "../base/keys.js";
export type * from "./contract/actors.js";
export type * from "./contract/blocks.js";
export type * from "./contract/codes.js";
export type * from "./contract/hashes.js";
export type * from "./contract/json.js";
export type * from "./contract/mail.js";
export type * from "./contract/operations.js";
export type * from "./contract/passwords.js";
export type * from "./contract/sessions.js";
export type * from "./contract/set-up.js";
export type * from "./contract/sign-in.js";
export type * from "./contract/transfer.js";
export type * from "./contract/transfer-copy.js";
export type * from "./contract/transfer-export.js";
export type * from "./contract/transfer-import.js";
export type * from "./contract/user-data.js";
export type * from "./contract/users.js";

/** Where the value of an option came from. */
export type ConfigOrigin = "option" | "environment" | "url" | "database" | "default" | "file";

/** One option, after merging option, environment and default. */
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

/**
 * One isolated set of users with its settings, in one database; `openUserSpace` opens it. Expected outcomes are returned, as
 * unions on `status`; everything else is thrown as a `WatchwordError`.
 *
 * Any method may also throw `invalid-input` for a value of the wrong form, `store-unavailable` (on a write that means
 * "unknown": look before you repeat it), `store-full`, or `closed`. Methods that change something take a {@link Context};
 * without an `actor` there, it is the system that acts, which may do everything.
 *
 * In the examples `space` is open, `ada` is a user (username `ada`, email `ada@example.com`, password
 * `correct horse battery staple`), and `token` and `session` are those of a live session of hers.
 */
export interface UserSpace {
  readonly name: string;
  /** A UUIDv7, made with the space. */
  readonly id: string;
  /** Whether `Ada` and `ada` are one name; fixed at the creation of the space. */
  readonly identifiers: IdentifierMode;
  /** Where people reach the pages, without a trailing slash; links in mails begin with it. */
  readonly baseUrl: string;
  /** How the space calls itself in mails and pages. */
  readonly siteName: string;
  /** The time that the space goes by. */
  readonly clock: Clock;

  readonly users: UsersService;
  readonly passwords: PasswordsService;
  readonly sessions: SessionsService;
  readonly codes: CodesService;
  readonly blocks: BlocksService;
  readonly limits: LimitsService;
  readonly audit: AuditService;
  readonly mail: MailService;
  readonly database: DatabaseService;
  readonly setUp: SetUpService;
  readonly transfer: TransferService;
  /** The options in force, each with where it came from. Secrets are masked. */
  readonly config: readonly ConfigEntry[];

  /** Whether people may sign up by themselves. */
  readonly signUpOpen: boolean;
  /** Whether they give a password then. */
  readonly signUpPassword: SignUpPassword;
  /** Which accounts a mailed code alone signs in. */
  readonly emailCodeSignIn: EmailCodeSignIn;
  /**
   * Signs a person up. Where the space asks for verification (the default), the answer is the same whether the address is
   * known or not: a mail goes out, a code or a notice to the owner, and `space.codes.confirm("verify-email", …)` makes the
   * user. Until then the username is held for a day; the address belongs to whoever proves it.
   *
   * Without a password the person signs in by mailed codes later (`space.codes.request("sign-in", …)`).
   *
   * @param input - `ip`: at most 30 sign-ups an hour from one address; at most 5 an hour for one email, in any case.
   * @throws WatchwordError `invalid-identifier`, `invalid-input`, `not-allowed` where sign-up is off, `busy`
   * @example
   * ```ts
   * const result = await space.signUp({ email: "grace@example.com", password: "a long secret of hers" });
   * console.log(result.status); // verification-sent
   * ```
   */
  signUp(input: SignUpInput): Promise<SignUpResult>;
  /**
   * Signs a person in: by name and password, then by a mailed code with the ticket of a `second-factor` outcome where the
   * person chose that; or by a mailed sign-in code or link alone, where `signIn.emailCode` allows it. A failure
   * is charged before the hash is computed, and unknown names cost the same one hash. Five failures for one account from
   * one `ip` bring growing waits; after 100 in a row for one account from anywhere (NIST SP 800-63B-4 §3.2.2) a password
   * needs a mailed code too, except on a known `device`.
   *
   * @param input - Give `ip`, or the limits for addresses are off, and the `device` of an earlier success.
   * @throws WatchwordError `invalid-input`, `busy`
   * @example
   * ```ts
   * const password = "correct horse battery staple";
   * const result = await space.signIn({ identifier: "ada", password, ip: "192.0.2.1" });
   * if (result.status === "signed-in") console.log(result.user.username, result.token.length); // ada 43
   * else console.log(result.status);
   * ```
   */
  signIn(input: SignInInput): Promise<SignInResult>;
  /**
   * Ends the session of a token; whoever holds it may.
   *
   * @returns False: it was no session, or is over.
   * @example
   * ```ts
   * console.log(await space.signOut(token), await space.signOut(token)); // true false
   * ```
   */
  signOut(token: string, context?: Context): Promise<boolean>;

  /**
   * A key of 32 bytes out of the space's newest secret, for a purpose of one's own (HKDF-SHA-256, RFC 5869): the same in every
   * process, and useless for any other purpose. The HTTP face signs its form tokens with one.
   *
   * @example
   * ```ts
   * const key = space.deriveKey("invitations");
   * console.log(key.length); // 32
   * ```
   */
  deriveKey(purpose: string): Buffer;

  /**
   * Answers a Fetch-standard request: JSON under `/api`, pages beside it. Loads the HTTP face at its first use. What goes
   * wrong with a request is answered as a problem (RFC 9457), not thrown.
   *
   * @param context - `ip`: the address of the client's socket.
   * @throws WatchwordError `invalid-option` for options under `http` that do not have the required form
   * @example
   * ```ts
   * const response = await space.handler(new Request("http://localhost:3000/health/ready"), { ip: "192.0.2.1" });
   * console.log(response.status); // 200
   * ```
   */
  handler(request: Request, context?: HandlerContext): Promise<Response>;

  /**
   * Finishes what was accepted, writes what was collected, and lets go of the database. A space that was opened twice in
   * this process stays open until it was closed twice.
   *
   * @example
   * ```ts
   * await space.close();
   * ```
   */
  close(): Promise<void>;
}

import type { Clock } from "../base/clock.js";
import type { IdentifierMode } from "../base/keys.js";
import type { Context } from "./contract/actors.js";
import type { CodesService } from "./contract/codes.js";
import type { MailService } from "./contract/mail.js";
import type { AuditService, DatabaseService, LimitsService } from "./contract/operations.js";
import type { PasswordsService } from "./contract/passwords.js";
import type { SessionsService } from "./contract/sessions.js";
import type { SetUpService } from "./contract/set-up.js";
import type { SignInInput, SignInResult, SignUpInput, SignUpResult } from "./contract/sign-in.js";
import type { UsersService } from "./contract/users.js";

export type { Clock } from "../base/clock.js";
export type { IdentifierMode } from "../base/keys.js";
export type * from "./contract/actors.js";
export type * from "./contract/codes.js";
export type * from "./contract/json.js";
export type * from "./contract/mail.js";
export type * from "./contract/operations.js";
export type * from "./contract/passwords.js";
export type * from "./contract/sessions.js";
export type * from "./contract/set-up.js";
export type * from "./contract/sign-in.js";
export type * from "./contract/users.js";

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

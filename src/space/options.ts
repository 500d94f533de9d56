import type { Clock } from "../base/clock.js";
import type { IdentifierMode } from "../base/keys.js";
import type { MailTemplate, PasswordPolicy, SessionPolicy } from "./contract.js";

/** How to reach a mail server. `url` carries all of it: `smtp://user:password@host:587` or `smtps://…:465`. */
export interface SmtpOptions {
  readonly url: string;
  /**
   * What the connection must be: `tls` from the first byte (port 465), `starttls` before anything is said (the
   * default for `smtp://`), or `allowInsecure`, which sends without encryption where the server offers none.
   */
  readonly security?: "tls" | "starttls" | "allowInsecure";
  /** PEM text of the certificate authority to trust, besides the system's. */
  readonly ca?: string;
  /** Whole milliseconds for the connection and for each answer. Default 10,000. */
  readonly timeout?: number;
}

/** A finished message, handed to a `send` function of one's own. */
export interface OutgoingMail {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Empty: the mail has a text part only. */
  readonly html: string;
}

/** The texts of one mail, with placeholders such as `{code}` in them. HTML alone gets a text part made from it. */
export type MailTexts = { readonly subject: string } & (
  | { readonly text: string; readonly html?: string }
  | { readonly html: string }
);

/** Texts by template: one for all languages, or one for each BCP 47 tag. */
export type MailTemplates = {
  readonly [T in MailTemplate]?: MailTexts | { readonly [language: string]: MailTexts };
};

/** Which notices are sent. Default: all. A mail with a code is no notice. */
export interface MailNotices {
  readonly signUpKnown?: boolean;
  readonly passwordChanged?: boolean;
  readonly emailChanged?: boolean;
  readonly permissionsChanged?: boolean;
  readonly newDevice?: boolean;
  readonly accountDeleted?: boolean;
}

export interface MailOptions {
  readonly smtp?: SmtpOptions;
  /** The sender, such as `Ada's Shop <hello@example.com>`. */
  readonly from?: string;
  /** The folder for mails where no SMTP is set up. Default: beside the SQLite file. */
  readonly outbox?: string;
  /** Hands a mail over some other way; it rejects to have it tried again. */
  readonly send?: (mail: OutgoingMail) => Promise<void>;
  /** False: this process queues mails and leaves the sending to another one. Default: true. */
  readonly courier?: boolean;
  /** Templates of one's own, in place of the built-in ones. */
  readonly templates?: MailTemplates;
  /** Turns notices off, each by itself. */
  readonly notices?: MailNotices;
}

/** Where log lines go; pino's loggers fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What `openUserSpace` takes besides the URL. Each beats its environment variable, which beats the default. */
export interface OpenOptions {
  /** How the space is called. Default: `watchword`. */
  readonly name?: string;
  /** The secret that protects codes and cookies, 32 characters or more; a list allows rotation, the newest first. `WATCHWORD_SECRET`. */
  readonly secret?: string | readonly string[];
  /** Fixed at the creation of the space. Default: `folded`. */
  readonly identifiers?: IdentifierMode;
  /** Where people reach the pages. `WATCHWORD_BASE_URL`. Default: `http://localhost:3000`. */
  readonly baseUrl?: string;
  /** How the space calls itself in mails and pages. `WATCHWORD_SITE_NAME`. Default: the host of `baseUrl`. */
  readonly siteName?: string;
  /** False: an older database is refused with `migration-needed`, not brought up to date. Default: true. */
  readonly migrate?: boolean;
  /** False: a database that does not exist yet is refused, not made. Default: true. */
  readonly create?: boolean;
  readonly passwords?: Partial<PasswordPolicy> & {
    /** argon2id's costs: KiB of memory, passes, lanes. Default 19456, 2, 1 (OWASP). */
    readonly argon2?: { readonly memory?: number; readonly passes?: number; readonly lanes?: number };
    /** How many hashes may be computed at once. Default: one a core, as far as memory allows. */
    readonly slots?: number;
    /** How many callers may wait for a slot before the next gets `busy`. Default: 256. */
    readonly queue?: number;
  };
  readonly sessions?: Partial<SessionPolicy>;
  readonly signUp?: {
    /** Default: true. */
    readonly enabled?: boolean;
    /** `required`: an account exists once its address is proven. `none`: at once, the address unverified. Default: `required`. */
    readonly verification?: "required" | "none";
  };
  readonly signIn?: {
    /** True: people whose address is not verified may not sign in. Default: false. */
    readonly requireVerifiedEmail?: boolean;
  };
  readonly mail?: MailOptions;
  readonly sqlite?: {
    /** `full` survives a power cut; `normal` may lose the last commits to one, and is faster. Default: `full`. */
    readonly synchronous?: "full" | "normal";
    /** Whole milliseconds to wait for another process's write. Default: 5000. */
    readonly busyTimeout?: number;
  };
  readonly http?: {
    /** How many proxies in front of this server are ours; the client's address is the one that the outermost saw. Default: 0. */
    readonly trustProxy?: number;
    /** Further origins from which browsers may send changes, besides that of `baseUrl`. */
    readonly origins?: readonly string[];
    /** With it, `/metrics` answers to `Authorization: Bearer <token>`. `WATCHWORD_METRICS_TOKEN`. */
    readonly metricsToken?: string;
    /** With it, `/outbox` shows the mails of a development server to whoever has it. */
    readonly outboxKey?: string;
  };
  readonly clock?: Clock;
  readonly logger?: Logger;
}

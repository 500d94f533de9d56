import type { Clock } from "../base/clock.js";
import type { IdentifierMode } from "../base/keys.js";
import type {
  EmailCodeSignIn,
  HashContext,
  LinkedTemplate,
  MailTemplate,
  PasswordPolicy,
  SessionPolicy,
  SignUpPassword,
} from "./contract.js";

/** How to reach a mail server. */
export interface SmtpOptions {
  /** Carries all of it: `smtp://user:password@host:587` or `smtps://…:465`. `WATCHWORD_SMTP_URL`. */
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
  readonly changeEmailKnown?: boolean;
  readonly secondFactorChanged?: boolean;
  readonly permissionsChanged?: boolean;
  readonly newDevice?: boolean;
  readonly accountDeleted?: boolean;
}

export interface MailOptions {
  readonly smtp?: SmtpOptions;
  /** The sender, such as `Ada's Shop <hello@example.com>`. `WATCHWORD_MAIL_FROM`. */
  readonly from?: string;
  /**
   * The folder for mails where no SMTP is set up. Default: beside the SQLite file; for a database on a server
   * `<schema>.outbox` or `<database>.outbox` in the working directory.
   */
  readonly outbox?: string;
  /**
   * Hands a mail over some other way, in place of SMTP and outbox; it rejects to have it tried again.
   *
   * @param mail - Its `id` stays the same from try to try.
   * @example
   * ```ts
   * const send = async (mail: OutgoingMail) => console.log(mail.subject, mail.to);
   * const shop = await openUserSpace("sqlite:shop.db", { mail: { send } });
   * console.log(shop.mail.transport); // custom
   * await shop.close();
   * ```
   */
  readonly send?: (mail: OutgoingMail) => Promise<void>;
  /** False: this process queues mails and leaves the sending to another one. Default: true. */
  readonly courier?: boolean;
  /** Templates of one's own, in place of the built-in ones. */
  readonly templates?: MailTemplates;
  /** Turns notices off, each by itself. */
  readonly notices?: MailNotices;
  /**
   * Where the links of mails lead, for pages of one's own: by template an address, or a path below `baseUrl`, with `{link}`
   * once in it, which becomes what `space.codes.confirm` and `space.signIn` take as `link`. Default: the pages of the space.
   *
   * @example
   * ```ts
   * const links = { "verify-email": "https://shop.example/welcome#{link}" };
   * const shop = await openUserSpace("sqlite:shop.db", { mail: { links } });
   * const { text } = await shop.mail.preview("verify-email");
   * console.log(text.includes("https://shop.example/welcome#")); // true
   * await shop.close();
   * ```
   */
  readonly links?: MailLinks;
}

/** An address by template, with `{link}` once in it. */
export type MailLinks = { readonly [T in LinkedTemplate]?: string };

/** Where log lines go; pino's loggers fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How often something may happen: `max` times within `window` (whole milliseconds, ten years at the most). */
export interface LimitWindow {
  readonly max: number;
  readonly window: number;
}

/** The windows of one action; what is left out keeps its default. */
export interface ActionLimit {
  /** By the network address that it comes from: the whole of an IPv4 one, the /64 of an IPv6 one. */
  readonly perAddress?: LimitWindow;
  /** By the account that it is about, or by what was typed where it is nobody's. */
  readonly perAccount?: LimitWindow;
}

/** The windows for what people do. False switches the action's off. */
export interface LimitOptions {
  /**
   * Failed passwords. Default: 100 an hour from one address; 5 of one account from one address, then growing waits,
   * counted anew a day after the first. What an account counts from everywhere (100 in a row) is not an option.
   */
  readonly signIn?: false | ActionLimit;
  /** Default: 30 an hour from one address, 5 an hour for one email address. */
  readonly signUp?: false | ActionLimit;
  /** Requests for a new password. Default: 30 an hour from one address, 5 an hour for one account. */
  readonly reset?: false | ActionLimit;
  /** Requests for another verification mail. Default: 30 an hour from one address, 5 an hour for one account. */
  readonly resend?: false | ActionLimit;
  /**
   * Requests for codes of other kinds (sign-in, change of address, deletion, unlocking), each kind counted by itself.
   * Default: 30 an hour from one address, 5 an hour for one account.
   */
  readonly code?: false | ActionLimit;
  /** Codes and links tried. Default: 60 in ten minutes from one address, 100 wrong typed ones in 30 days of one account. */
  readonly verify?: false | ActionLimit;
}

/** How mailed codes look, and how long they live; times in whole milliseconds, counted from when the mail leaves. */
export interface CodeOptions {
  /** In characters, up to 32; at least so many that there are a million codes. Default: 6. */
  readonly length?: number;
  /**
   * `alphanumeric` (0-9 A-Z), `unambiguous` (the consonants of RFC 8628 §6.1), or ten or more different ASCII letters and
   * digits. Where it has no lower (or no upper) case, people may type either. Default: `alphanumeric`.
   */
  readonly alphabet?: string;
  /** Of a typed code: a minute to an hour. OWASP ASVS 5.0 (6.5.5) wants 10 minutes at most. Default: 10 minutes. */
  readonly lifetime?: number;
  /** Of a link: a minute to a day. Default: an hour. */
  readonly linkLifetime?: number;
}

/** A secret that hashes are keyed with and that does not lie in the database. */
export interface Pepper {
  /** What credentials call it by; never used for another secret. */
  readonly id: string;
  /** 16 bytes or more. `watchword secret` makes one. */
  readonly secret: string;
}

/** What is recorded in a new space, and stays as it is from then on. */
export interface NewSpaceSettings {
  readonly identifiers?: IdentifierMode;
  readonly sessions?: Partial<Pick<SessionPolicy, "idle" | "absolute">>;
}

/**
 * What `openUserSpace` takes besides the URL. Each beats its environment variable, which beats the default.
 *
 * @example
 * ```ts
 * const shop = await openUserSpace("sqlite:shop.db", { siteName: "Ada's Shop", sessions: { idle: 3_600_000 } });
 * console.log(shop.siteName, shop.sessions.policy.idle); // Ada's Shop 3600000
 * await shop.close();
 * ```
 */
export interface OpenOptions {
  /** How the space is called. Default: `watchword`. */
  readonly name?: string;
  /** The secret that protects codes and cookies, 32 characters or more; a list allows rotation, the newest first. `WATCHWORD_SECRET`. */
  readonly secret?: string | readonly string[];
  /** Fixed at the creation of the space. Default: `folded`. */
  readonly identifiers?: IdentifierMode;
  /** What a space that this opening makes gets where `identifiers` and `sessions` do not say; one that is there keeps its own. */
  readonly atCreation?: NewSpaceSettings;
  /**
   * True: an object of its own with these options, also where this process has the database open already; it is closed by
   * itself. Default: false.
   */
  readonly separate?: boolean;
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
    /**
     * Secrets that every new hash is keyed with, the newest first; keep the older ones as long as hashes made with them
     * rest. A sign-in makes such a hash anew with the newest. `WATCHWORD_PEPPERS`: the same as JSON. Default: none.
     */
    readonly peppers?: readonly Pepper[];
    /**
     * Secrets of other systems that laid-down hashes need, by an id of your choice: `{ shop: { pepper: "…" } }`.
     * `WATCHWORD_LEGACY_SECRETS`: the same as JSON.
     */
    readonly legacySecrets?: Readonly<Record<string, HashContext>>;
    /** How many hashes may be computed at once. Default: one a core, as far as memory allows. */
    readonly slots?: number;
    /** How many callers may wait for a slot before the next gets `busy`. Default: 256. */
    readonly queue?: number;
  };
  /** How long sessions last; `idle` and `absolute` are recorded in the database and hold until given anew. */
  readonly sessions?: Partial<SessionPolicy>;
  readonly signUp?: {
    /** Default: true. */
    readonly enabled?: boolean;
    /** `required`: an account exists once its address is proven. `none`: at once, the address unverified. Default: `required`. */
    readonly verification?: "required" | "none";
    /** `optional`: people may leave it out, and sign in by mailed codes; `none`: they never give one. Default: `required`. */
    readonly password?: SignUpPassword;
  };
  readonly signIn?: {
    /** True: people whose address is not verified may not sign in. Default: false. */
    readonly requireVerifiedEmail?: boolean;
    /**
     * Whom a mailed code alone signs in: people `without-password`; `everybody` but those who chose a second factor, or
     * whose address is not verified while they have a password; `nobody`. Default: `without-password`.
     */
    readonly emailCode?: EmailCodeSignIn;
  };
  readonly codes?: CodeOptions;
  readonly limits?: LimitOptions;
  readonly mail?: MailOptions;
  readonly sqlite?: {
    /** `full` survives a power cut; `normal` may lose the last commits to one, and is faster. Default: `full`. */
    readonly synchronous?: "full" | "normal";
    /** Whole milliseconds to wait for another process's write. Default: 5000. */
    readonly busyTimeout?: number;
  };
  readonly postgres?: {
    /** Where the tables lie; two spaces with a schema each share a database unseen. `WATCHWORD_POSTGRES_SCHEMA`. Default: `watchword`. */
    readonly schema?: string;
    /** How many connections this process may hold. `WATCHWORD_POSTGRES_POOL_SIZE`. Default: 10. */
    readonly poolSize?: number;
    /** False: no statement is prepared by name, as PgBouncer in transaction mode needs it. `WATCHWORD_POSTGRES_PREPARED_STATEMENTS`. Default: true. */
    readonly preparedStatements?: boolean;
  };
  readonly mongodb?: {
    /** What the names of all collections begin with. `WATCHWORD_MONGODB_PREFIX`. Default: `watchword_`. */
    readonly prefix?: string;
  };
  /** How to reach a database on a server. */
  readonly connect?: {
    /** How often to try at the opening, before it fails. `WATCHWORD_CONNECT_ATTEMPTS`. Default: 6. */
    readonly attempts?: number;
    /** Whole milliseconds between two of these tries. `WATCHWORD_CONNECT_DELAY`. Default: 1000. */
    readonly delay?: number;
    /** Whole milliseconds within which a request must get the database and its answer. `WATCHWORD_CONNECT_TIMEOUT`. Default: 10,000. */
    readonly timeout?: number;
    /** A PEM file with the certificate authorities to trust. `WATCHWORD_CONNECT_CA_FILE`. Default: the system's. */
    readonly caFile?: string;
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
  /** Where the time comes from; tests pass their own and move it by hand. Default: the time of this machine. */
  readonly clock?: Clock;
  /** Default: warnings and errors to stderr, the rest nowhere. */
  readonly logger?: Logger;
}

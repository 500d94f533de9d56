import { WatchwordError } from "../../base/errors.js";
import { requireKnownFields } from "../../base/input.js";
import type { MailOptions, OpenOptions } from "../../index.js";
import { type ConfFile, readConfFile } from "./conf-file.js";
import { type MailInfo, readMail } from "./mail-options.js";
import { getMessages, type Messages } from "./messages.js";

/** What `Utils` and `CoreDB` take: where the data lies, and how to get there. */
export interface ConnectionOptions {
  /** `mongodb://…` or `mongodb+srv://…`. TLS follows it. */
  readonly mongoUri?: string;
  /** The database there; one that the URI names is left aside. */
  readonly dbName?: string;
  /** In place of both: any address that Watchword knows, such as `sqlite:users.db` or `postgres://…`. */
  readonly url?: string;
  /** How often to try at the first call, before it fails. Default 6. */
  readonly attempts?: number;
  readonly dbAttempts?: number;
  /** Seconds between two of these tries. Default 10. */
  readonly delay?: number;
  readonly dbDelay?: number;
  /** Whole milliseconds within which the database must answer. Default 5000. */
  readonly timeout?: number;
  readonly dbTimeout?: number;
  /** A PEM file with the certificate authorities to trust. Default: the system's. */
  readonly certs?: string;
  /** An env file, read where `mongoUri` or `dbName` is missing, and then alone. */
  readonly confFile?: string;
  /** False: outcomes are numbers. Default: sentences. */
  readonly readableErrors?: boolean;
  /** Whatever else Watchword takes: clock, secret, argon2, logger… */
  readonly watchword?: OpenOptions;
}

export interface AuthOptions extends ConnectionOptions {
  /** Needed for everything that mails a code. */
  readonly mailInfo?: MailInfo;
  /** `{verifcode}` stands for the code, as in the body. Default: `Verification Code`. */
  readonly mailSubject?: string;
  /** Text or HTML. Default: `Your verification code is: {verifcode}`. */
  readonly mailBody?: string;
  /** False: nobody is kept out by a block, nor by a missing record of one. Default: true. */
  readonly blocking?: boolean;
  /** Seconds that must lie between two requests of one address; 0 (default): none. */
  readonly rateLimiting?: number;
  readonly rateLimit?: number;
  /** Seconds that each refused request adds to the wait. Default 0. */
  readonly rateLimitPenalty?: number;
  /** In characters. Default 6. */
  readonly codeLength?: number;
}

/** How an object gets at its space, whichever way it was told. */
export interface Connection {
  readonly url: string;
  readonly open: OpenOptions;
  readonly messages: Messages;
}

export interface AuthSettings extends Connection {
  /** Null: none. Whole milliseconds. */
  readonly rule: { readonly cooldown: number; readonly penalty: number } | null;
  readonly blocking: boolean;
  readonly hasMail: boolean;
}

type Fields<T> = { readonly [Field in keyof Required<T>]: true };

const CONNECTION: Fields<ConnectionOptions> = {
  mongoUri: true,
  dbName: true,
  url: true,
  attempts: true,
  dbAttempts: true,
  delay: true,
  dbDelay: true,
  timeout: true,
  dbTimeout: true,
  certs: true,
  confFile: true,
  readableErrors: true,
  watchword: true,
};

const AUTH: Fields<AuthOptions> = {
  ...CONNECTION,
  mailInfo: true,
  mailSubject: true,
  mailBody: true,
  blocking: true,
  rateLimiting: true,
  rateLimit: true,
  rateLimitPenalty: true,
  codeLength: true,
};

/** @throws WatchwordError `invalid-option`, `invalid-input` for an option that there is not */
export function readConnection(given: ConnectionOptions, call: string, usual: string): Connection {
  requireKnownFields(given, CONNECTION, call);
  // Nothing is sent from here: what waits in the queue is left to the objects that know a mail server.
  return toConnection(isTold(given) ? given : fromFile(readConfFile(given.confFile, usual), given), {
    courier: false,
    ...given.watchword?.mail,
  });
}

/** @throws WatchwordError `invalid-option`, `invalid-input` for an option that there is not */
export function readAuth(given: AuthOptions, usual: string): AuthSettings {
  requireKnownFields(given, AUTH, "Auth");
  const options = isTold(given) ? given : authFromFile(readConfFile(given.confFile, usual), given);
  const { mailInfo, mailSubject, mailBody, watchword } = options;
  const mail = readMail({ mailInfo, mailSubject, mailBody }, watchword?.mail);
  const cooldown = milliseconds("rateLimiting", options.rateLimiting ?? options.rateLimit ?? 0);
  const penalty = milliseconds("rateLimitPenalty", options.rateLimitPenalty ?? 0);
  const { codeLength } = options;
  if (codeLength !== undefined && !Number.isInteger(codeLength))
    throw refuse("codeLength", "must be a whole number.");
  const connection = toConnection(options, mail.options);
  return {
    ...connection,
    open: {
      ...connection.open,
      ...(codeLength === undefined ? {} : { codes: { length: codeLength, ...watchword?.codes } }),
    },
    rule: cooldown === 0 ? null : { cooldown, penalty },
    blocking: options.blocking ?? true,
    hasMail: mail.isThere,
  };
}

function isTold({ url, mongoUri, dbName }: ConnectionOptions): boolean {
  return Boolean(url) || (Boolean(mongoUri) && Boolean(dbName));
}

function toConnection(options: ConnectionOptions, mail: MailOptions): Connection {
  const { watchword = {}, certs } = options;
  const attempts = options.attempts ?? options.dbAttempts ?? 6;
  const delay = options.delay ?? options.dbDelay ?? 10;
  if (!Number.isInteger(attempts) || attempts < 1) throw refuse("attempts", "must be at least 1.");
  if (!Number.isInteger(delay) || delay < 0)
    throw refuse("delay", "must be a whole number of seconds, 0 or more.");
  return {
    url: options.url ?? mongoUrl(options.mongoUri ?? "", options.dbName ?? ""),
    messages: getMessages(options.readableErrors ?? true),
    open: {
      ...watchword,
      // Each object has a mail server and a way to the database of its own, as in the original.
      separate: true,
      connect: {
        attempts,
        delay: delay * 1000,
        timeout: options.timeout ?? options.dbTimeout ?? 5000,
        ...(certs === undefined ? {} : { caFile: certs }),
        ...watchword.connect,
      },
      mail,
    },
  };
}

/**
 * The URI with this database in it. Where one stood there, it may also have told the driver in which database to look for
 * the user (MongoDB, "Connection String URI Format", `authSource`): that stays as it was.
 */
function mongoUrl(uri: string, dbName: string): string {
  const [, base = "", authority = "", path = "", query = ""] =
    /^(mongodb(?:\+srv)?:\/\/)([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(uri) ?? [];
  if (base === "")
    throw refuse(
      "mongoUri",
      "must look like mongodb://user:password@host:27017; for other databases give url.",
    );
  const parameters = query === "" ? [] : query.split("&");
  const has = (name: RegExp) => parameters.some((each) => name.test(each));
  if (authority.includes("@") && !has(/^authSource=/i) && !has(/^authMechanism=(?!SCRAM)/i))
    parameters.push(`authSource=${path === "" ? "admin" : path}`);
  const rest = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return `${base}${authority}/${encodeURIComponent(dbName)}${rest}`;
}

function fromFile(file: ConfFile, given: ConnectionOptions): ConnectionOptions {
  const url = file.text("WATCHWORD_DATABASE_URL");
  const [mongoUri, dbName] = [file.text("MONGO_URI"), file.text("DB_NAME")];
  if (!isTold({ ...(url && { url }), ...(mongoUri && { mongoUri }), ...(dbName && { dbName }) }))
    throw new WatchwordError(
      "invalid-option",
      "The configuration file must name MONGO_URI and DB_NAME, or WATCHWORD_DATABASE_URL.",
    );
  const secret = given.watchword?.secret ?? file.text("WATCHWORD_SECRET");
  const certs = file.text("CERTS");
  return told({
    url,
    mongoUri,
    dbName,
    attempts: file.number("DB_ATTEMPTS"),
    delay: file.number("DB_DELAY"),
    timeout: file.number("DB_TIMEOUT"),
    // The document's own example: Python for "the usual ones".
    certs: certs === "certifi.where()" ? undefined : certs,
    readableErrors: file.flag("READABLE_ERRORS"),
    watchword: { ...given.watchword, ...(secret === undefined ? {} : { secret }) },
  });
}

function authFromFile(file: ConfFile, given: AuthOptions): AuthOptions {
  const mailInfo = file.json("MAIL_INFO");
  if (mailInfo !== undefined && (typeof mailInfo !== "object" || mailInfo === null))
    throw refuse("MAIL_INFO", "must be a JSON object.");
  return {
    ...fromFile(file, given),
    ...told({
      mailInfo: mailInfo as MailInfo | undefined,
      mailSubject: file.text("MAIL_SUBJECT"),
      mailBody: file.text("MAIL_BODY"),
      blocking: file.flag("BLOCKING"),
      rateLimiting: file.number("RATE_LIMITING") ?? file.number("RATE_LIMIT"),
      rateLimitPenalty: file.number("RATE_LIMIT_PENALTY"),
      codeLength: file.number("CODE_LENGTH"),
    }),
  };
}

/** Without what is undefined: a setting that the file leaves out has its default. */
function told<T extends object>(options: T): { [Field in keyof T]: Exclude<T[Field], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Field in keyof T]: Exclude<T[Field], undefined>;
  };
}

function milliseconds(option: string, seconds: number): number {
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0)
    throw refuse(option, "must be seconds, 0 or more.");
  return Math.round(seconds * 1000);
}

function refuse(option: string, reason: string): WatchwordError {
  return new WatchwordError("invalid-option", `${option} ${reason}`, { details: { option } });
}

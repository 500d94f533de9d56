import { isIPv4 } from "node:net";
import { WatchwordError } from "../base/errors.js";
import type { ConfigEntry, ConfigOrigin } from "./contract.js";
import type { OpenOptions, SmtpOptions } from "./options.js";

/** The options that may also come from the environment, merged; an explicit option wins. */
export interface Config {
  readonly name: string;
  readonly baseUrl: string;
  readonly siteName: string;
  readonly smtp: SmtpOptions | null;
  readonly mailFrom: string;
  /** Null: `/metrics` does not answer. */
  readonly metricsToken: string | null;
  readonly passwordSecrets: Pick<NonNullable<OpenOptions["passwords"]>, "peppers" | "legacySecrets">;
  readonly entries: readonly ConfigEntry[];
}

const DEFAULT_BASE_URL = "http://localhost:3000";

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that `openUserSpace` reads; `docs/configuration.md` has a row for each. */
export const VARIABLES = {
  secret: "WATCHWORD_SECRET",
  baseUrl: "WATCHWORD_BASE_URL",
  siteName: "WATCHWORD_SITE_NAME",
  smtpUrl: "WATCHWORD_SMTP_URL",
  mailFrom: "WATCHWORD_MAIL_FROM",
  metricsToken: "WATCHWORD_METRICS_TOKEN",
  peppers: "WATCHWORD_PEPPERS",
  legacySecrets: "WATCHWORD_LEGACY_SECRETS",
} as const;

/**
 * @param recorded What an earlier opening told by name; it stands in where nothing is told now.
 * @throws WatchwordError `invalid-option`
 */
export function readConfig(
  options: OpenOptions,
  environment: Environment,
  recorded: { readonly baseUrl: string | null } = { baseUrl: null },
): Config {
  const entries: ConfigEntry[] = [];
  function pick(
    name: string,
    given: string | undefined,
    variable: string,
    fallback: string,
    inDatabase: string | null = null,
  ): string {
    const set = environment[variable];
    const fromEnvironment = set === undefined || set === "" ? undefined : set;
    const value = given ?? fromEnvironment ?? inDatabase ?? fallback;
    const origin = originOf(given, fromEnvironment, inDatabase);
    entries.push({
      name,
      value: name === "mail.smtp" && value !== "" ? maskUrl(value) : value,
      origin,
      variable,
    });
    return value;
  }
  const baseUrl = parseBaseUrl(
    pick("baseUrl", options.baseUrl, VARIABLES.baseUrl, DEFAULT_BASE_URL, recorded.baseUrl),
  );
  const siteName = pick("siteName", options.siteName, VARIABLES.siteName, new URL(baseUrl).host);
  const smtpUrl = pick("mail.smtp", options.mail?.smtp?.url, VARIABLES.smtpUrl, "");
  const mailFrom = pick(
    "mail.from",
    options.mail?.from,
    VARIABLES.mailFrom,
    `${siteName.replace(/[<>"\r\n,;:]/g, " ")} <no-reply@${mailDomain(baseUrl)}>`,
  );
  function readMetricsToken(): string | null {
    const set = environment[VARIABLES.metricsToken];
    const fromEnvironment = set === undefined || set === "" ? null : set;
    const given = options.http?.metricsToken;
    entries.push({
      name: "http.metricsToken",
      value: (given ?? fromEnvironment) === null ? "" : "•••",
      origin: given !== undefined ? "option" : fromEnvironment === null ? "default" : "environment",
      variable: VARIABLES.metricsToken,
    });
    return given ?? fromEnvironment;
  }
  /** An option that is no text: as JSON in the environment. What stands there is checked where it is used. */
  function readJson<T>(name: string, given: T | undefined, variable: string): T | undefined {
    const set = environment[variable];
    const fromEnvironment = set === undefined || set === "" ? undefined : set;
    const origin = originOf(given === undefined ? undefined : "", fromEnvironment, null);
    entries.push({ name, value: origin === "default" ? "" : "•••", origin, variable });
    if (given !== undefined || fromEnvironment === undefined) return given;
    try {
      return JSON.parse(fromEnvironment);
    } catch {
      // The message of JSON.parse quotes what it was given, which is a secret.
      throw new WatchwordError(
        "invalid-option",
        `${variable} is no JSON. docs/configuration.md shows its form.`,
      );
    }
  }
  const peppers = readJson("passwords.peppers", options.passwords?.peppers, VARIABLES.peppers);
  const legacySecrets = readJson(
    "passwords.legacySecrets",
    options.passwords?.legacySecrets,
    VARIABLES.legacySecrets,
  );
  return {
    name: options.name ?? "watchword",
    baseUrl,
    siteName,
    smtp: smtpUrl === "" ? null : { ...options.mail?.smtp, url: smtpUrl },
    mailFrom,
    metricsToken: readMetricsToken(),
    passwordSecrets: {
      ...(peppers === undefined ? {} : { peppers }),
      ...(legacySecrets === undefined ? {} : { legacySecrets }),
    },
    entries,
  };
}

/** The domain that mails come from unless one is named; an address of the network is none. */
function mailDomain(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  return hostname.startsWith("[") || isIPv4(hostname) ? "localhost" : hostname;
}

function originOf(
  given: string | undefined,
  fromEnvironment: string | undefined,
  inDatabase: string | null,
): ConfigOrigin {
  if (given !== undefined) return "option";
  if (fromEnvironment !== undefined) return "environment";
  return inDatabase === null ? "default" : "database";
}

/** The base URL that is told by name, by option or environment; null: none is. */
export function toldBaseUrl(config: Config): string | null {
  const entry = config.entries.find(({ name }) => name === "baseUrl");
  return entry?.origin === "option" || entry?.origin === "environment" ? config.baseUrl : null;
}

function parseBaseUrl(text: string): string {
  const refuse = (reason: string) =>
    new WatchwordError(
      "invalid-option",
      `The base URL ${JSON.stringify(text)} ${reason}; give one such as https://accounts.example.com.`,
    );
  if (!URL.canParse(text)) throw refuse("is no URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refuse("must begin with https:// or http://");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "")
    throw refuse("must end with the host and port");
  return url.origin;
}

/** A URL without its secrets: the password, or a user name that stands alone and may be a token. */
function maskUrl(text: string): string {
  if (!URL.canParse(text)) return "•••";
  const url = new URL(text);
  const user = url.password === "" && url.username !== "" ? "•••" : url.username;
  const login = user === "" ? "" : `${user}${url.password === "" ? "" : ":•••"}@`;
  return `${url.protocol}//${login}${url.host}${url.pathname}`;
}

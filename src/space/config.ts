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
  readonly entries: readonly ConfigEntry[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that `openUserSpace` reads; `docs/configuration.md` has a row for each. */
export const VARIABLES = {
  secret: "WATCHWORD_SECRET",
  baseUrl: "WATCHWORD_BASE_URL",
  siteName: "WATCHWORD_SITE_NAME",
  smtpUrl: "WATCHWORD_SMTP_URL",
  mailFrom: "WATCHWORD_MAIL_FROM",
  metricsToken: "WATCHWORD_METRICS_TOKEN",
} as const;

/** @throws WatchwordError `invalid-option` */
export function readConfig(options: OpenOptions, environment: Environment): Config {
  const entries: ConfigEntry[] = [];
  function pick(name: string, given: string | undefined, variable: string, fallback: string): string {
    const set = environment[variable];
    const fromEnvironment = set === undefined || set === "" ? undefined : set;
    const origin: ConfigOrigin =
      given !== undefined ? "option" : fromEnvironment !== undefined ? "environment" : "default";
    const value = given ?? fromEnvironment ?? fallback;
    entries.push({
      name,
      value: name === "mail.smtp" && value !== "" ? maskUrl(value) : value,
      origin,
      variable,
    });
    return value;
  }
  const baseUrl = parseBaseUrl(pick("baseUrl", options.baseUrl, VARIABLES.baseUrl, "http://localhost:3000"));
  const siteName = pick("siteName", options.siteName, VARIABLES.siteName, new URL(baseUrl).host);
  const smtpUrl = pick("mail.smtp", options.mail?.smtp?.url, VARIABLES.smtpUrl, "");
  const mailFrom = pick(
    "mail.from",
    options.mail?.from,
    VARIABLES.mailFrom,
    `${siteName.replace(/[<>"\r\n,;:]/g, " ")} <no-reply@${new URL(baseUrl).hostname.replace(/^\[.*\]$/, "localhost")}>`,
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
  return {
    name: options.name ?? "watchword",
    baseUrl,
    siteName,
    smtp: smtpUrl === "" ? null : { ...options.mail?.smtp, url: smtpUrl },
    mailFrom,
    metricsToken: readMetricsToken(),
    entries,
  };
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

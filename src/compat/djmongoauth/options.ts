import type { LimitOptions, MailOptions, OpenOptions } from "../../index.js";
import { WatchwordError } from "../../index.js";
import { LINKS, TEMPLATES } from "./mails.js";

/** What djmongoauth read from Django's settings, and where the data lies. */
export interface DjMongoAuthOptions {
  /** `mongodb://…`, `postgres://…` or `sqlite:…`, in place of `DATABASES`. */
  readonly url: string;
  /** `SITE_URL`: the host that links lead to, with its port if it has one. It is the site's name in mails, too. */
  readonly siteUrl: string;
  /** `IS_HTTPS`: whether links begin with `https://`. Default: true. */
  readonly isHttps?: boolean;
  /** `SESSION_EXPIRE_IN_HOUR`, counted from the sign-in. Default: what the space has; a new one gets a week. */
  readonly sessionExpireInHour?: number;
  /** `EMAIL_HOST`. Without it mails go into a folder, as Watchword does by itself. */
  readonly emailHost?: string;
  /** `EMAIL_PORT`. Default: 25, or 465 with `emailUseSsl`. */
  readonly emailPort?: number;
  /** `EMAIL_HOST_USER`: who signs in there, and the sender of all mails where it is an address. */
  readonly emailHostUser?: string;
  /** `EMAIL_HOST_PASSWORD`. */
  readonly emailHostPassword?: string;
  /** `EMAIL_USE_TLS`: encrypted by STARTTLS before anything is said. False: only where the server offers it. Default: true. */
  readonly emailUseTls?: boolean;
  /** `EMAIL_USE_SSL`: encrypted from the first byte. */
  readonly emailUseSsl?: boolean;
  /** Everything else, as `openUserSpace` takes it; it beats what this port would choose. */
  readonly watchword?: OpenOptions;
}

const HOUR = 60 * 60 * 1000;
const WEEK = 7 * 24 * HOUR;

/** The original's settings in Watchword's words. What stands under `watchword` beats them. */
export function toOpenOptions(options: DjMongoAuthOptions): OpenOptions {
  const { siteUrl, isHttps = true, watchword = {} } = options;
  const { mail } = watchword;
  return {
    baseUrl: `${isHttps ? "https" : "http"}://${requireHost(siteUrl)}`,
    siteName: siteUrl,
    ...watchword,
    ...lifetimeOf(options),
    limits: { ...OWN_LIMITS, ...watchword.limits },
    mail: {
      ...senderOf(options),
      ...mail,
      templates: { ...TEMPLATES, ...mail?.templates },
      links: { ...LINKS, ...mail?.links },
    },
  };
}

/** A reset that somebody asks for without being signed in is this port's own, so it is not without a limit as the rest. */
const OWN_LIMITS: LimitOptions = { reset: {} };

function requireHost(siteUrl: string): string {
  if (typeof siteUrl === "string" && /^[^/?#@\s]+$/.test(siteUrl)) return siteUrl;
  throw new WatchwordError(
    "invalid-option",
    `siteUrl is ${JSON.stringify(siteUrl)}; give the host alone, such as shop.example, and isHttps: false where it has no TLS.`,
    { details: { option: "siteUrl" } },
  );
}

/** As in the original a session ends so many hours after its sign-in, however much it is used. */
function lifetimeOf({ sessionExpireInHour, watchword = {} }: DjMongoAuthOptions): OpenOptions {
  if (sessionExpireInHour === undefined)
    return {
      atCreation: {
        ...watchword.atCreation,
        sessions: { idle: WEEK, absolute: WEEK, ...watchword.atCreation?.sessions },
      },
    };
  const lifetime = Math.round(sessionExpireInHour * HOUR);
  return { sessions: { idle: lifetime, absolute: lifetime, ...watchword.sessions } };
}

function senderOf(options: DjMongoAuthOptions): MailOptions {
  const { emailHost, emailHostUser, emailHostPassword, emailUseTls = true, emailUseSsl = false } = options;
  const from = emailHostUser?.includes("@") === true ? { from: emailHostUser } : {};
  if (emailHost === undefined) return from;
  const { emailPort = emailUseSsl ? 465 : 25 } = options;
  const user = [emailHostUser, emailHostPassword]
    .filter((part) => part !== undefined)
    .map(encodeURIComponent);
  const at = user.length === 0 ? "" : `${user.join(":")}@`;
  return {
    ...from,
    smtp: {
      url: `${emailUseSsl ? "smtps" : "smtp"}://${at}${emailHost}:${emailPort}`,
      security: emailUseSsl ? "tls" : emailUseTls ? "starttls" : "allowInsecure",
    },
  };
}

import { WatchwordError } from "../../base/errors.js";
import { parseEmail } from "../../base/keys.js";
import type { MailOptions, MailTexts, OpenOptions } from "../../index.js";

/** How to reach the mail server that codes leave by. */
export interface MailInfo {
  readonly server: string;
  /** 465 is TLS from the first byte; on any other the server must offer STARTTLS. */
  readonly port: number;
  /** Also the sender, unless `from` names another. */
  readonly username: string;
  readonly password: string;
  /** The sender, such as `Ada's Shop <hello@example.com>`. */
  readonly from?: string;
  /** PEM text of the certificate authority to trust, besides the system's. */
  readonly ca?: string;
  /** `allowInsecure` sends without encryption where the server offers none. */
  readonly security?: "tls" | "starttls" | "allowInsecure";
  /** Whole milliseconds for the connection and for each answer. Default 10,000. */
  readonly timeout?: number;
}

const NEEDED = ["server", "port", "username", "password"] as const;
const SUBJECT = "Verification Code";
const BODY = "Your verification code is: {verifcode}";
/** What the original's `{verifcode}` is in a template of ours. */
const CODE = "{code}";

/**
 * The mail options of a space that sends codes as the original does: by this server, in these words.
 *
 * @throws WatchwordError `invalid-option` for a `mailInfo` that lacks something, and a body without `{verifcode}`
 */
export function readMail(
  given: {
    readonly mailInfo: MailInfo | undefined;
    readonly mailSubject: string | undefined;
    readonly mailBody: string | undefined;
  },
  watchword: OpenOptions["mail"] = {},
): { readonly isThere: boolean; readonly options: MailOptions } {
  const { mailInfo } = given;
  const texts = readTexts(given.mailSubject ?? SUBJECT, given.mailBody ?? BODY);
  const isThere =
    mailInfo !== undefined ||
    watchword.smtp !== undefined ||
    watchword.send !== undefined ||
    watchword.outbox !== undefined;
  return {
    isThere,
    options: {
      // Without a mail server of its own an object leaves the queue to those that have one.
      courier: isThere,
      templates: { "verify-email": texts, "second-factor": texts, "account-code": texts },
      ...(mailInfo === undefined ? {} : serverOf(mailInfo, watchword.from)),
      ...watchword,
    },
  };
}

function serverOf(info: MailInfo, from: string | undefined): Pick<MailOptions, "smtp" | "from"> {
  for (const field of NEEDED)
    if (!info[field]) throw refuse("mailInfo", `is incomplete: ${field} is missing.`);
  const { server, username, password, ca, security, timeout } = info;
  const port = Number(info.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw refuse("mailInfo.port", "must be a whole number from 1 to 65535.");
  const host = server.includes(":") ? `[${server}]` : server;
  const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  return {
    smtp: {
      url: `${port === 465 ? "smtps" : "smtp"}://${login}@${host}:${port}`,
      ...(ca === undefined ? {} : { ca }),
      ...(security === undefined ? {} : { security }),
      ...(timeout === undefined ? {} : { timeout }),
    },
    from: from ?? info.from ?? senderOf(username),
  };
}

function senderOf(username: string): string {
  try {
    return parseEmail(username);
  } catch (cause) {
    throw new WatchwordError(
      "invalid-option",
      "mailInfo.username is no email address, so it can be no sender; give mailInfo.from.",
      { cause, details: { option: "mailInfo.from" } },
    );
  }
}

function readTexts(subject: string, body: string): MailTexts {
  if (!body.includes("{verifcode}"))
    throw refuse("mailBody", "must hold {verifcode}, where the code is to stand.");
  const text = toTemplate(body);
  return { subject: toTemplate(subject), ...(isHtml(body) ? { html: text } : { text }) };
}

/** Any tag that mails are made of; the original knew six, written without attributes. */
function isHtml(body: string): boolean {
  return /<(?:!doctype\b[^<>]*|\/?(?:html|head|body|p|br|hr|div|span|a|b|i|u|em|strong|small|h[1-6]|ul|ol|li|table|tr|td|th|tbody|img|pre|code|font|center|blockquote)(?:\s[^<>]*)?\/?)>/i.test(
    body,
  );
}

/** Only `{verifcode}` means anything to the original: what would be a placeholder of ours is written as plain braces. */
function toTemplate(text: string): string {
  return text
    .split("{verifcode}")
    .map((part, at, { length }) => {
      const plain = part.replace(/\{(?=\s*[A-Za-z][A-Za-z0-9]*\s*\})/g, "{lbrace}");
      return at < length - 1 ? plain.replace(/\{$/, "{lbrace}") : plain;
    })
    .join(CODE);
}

function refuse(option: string, reason: string): WatchwordError {
  return new WatchwordError("invalid-option", `${option} ${reason}`, { details: { option } });
}

import { X509Certificate } from "node:crypto";
import tls from "node:tls";
import { WatchwordError } from "../base/errors.js";
import { parseEmail } from "../base/keys.js";
import type { OutgoingMail, SmtpOptions } from "../space/options.js";
import { oneLine, parseSender } from "./address.js";
import { LONGEST_SEND, MailRefused, type Transport } from "./transport.js";

/** Connections to the mail server at the same time; the courier hands over as many mails at once. */
const CONNECTIONS = 4;
/** A connection that idles longer is closed, before most servers do it. */
const IDLE = 10_000;
/** The server's answers that are about the connection or the account, not about this mail (RFC 5321 §4.2.3, RFC 4954 §6). */
const ABOUT_THE_CONNECTION: ReadonlySet<number> = new Set([500, 501, 502, 503, 530, 534, 535, 538]);
const ABOUT_THE_MAIL: ReadonlySet<string> = new Set(["MAIL FROM", "RCPT TO", "DATA"]);

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly auth: { readonly user: string; readonly pass: string } | null;
  readonly security: NonNullable<SmtpOptions["security"]>;
  readonly ca: string | null;
  readonly timeout: number;
}

/**
 * Hands mails to a mail server (SMTP, RFC 5321; STARTTLS, RFC 3207). Nothing is sent over an unencrypted connection,
 * nor to a server whose certificate does not bear its name, unless `allowInsecure` permits the first.
 * @throws WatchwordError `invalid-option`
 */
export function createSmtpTransport(options: SmtpOptions): Transport {
  const settings = readSettings(options);
  const longest = Math.min(9 * settings.timeout, LONGEST_SEND);
  const place = `${settings.host}:${settings.port}`;
  const pool = lazily(() => openPool(settings));
  let isClosed = false;

  return {
    kind: "smtp",

    async send(mail) {
      if (isClosed) throw new MailRefused("The mail transport is closed.", false);
      const message = compose(mail);
      const transporter = await pool.open();
      try {
        // The socket's timeout starts anew with every byte; the signal ends a server that trickles.
        await transporter.sendMail({ ...message, signal: AbortSignal.timeout(longest) });
      } catch (error) {
        throw toRefusal(error, place, longest);
      }
    },

    async close() {
      isClosed = true;
      (await pool.opened())?.close();
    },
  };
}

function compose(mail: OutgoingMail) {
  const from = parseSender(mail.from);
  let to: string;
  try {
    to = parseEmail(mail.to);
  } catch (cause) {
    throw new MailRefused("The address is none that a mail can be sent to.", true, cause);
  }
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  return {
    // The same at every try, so that a mail server or reader knows a duplicate.
    messageId: `<${mail.id}@${domain}>`,
    envelope: { from: from.address, to: [to] },
    from,
    // An object, because a text would be read as a list of addresses.
    to: { name: "", address: to },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    // RFC 3834 §5: keeps holiday notices from answering.
    headers: { "Auto-Submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** 5xx about this mail is lasting; 4xx, and trouble with connection, encryption or account, is not. */
function toRefusal(error: unknown, place: string, longest: number): MailRefused {
  const fault = error instanceof Error ? error : new Error(String(error));
  const { code, responseCode, command } = fault as { code?: string; responseCode?: number; command?: string };
  const reason = code === "EABORT" ? `It took longer than ${longest} ms in all.` : oneLine(fault.message);
  const lasting =
    responseCode !== undefined &&
    responseCode >= 500 &&
    responseCode < 600 &&
    !ABOUT_THE_CONNECTION.has(responseCode) &&
    ABOUT_THE_MAIL.has(command ?? "");
  return new MailRefused(`The mail server ${place} did not take the mail: ${reason}`, lasting, error);
}

async function openPool(settings: Settings) {
  const { createTransport } = await import("nodemailer");
  const { host, port, security, timeout } = settings;
  return createTransport({
    pool: true,
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ...(settings.auth === null ? {} : { auth: settings.auth }),
    tls: {
      minVersion: "TLSv1.2",
      ...(settings.ca === null ? {} : { ca: [...systemAuthorities(), settings.ca] }),
    },
    maxConnections: CONNECTIONS,
    // Nodemailer does so only before a byte of the message has left: when an idle connection proves to be dead.
    maxRequeues: 1,
    idleTimeout: IDLE,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    socketCloseTimeout: Math.min(timeout, 1000),
  });
}

function systemAuthorities(): readonly string[] {
  // Node ≥ 22.15 knows those of NODE_EXTRA_CA_CERTS too.
  const { getCACertificates } = tls as { getCACertificates?: (kind: "default") => string[] };
  return getCACertificates?.("default") ?? tls.rootCertificates;
}

function readSettings(options: SmtpOptions): Settings {
  const refuse = (name: string, reason: string, cause?: unknown) =>
    new WatchwordError("invalid-option", `mail.smtp.${name} ${reason}`, {
      cause,
      details: { option: `mail.smtp.${name}` },
    });
  // The URL holds a password: no message repeats it.
  const form = "must look like smtp://user:password@mail.example.com:587 or smtps://…:465";
  if (!URL.canParse(options.url)) throw refuse("url", `${form}.`);
  const url = new URL(options.url);
  if (url.protocol !== "smtp:" && url.protocol !== "smtps:")
    throw refuse("url", `begins with ${url.protocol}; it ${form}.`);
  if (url.hostname === "") throw refuse("url", `names no host; it ${form}.`);
  if (url.search !== "" || url.hash !== "" || (url.pathname !== "" && url.pathname !== "/"))
    throw refuse("url", "has something behind the port; use the options security, ca and timeout instead.");
  const security = options.security ?? (url.protocol === "smtps:" ? "tls" : "starttls");
  if (security !== "tls" && security !== "starttls" && security !== "allowInsecure")
    throw refuse("security", "must be tls, starttls or allowInsecure.");
  if (url.protocol === "smtps:" && security !== "tls")
    throw refuse(
      "security",
      `is ${security}, but the URL begins with smtps:, which is TLS from the first byte.`,
    );
  const timeout = options.timeout ?? 10_000;
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > 60_000)
    throw refuse("timeout", "must be a whole number of milliseconds from 1 to 60000.");
  if (options.ca !== undefined) {
    try {
      new X509Certificate(options.ca);
    } catch (cause) {
      throw refuse(
        "ca",
        "is no certificate; give the PEM text that begins with -----BEGIN CERTIFICATE-----.",
        cause,
      );
    }
  }
  let auth: Settings["auth"];
  try {
    auth =
      url.username === ""
        ? null
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    throw refuse("url", "has a user or password with a % that encodes nothing; write a plain % as %25.");
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (security === "tls" ? 465 : 587) : Number(url.port),
    auth,
    security,
    ca: options.ca ?? null,
    timeout,
  };
}

/** Makes something at its first use only; a failed try is not kept. */
function lazily<T>(make: () => Promise<T>): { open(): Promise<T>; opened(): Promise<T | null> } {
  let made: Promise<T> | null = null;
  return {
    open() {
      made ??= make().catch((error: unknown) => {
        made = null;
        throw error;
      });
      return made;
    },
    opened: async () => made,
  };
}

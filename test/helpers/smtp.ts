import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { makeCertificate, type TestCertificate } from "./certificate.js";

/** A message as a mail server took it: what a reader of it would see, the envelope, and the bytes. */
export interface ReceivedMail extends ParsedMail {
  readonly envelopeFrom: string;
  readonly envelopeTo: readonly string[];
  readonly raw: string;
}

/** An SMTP reply that refuses, such as `{ code: 550, message: "5.1.1 No such mailbox" }`. */
export interface SmtpRefusal {
  readonly code: number;
  readonly message: string;
}

export interface SmtpServerOptions {
  /** Default: `starttls`, with a certificate of its own for `localhost` and 127.0.0.1. */
  readonly tls?: "starttls" | "implicit" | "none";
  readonly certificate?: TestCertificate;
  /** Default: any free one. Give the one of before to bring a server back. */
  readonly port?: number;
  /** With it, a sender must sign in. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** Asked at each stage; a refusal ends it. At `mail` the address is the sender's, else the (first) recipient's. */
  readonly refuse?: (address: string, stage: "mail" | "rcpt" | "data") => SmtpRefusal | null;
  /** What must happen before the server says that it took a message, which it has in full by then. */
  readonly beforeAnswer?: (mail: ReceivedMail) => Promise<void>;
}

/** A mail server on this machine's loopback address. */
export interface SmtpTestServer {
  readonly port: number;
  /** With scheme, host and port; with user and password, where `auth` was given. */
  readonly url: string;
  /** The certificate authority to trust, as PEM text. */
  readonly ca: string;
  /** Those that it said yes to, oldest first. */
  readonly mails: readonly ReceivedMail[];
  /** How many connections were opened so far. */
  readonly connections: number;
  /** Cuts every connection, in the middle of whatever it does. */
  drop(): void;
  /** Resolves once it holds this many mails; rejects after ten seconds. */
  waitFor(count: number): Promise<readonly ReceivedMail[]>;
  close(): Promise<void>;
}

const LONGEST_WAIT = 10_000;

export async function startSmtp(options: SmtpServerOptions = {}): Promise<SmtpTestServer> {
  const { tls = "starttls", auth } = options;
  const certificate = options.certificate ?? makeCertificate(["localhost", "127.0.0.1"]);
  const mails: ReceivedMail[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();
  let connections = 0;

  const settings: SMTPServerOptions = {
    secure: tls === "implicit",
    key: certificate.key,
    cert: certificate.cert,
    disabledCommands: [...(tls === "starttls" ? [] : ["STARTTLS"]), ...(auth === undefined ? ["AUTH"] : [])],
    allowInsecureAuth: tls === "none",
    disableReverseLookup: true,
    closeTimeout: 50,
    logger: false,
    onConnect(_session, done) {
      connections++;
      done();
    },
    onAuth(given, _session, done) {
      if (given.username === auth?.user && given.password === auth?.password)
        done(null, { user: given.username });
      else done(refusal({ code: 535, message: "5.7.8 Wrong user or password" }));
    },
    onMailFrom(address, _session, done) {
      done(asked(address.address, "mail"));
    },
    onRcptTo(address, _session, done) {
      done(asked(address.address, "rcpt"));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const recipients = session.envelope.rcptTo.map((each) => each.address);
        const refused = asked(recipients[0] ?? "", "data");
        if (refused !== null) done(refused);
        else {
          const sender = session.envelope.mailFrom;
          take(Buffer.concat(chunks), sender === false ? "" : sender.address, recipients).then(
            () => done(null),
            (error: Error) => done(error),
          );
        }
      });
    },
  };

  function asked(address: string, stage: "mail" | "rcpt" | "data"): Error | null {
    const answer = options.refuse?.(address, stage) ?? null;
    return answer === null ? null : refusal(answer);
  }

  async function take(bytes: Buffer, envelopeFrom: string, envelopeTo: readonly string[]): Promise<void> {
    const parsed = await simpleParser(bytes);
    const mail: ReceivedMail = { ...parsed, envelopeFrom, envelopeTo, raw: bytes.toString("utf8") };
    await options.beforeAnswer?.(mail);
    mails.push(mail);
    for (const look of [...waiting]) look();
  }

  const server = new SMTPServer(settings);
  // A client that leaves in the middle, or that mistrusts the certificate, is what some tests are about.
  server.on("error", () => {});
  const listening = server.listen(options.port ?? 0, "127.0.0.1");
  listening.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  if (!listening.listening) await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const user =
    auth === undefined ? "" : `${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.password)}@`;

  return {
    port,
    url: `${tls === "implicit" ? "smtps" : "smtp"}://${user}127.0.0.1:${port}`,
    ca: certificate.cert,
    mails,
    get connections() {
      return connections;
    },
    drop() {
      for (const socket of sockets) socket.destroy();
    },
    waitFor(count) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`Waited ${LONGEST_WAIT / 1000} s for ${count} mails; ${mails.length} came.`));
        }, LONGEST_WAIT);
        const look = () => {
          if (mails.length < count) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(mails);
        };
        waiting.add(look);
        look();
      });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal({ code, message }: SmtpRefusal): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

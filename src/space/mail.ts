import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import type { CodeDesk } from "../codes/desk.js";
import { createCourier } from "../mail/courier.js";
import { createCustomTransport } from "../mail/custom.js";
import { createMailService } from "../mail/mail.js";
import { createOutbox } from "../mail/outbox.js";
import { createSmtpTransport } from "../mail/smtp.js";
import type { Transport } from "../mail/transport.js";
import type { Store } from "../store/contract.js";
import type { Config } from "./config.js";
import type { MailService } from "./contract.js";
import type { Logger, MailOptions } from "./options.js";

/** Mail as the space runs it: the service, and the courier's beginning and end. */
export interface Mail {
  readonly service: MailService;
  start(): void;
  /** Passes an answer on, and looks at the queue: a mail that this call queued leaves at once. */
  after<T>(answer: Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export function createMail(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly options: MailOptions;
  /** The database's file; the outbox lies beside it. */
  readonly file: string;
  readonly desk: CodeDesk;
  /** Whether the settings say that this space has a mail server. */
  readonly sendsElsewhere: boolean;
}): Mail {
  const { store, clock, logger, config, options, desk } = deps;
  const transport = chooseTransport(deps);
  const courier = createCourier({
    store,
    transport,
    clock,
    logger,
    owner: newId(clock.now()),
    from: config.mailFrom,
    siteName: config.siteName,
    baseUrl: config.baseUrl,
    async prepareCode(mail) {
      const code = await desk.handOver(mail);
      if (code.status === "gone") return code;
      const page = code.purpose === "reset-password" ? "reset" : "verify";
      return { ...code, link: `${config.baseUrl}/${page}?link=${code.linkText}` };
    },
  });
  const service = createMailService({ store, transport, courier });
  // A script beside the server, or a command without its settings, must not lay real mails into a folder.
  const isLeftToOthers = deps.sendsElsewhere && transport.kind === "outbox" && options.outbox === undefined;
  if (isLeftToOthers) return leftToOthers(service, options.courier !== false ? logger : null);
  return {
    service,
    start() {
      if (options.courier !== false) courier.start();
    },
    async after(answer) {
      const value = await answer;
      courier.nudge();
      return value;
    },
    async stop() {
      await courier.stop();
      await transport.close();
    },
  };
}

/** Mail of a process that knows no mail server, in a space that has one: it stays queued for those that do. */
function leftToOthers(service: MailService, logger: Logger | null): Mail {
  const hint =
    "This space sends its mails by a mail server, and this process does not know it. Give WATCHWORD_SMTP_URL (--smtp-url), or mail.outbox to lay mails into a folder after all.";
  return {
    service: {
      ...service,
      transport: "elsewhere",
      deliver: () => Promise.reject(new WatchwordError("mail-failed", hint)),
    },
    start: () => logger?.warn({}, `Mails stay queued. ${hint}`),
    after: (answer) => answer,
    stop: async () => {},
  };
}

function chooseTransport(deps: {
  readonly clock: Clock;
  readonly config: Config;
  readonly options: MailOptions;
  readonly file: string;
}): Transport {
  if (deps.options.send !== undefined) return createCustomTransport(deps.options.send);
  if (deps.config.smtp !== null) return createSmtpTransport(deps.config.smtp);
  return createOutbox({ folder: deps.options.outbox ?? `${deps.file}.outbox`, clock: deps.clock });
}

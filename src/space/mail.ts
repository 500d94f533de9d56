import type { Clock } from "../base/clock.js";
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
  return {
    service: createMailService({ store, transport, courier }),
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

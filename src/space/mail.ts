import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import { requireText } from "../base/input.js";
import type { CodeDesk } from "../codes/desk.js";
import { createCourier } from "../mail/courier.js";
import { createCustomTransport } from "../mail/custom.js";
import { readLinks, type WriteLinkUrl } from "../mail/links.js";
import { createMailService } from "../mail/mail.js";
import { createOutbox } from "../mail/outbox.js";
import { type OwnTemplates, readOwnTemplates } from "../mail/own-templates.js";
import { createSmtpTransport } from "../mail/smtp.js";
import type { Transport } from "../mail/transport.js";
import { untilTaken } from "../mail/waiting.js";
import { readNotices } from "../mail/wanted.js";
import { createWriter } from "../mail/writing.js";
import type { Store } from "../store/contract.js";
import { isSystem, requireAdministrator, requireSuperuser } from "../users/rights.js";
import type { Config } from "./config.js";
import type { Context, MailService, MailTemplate } from "./contract.js";
import type { Logger, MailOptions } from "./options.js";

/** Mail as the space runs it: the service, and the courier's beginning and end. */
export interface Mail {
  readonly service: MailService;
  start(): void;
  /** Passes an answer on, and looks at the queue: a mail that this call queued leaves at once. */
  after<T>(answer: Promise<T>): Promise<T>;
  /** As {@link after}; with `waitForMail` the answer comes once the mail server has taken the mail. */
  around<T>(input: Context & { readonly waitForMail?: boolean }, call: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** What the options say about what mails hold, read before anything is opened. */
export interface MailWording {
  readonly templates: OwnTemplates;
  readonly isWanted: (template: MailTemplate) => boolean;
  /** Where people reach the pages may be known from the database alone. */
  readonly linksBelow: (baseUrl: string) => WriteLinkUrl;
}

/** @throws WatchwordError `invalid-option` */
export function readMailWording(options: MailOptions = {}): MailWording {
  const linksBelow = (baseUrl: string) => readLinks(options.links, baseUrl);
  linksBelow("http://localhost");
  return {
    templates: readOwnTemplates(options.templates),
    isWanted: readNotices(options.notices),
    linksBelow,
  };
}

export function createMail(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly options: MailOptions;
  readonly wording: MailWording;
  /** The folder for mails where nothing else is said. */
  readonly outbox: string;
  readonly desk: CodeDesk;
  /** Whether the settings say that this space has a mail server. */
  readonly sendsElsewhere: boolean;
}): Mail {
  const { store, clock, logger, config, options, wording, desk } = deps;
  const transport = chooseTransport(deps);
  const linkUrl = wording.linksBelow(config.baseUrl);
  const sending = {
    store,
    transport,
    clock,
    from: config.mailFrom,
    siteName: config.siteName,
    baseUrl: config.baseUrl,
    write: createWriter(wording.templates),
  };
  const courier = createCourier({
    ...sending,
    logger,
    owner: newId(clock.now()),
    isWanted: wording.isWanted,
    async prepareCode(mail) {
      const code = await desk.handOver(mail);
      if (code.status === "gone") return code;
      return { ...code, link: linkUrl(mail.template, code.linkText) };
    },
  });
  const plain = createMailService({ ...sending, courier, linkUrl });

  async function after<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    courier.nudge();
    return value;
  }

  const service: MailService = {
    ...plain,
    async test(address, context = {}) {
      requireSuperuser(context, "send a test mail");
      return plain.test(address);
    },
    async retry(id, context = {}) {
      requireAdministrator(context, "have a mail tried again");
      const now = clock.now();
      const event = auditEvent("mail.retried", { now, userId: null, details: { mail: id } }, context);
      return store.reviseMail(requireText(id, "id", 64), "retry", now, [event]);
    },
    async drop(id, context = {}) {
      requireSuperuser(context, "drop a mail");
      const now = clock.now();
      const event = auditEvent("mail.dropped", { now, userId: null, details: { mail: id } }, context);
      return store.reviseMail(requireText(id, "id", 64), "drop", now, [event]);
    },
  };

  // A script beside the server, or a command without its settings, must not lay real mails into a folder.
  const isLeftToOthers = deps.sendsElsewhere && transport.kind === "outbox" && options.outbox === undefined;
  if (isLeftToOthers) return leftToOthers(service, options.courier !== false ? logger : null);
  return {
    service: { ...service, retry: (id, context) => after(service.retry(id, context)) },
    start() {
      if (options.courier !== false) courier.start();
    },
    after,
    async around(input, call) {
      if (input.waitForMail !== true) return after(call());
      requireMayWait(input);
      return untilTaken({ store, courier }, call);
    },
    async stop() {
      await courier.stop();
      await transport.close();
    },
  };
}

/** How long a mail takes tells whether there was one: that is the application's to know and nobody else's. */
function requireMayWait(context: Context): void {
  if (!isSystem(context))
    throw new WatchwordError("not-allowed", "Only the application itself may wait for a mail.");
}

/** Mail of a process that knows no mail server, in a space that has one: it stays queued for those that do. */
function leftToOthers(service: MailService, logger: Logger | null): Mail {
  const hint =
    "This space sends its mails by a mail server, and this process does not know it. Give WATCHWORD_SMTP_URL (--smtp-url), or mail.outbox to lay mails into a folder after all.";
  const refusal = () => new WatchwordError("mail-failed", hint);
  return {
    service: {
      ...service,
      transport: "elsewhere",
      deliver: () => Promise.reject(refusal()),
      async test(_address, context = {}) {
        requireSuperuser(context, "send a test mail");
        throw refusal();
      },
    },
    start: () => logger?.warn({}, `Mails stay queued. ${hint}`),
    after: (answer) => answer,
    // Refused before the call, so that nothing is done of which the caller would hear nothing.
    async around(input, call) {
      if (input.waitForMail !== true) return call();
      requireMayWait(input);
      throw refusal();
    },
    stop: async () => {},
  };
}

function chooseTransport(deps: {
  readonly clock: Clock;
  readonly config: Config;
  readonly options: MailOptions;
  readonly outbox: string;
}): Transport {
  if (deps.options.send !== undefined) return createCustomTransport(deps.options.send);
  if (deps.config.smtp !== null) return createSmtpTransport(deps.config.smtp);
  return createOutbox({ folder: deps.options.outbox ?? deps.outbox, clock: deps.clock });
}

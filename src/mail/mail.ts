import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import { requireText } from "../base/input.js";
import { parseEmail } from "../base/keys.js";
import { pageSize } from "../base/pages.js";
import { messagesFor } from "../messages/catalogue.js";
import type { MailService, QueuedMail } from "../space/contract.js";
import type { MailRecord, Store } from "../store/contract.js";
import type { Courier } from "./courier.js";
import { type HandOverOptions, placeOf } from "./hand-over.js";
import type { WriteLinkUrl } from "./links.js";
import { sampleFacts, testMail } from "./samples.js";
import { isTemplate, TEMPLATE_NAMES } from "./templates.js";
import { MailRefused } from "./transport.js";

/** What `space.mail` does, but for what needs rights: delivering, looking at the queue and the outbox, and trying out. */
export function createMailService(
  options: { readonly store: Store; readonly courier: Courier; readonly linkUrl: WriteLinkUrl } & Pick<
    HandOverOptions,
    "transport" | "clock" | "from" | "siteName" | "baseUrl" | "write"
  >,
): Omit<MailService, "retry" | "drop"> {
  const { store, transport, courier, clock, from, siteName } = options;
  return {
    transport: transport.kind,
    deliver: () => courier.deliver(),
    async list(query = {}) {
      const size = pageSize(query.size);
      const rows = await store.listMail({
        ...(query.state === undefined ? {} : { state: query.state }),
        after: query.after ?? null,
        size: size + 1,
      });
      const items = rows.slice(0, size).map(toQueued);
      return { items, next: rows.length > size ? (items.at(-1)?.id ?? null) : null };
    },
    outbox: async () => (await transport.list?.()) ?? [],

    async preview(template, { locale } = {}) {
      if (!isTemplate(template))
        throw new WatchwordError(
          "invalid-input",
          `There is no template ${JSON.stringify(String(template).slice(0, 64))}; there are ${TEMPLATE_NAMES.join(", ")}.`,
        );
      const facts = sampleFacts(placeOf(options, clock.now()), options.linkUrl(template, "sample"));
      return { from, ...options.write(template, facts, locale ?? null) };
    },

    async test(address) {
      const to = parseEmail(requireText(address, "address"));
      const now = clock.now();
      try {
        await transport.send({ id: newId(now), from, to, ...testMail(siteName, now, messagesFor(null)) });
        return { status: "sent" };
      } catch (error) {
        if (!(error instanceof MailRefused)) throw error;
        return { status: "refused", lasting: error.lasting, reason: error.message };
      }
    },
  };
}

function toQueued(mail: MailRecord): QueuedMail {
  return {
    id: mail.id,
    template: mail.template,
    to: mail.to,
    createdAt: new Date(mail.createdAt),
    dueAt: new Date(mail.dueAt),
    tries: mail.tries,
    state: mail.state,
    lastError: mail.lastError,
  };
}

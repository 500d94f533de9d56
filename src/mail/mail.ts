import { pageSize } from "../base/pages.js";
import type { MailService, QueuedMail } from "../space/contract.js";
import type { MailRecord, Store } from "../store/contract.js";
import type { Courier } from "./courier.js";
import type { Transport } from "./transport.js";

/** What `space.mail` does: delivering on request, and a view of the queue and the outbox. */
export function createMailService(options: {
  readonly store: Store;
  readonly transport: Transport;
  readonly courier: Courier;
}): MailService {
  const { store, transport, courier } = options;
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

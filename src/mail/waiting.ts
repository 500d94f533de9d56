import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { SECOND } from "../base/clock.js";
import { MailNotTaken } from "../base/mail-not-taken.js";
import type { Store } from "../store/contract.js";
import type { Courier } from "./courier.js";
import { LONGEST_SEND } from "./transport.js";

/**
 * The mails that a call has queued, by id. The flows need not know that somebody waits: what they queue is noted where
 * mails are made, within the call and nowhere else.
 */
const queued = new AsyncLocalStorage<string[]>();

/** Notes a mail that is about to be queued, for whoever waits for it. */
export function noteMail(id: string): void {
  queued.getStore()?.push(id);
}

/** Between two looks at the queue, whole milliseconds: the first pause, and the longest. */
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 250;
/** Longer than another courier can hold the mail before it is this one's turn, and than one try takes. */
const LONGEST_WAIT = 2 * LONGEST_SEND + 60 * SECOND;

/**
 * Runs a call, hands over what it queued, and answers once the mail server has taken it.
 * @throws MailNotTaken after the first try that fails
 */
export async function untilTaken<T>(
  deps: { readonly store: Store; readonly courier: Courier },
  call: () => Promise<T>,
): Promise<T> {
  const ids: string[] = [];
  const answer = await queued.run(ids, call);
  for (const id of ids) await waitFor(id);
  return answer;

  async function waitFor(id: string): Promise<void> {
    let broken: { readonly error: unknown } | null = null;
    deps.courier.deliver().catch((error: unknown) => {
      broken = { error };
    });
    const end = performance.now() + LONGEST_WAIT;
    for (let wait = FIRST_PAUSE; performance.now() < end; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
      const [mail] = await deps.store.listMail({ id, after: null, size: 1 });
      // Whoever handed it over (another server may have been faster) has taken it out of the queue.
      if (mail === undefined) return;
      if (mail.lastError !== null)
        throw new MailNotTaken(mail.lastError, { mail: id, queued: mail.state === "queued", answer });
      if (broken !== null) throw (broken as { readonly error: unknown }).error;
      await pause(wait);
    }
    throw new MailNotTaken("The mail could not be handed over in time.", { mail: id, queued: true, answer });
  }
}

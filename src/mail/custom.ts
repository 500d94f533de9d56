import type { OutgoingMail } from "../space/options.js";
import { LONGEST_SEND, MailRefused, type Transport } from "./transport.js";

/**
 * Hands mails to a function of the application. Whatever it rejects with, the mail is tried again; so it is when the
 * function takes longer than {@link LONGEST_SEND}, and a mail may then arrive twice, with the same `id`.
 */
export function createCustomTransport(
  send: (mail: OutgoingMail) => Promise<void>,
  options: { readonly longest?: number } = {},
): Transport {
  const longest = options.longest ?? LONGEST_SEND;
  return {
    kind: "custom",
    async send(mail) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(
          () => reject(new MailRefused(`mail.send did not finish within ${longest} ms.`, false)),
          longest,
        );
      });
      try {
        await Promise.race([Promise.resolve().then(() => send(mail)), late]);
      } catch (error) {
        if (error instanceof MailRefused) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new MailRefused(`mail.send rejected: ${reason}`, false, error);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {},
  };
}

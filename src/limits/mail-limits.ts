import { hmac } from "../base/crypto.js";
import { limitForm } from "../base/keys.js";
import type { Limited } from "../space/contract.js";
import { byAddress, type Guard } from "./guard.js";
import { MAIL_REQUESTS, MAILS_TO_ADDRESS } from "./rules.js";

/** What mails are asked for: each has its own count. */
export type MailAction = "sign-up" | "verify" | "reset" | "second-factor" | "new-device";

/**
 * Limits on mails that strangers can cause. Two counts, because they may say different things: who asks hears "limited"
 * by what they typed alone, whether it is somebody's or not; an inbox is spared in silence, by its own count.
 */
export interface MailLimits {
  /** Counts a request, by what was typed (in its one form for limits) and by the address that it came from. */
  ask(action: MailAction, asked: string, ip: string | undefined): Promise<Limited | null>;
  /** Counts a mail to an inbox; false: it has had enough for now. */
  mayMail(action: MailAction, inbox: string): Promise<boolean>;
}

export function createMailLimits(guard: Guard, key: Buffer): MailLimits {
  return {
    ask: (action, asked, ip) =>
      guard.pass([
        [byAddress(action, ip), MAIL_REQUESTS],
        [`${action}:asked:${hmac(key, asked)}`, MAILS_TO_ADDRESS],
      ]),
    mayMail: async (action, inbox) =>
      (await guard.pass([[`${action}:to:${hmac(key, limitForm(inbox))}`, MAILS_TO_ADDRESS]])) === null,
  };
}

import { hmac } from "../base/crypto.js";
import { limitForm } from "../base/keys.js";
import type { Limited } from "../space/contract.js";
import type { ActionLimits, ActionRules } from "./actions.js";
import { byAddress, type Guard } from "./guard.js";
import { MAIL_REQUESTS, MAILS_TO_ADDRESS, SECOND_FACTOR_MAILS } from "./rules.js";

/** What mails are asked for: each has its own count. */
export type MailAction =
  | "sign-up"
  | "verify"
  | "reset"
  | "sign-in"
  | "change-email"
  | "delete-account"
  | "unlock"
  | "account"
  | "second-factor"
  | "new-device";

/**
 * Limits on mails that strangers can cause. Two counts, because they may say different things: who asks hears "limited"
 * by what they typed alone, whether it is somebody's or not; an inbox is spared in silence, by its own count.
 */
export interface MailLimits {
  /**
   * Counts a request, by what was typed (in its one form for limits) and by the address that it came from. With `skip`
   * nothing is asked or counted.
   */
  ask(action: MailAction, asked: string, ip: string | undefined, skip: boolean): Promise<Limited | null>;
  /** Counts a mail to an inbox; what comes back when it has had enough is for somebody to whom it may be told. */
  mail(action: MailAction, inbox: string, skip: boolean): Promise<Limited | null>;
  /** As {@link MailLimits.mail}; false: it has had enough for now. */
  mayMail(action: MailAction, inbox: string, skip: boolean): Promise<boolean>;
}

export function createMailLimits(guard: Guard, key: Buffer, limits: ActionLimits): MailLimits {
  const rules: Readonly<Record<MailAction, ActionRules | null>> = {
    "sign-up": limits.signUp,
    verify: limits.resend,
    reset: limits.reset,
    "sign-in": limits.code,
    "change-email": limits.code,
    "delete-account": limits.code,
    unlock: limits.code,
    account: limits.code,
    // Sent where a limit was reached already, so no option of that limit switches it off.
    "second-factor": { perAddress: MAIL_REQUESTS, perAccount: SECOND_FACTOR_MAILS },
    "new-device": { perAddress: MAIL_REQUESTS, perAccount: MAILS_TO_ADDRESS },
  };
  const mail: MailLimits["mail"] = async (action, inbox, skip) =>
    skip
      ? null
      : guard.pass([[`${action}:to:${hmac(key, limitForm(inbox))}`, rules[action]?.perAccount ?? null]]);
  return {
    ask: async (action, asked, ip, skip) =>
      skip
        ? null
        : guard.pass([
            [byAddress(action, ip), rules[action]?.perAddress ?? null],
            [`${action}:asked:${hmac(key, asked)}`, rules[action]?.perAccount ?? null],
          ]),
    mail,
    mayMail: async (action, inbox, skip) => (await mail(action, inbox, skip)) === null,
  };
}

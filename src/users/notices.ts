import { mailEvent } from "../mail/notices.js";
import type { MailPayloads } from "../mail/templates.js";
import type { StoreEvent, UserRecord } from "../store/contract.js";

/** A mail that tells the owner what was done to the account, where there is an address. */
export function notice<
  T extends
    | "permissions-changed"
    | "account-deleted"
    | "email-changed"
    | "second-factor-changed"
    | "password-changed",
>(template: T, user: UserRecord, now: number, payload?: MailPayloads[T]): StoreEvent[] {
  if (user.email === null) return [];
  return [
    mailEvent({
      now,
      template,
      to: user.email,
      userId: user.id,
      locale: user.locale,
      payload: { name: user.username, when: now, ...payload },
    }),
  ];
}

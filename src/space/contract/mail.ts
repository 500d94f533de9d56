import type { Context } from "./actors.js";
import type { Page, PageQuery } from "./users.js";

/** Every mail there is. */
export type MailTemplate =
  | "verify-email"
  | "sign-up-known"
  | "reset-password"
  | "sign-in"
  | "second-factor"
  | "change-email"
  | "change-email-known"
  | "delete-account"
  | "unlock"
  | "account-code"
  | "password-changed"
  | "email-changed"
  | "second-factor-changed"
  | "permissions-changed"
  | "new-device"
  | "account-deleted";

/** Those with a link that is clicked in place of typing a code. */
export type LinkedTemplate = Extract<
  MailTemplate,
  "verify-email" | "reset-password" | "sign-in" | "change-email" | "delete-account" | "unlock"
>;

export interface QueuedMail {
  readonly id: string;
  readonly template: string;
  readonly to: string;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly tries: number;
  readonly state: "queued" | "failed";
  readonly lastError: string | null;
}

/** A mail in the outbox: what would have been sent, had SMTP been set up. */
export interface OutboxMail {
  readonly id: string;
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Empty: the mail has a text part only. */
  readonly html: string;
}

/** A mail as it would be sent, about nobody. */
export interface MailPreview {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** Empty: the mail has a text part only. */
  readonly html: string;
}

export type MailTestResult =
  | { readonly status: "sent" }
  /** `reason` has the words of the mail server. `lasting`: it would say the same again. */
  | { readonly status: "refused"; readonly lasting: boolean; readonly reason: string };

/** `space.mail`: the queue of mails. What a call queued leaves by itself; a mail that fails is tried again for three days. */
export interface MailService {
  /**
   * `smtp`: over the network; `outbox`: into a folder; `custom`: by the function given as `mail.send`.
   * `elsewhere`: this process knows no mail server and the space has one; mails wait for those that know it.
   */
  readonly transport: "smtp" | "outbox" | "custom" | "elsewhere";
  /**
   * Hands over what is due now, and resolves when that is done. The space does so by itself, unless it was opened with
   * `mail: { courier: false }`; tests and the command line call it.
   *
   * @returns How many were sent, will be tried again, or were given up.
   * @throws WatchwordError `store-unavailable`, `closed`; `mail-failed` where `transport` is `elsewhere`
   * @example
   * ```ts
   * await space.codes.request("reset-password", { identifier: "ada" });
   * await space.mail.deliver();
   * console.log((await space.mail.outbox()).length); // 1
   * ```
   */
  deliver(): Promise<{ readonly sent: number; readonly retried: number; readonly failed: number }>;
  /**
   * One page of the mails that wait (`queued`), or that were given up (`failed`, kept for 30 days); both without `state`.
   *
   * @param query - `size`: 1 to 1000, default 50. `after`: the `next` of the page before.
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * for (const mail of (await space.mail.list({ state: "failed" })).items) console.log(mail.to, mail.lastError);
   * ```
   */
  list(query?: { readonly state?: "queued" | "failed" } & PageQuery): Promise<Page<QueuedMail>>;
  /**
   * The mails in the outbox folder, the newest first, 200 at most; empty with another transport. They hold codes and
   * links that let people in: show them to developers only.
   *
   * @example
   * ```ts
   * const [newest] = await space.mail.outbox();
   * console.log(newest?.subject); // undefined
   * ```
   */
  outbox(): Promise<readonly OutboxMail[]>;
  /**
   * What a template gives with sample facts. Sends nothing.
   *
   * @param options - `locale`: a BCP 47 tag, default English.
   * @throws WatchwordError `invalid-input` where there is no such template
   * @example
   * ```ts
   * const { text } = await space.mail.preview("reset-password", { locale: "en" });
   * console.log(text.length > 0); // true
   * ```
   */
  preview(template: MailTemplate, options?: { readonly locale?: string }): Promise<MailPreview>;
  /**
   * Hands one mail to an address, now and beside the queue, and tells what the mail server said. For the system and
   * superusers.
   *
   * @throws WatchwordError `invalid-identifier`, `not-allowed`; `mail-failed` where `transport` is `elsewhere`
   * @example
   * ```ts
   * console.log((await space.mail.test("ada@example.com")).status); // sent
   * ```
   */
  test(address: string, context?: Context): Promise<MailTestResult>;
  /**
   * Makes a mail due now, one that was given up too. For the system and administrators.
   *
   * @returns False: there is none, or it is being handed over at this moment.
   * @throws WatchwordError `not-allowed`
   * @example
   * ```ts
   * for (const mail of (await space.mail.list({ state: "failed" })).items) await space.mail.retry(mail.id);
   * ```
   */
  retry(id: string, context?: Context): Promise<boolean>;
  /**
   * Takes a mail out of the queue; it is never sent. For the system and superusers, since a mail may be the one that
   * tells its reader of a misdeed.
   *
   * @returns False as for {@link retry}.
   * @throws WatchwordError `not-allowed`
   * @example
   * ```ts
   * for (const mail of (await space.mail.list({ state: "failed" })).items) await space.mail.drop(mail.id);
   * ```
   */
  drop(id: string, context?: Context): Promise<boolean>;
}

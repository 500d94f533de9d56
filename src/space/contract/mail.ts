import type { Context } from "./actors.js";
import type { Page, PageQuery } from "./users.js";

/** Every mail there is. */
export type MailTemplate =
  | "verify-email"
  | "sign-up-known"
  | "reset-password"
  | "second-factor"
  | "password-changed"
  | "email-changed"
  | "permissions-changed"
  | "new-device"
  | "account-deleted";

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

export interface MailService {
  /** `smtp`: over the network; `outbox`: into a folder; `custom`: by the function given as `mail.send`. */
  readonly transport: "smtp" | "outbox" | "custom";
  /** Hands over what is due now. The space does so by itself; tests and the command line call it. Answers what became of it. */
  deliver(): Promise<{ readonly sent: number; readonly retried: number; readonly failed: number }>;
  /** Mails that wait, or that were refused for good. */
  list(query?: { readonly state?: "queued" | "failed" } & PageQuery): Promise<Page<QueuedMail>>;
  /** The newest first; empty where SMTP is set up. */
  outbox(): Promise<readonly OutboxMail[]>;
  /**
   * What a template gives with sample facts, in a language (a BCP 47 tag; default: English). Sends nothing.
   * @throws WatchwordError `invalid-input` where there is no such template
   */
  preview(template: MailTemplate, options?: { readonly locale?: string }): Promise<MailPreview>;
  /**
   * Hands one mail to an address, now and beside the queue, and tells what the mail server said. For the system and
   * superusers.
   * @throws WatchwordError `invalid-identifier`, `not-allowed`
   */
  test(address: string, context?: Context): Promise<MailTestResult>;
  /**
   * Makes a mail due now, one that was given up too. For the system and administrators. False: there is none, or it is
   * being handed over at this moment.
   * @throws WatchwordError `not-allowed`
   */
  retry(id: string, context?: Context): Promise<boolean>;
  /**
   * Takes a mail out of the queue; it is never sent. For the system and superusers, since a mail may be the one that
   * tells its reader of a misdeed. False as for {@link retry}.
   * @throws WatchwordError `not-allowed`
   */
  drop(id: string, context?: Context): Promise<boolean>;
}

import type { Context } from "./actors.js";
import type { Limited, PasswordRefused } from "./passwords.js";
import type { User } from "./users.js";

/** What a code may serve. */
export type CodePurpose =
  | "verify-email"
  | "reset-password"
  | "change-email"
  | "sign-in"
  | "second-factor"
  | "delete-account"
  | "unlock";

export type CodeRequestResult = { readonly status: "sent"; readonly ticket: string } | Limited;

/** By typed code with its ticket, or by the text of a link (`link` is what stands behind `?link=` there). */
export type CodeProof =
  | { readonly ticket: string; readonly code: string }
  | { readonly link: string; readonly ticket?: string; readonly password?: string };

export type VerifyEmailResult =
  | { readonly status: "verified"; readonly user: User }
  | { readonly status: "wrong-code" }
  /** The link of a sign-up works with the sign-up's own ticket or password only, so that nobody activates a stranger's. */
  | { readonly status: "proof-needed" }
  | { readonly status: "email-taken" }
  | Limited;

export type ResetPasswordResult =
  | { readonly status: "password-reset"; readonly user: User }
  | { readonly status: "wrong-code" }
  | PasswordRefused
  | Limited;

export interface CodesService {
  /**
   * Mails a code. Answers the same whether the account exists or not. With the `ticket` of an earlier request the new
   * code replaces that one. For `verify-email`: a user's own unverified address, or the ticket of a sign-up.
   *
   * With `waitForMail` it resolves once the mail server has taken the mail, and throws MailNotTaken (`mail-failed`) where
   * the first try fails. For the application itself: how long it takes tells whether there was a mail to send.
   */
  request(
    purpose: "verify-email" | "reset-password",
    input: (
      | { readonly identifier: string; readonly ticket?: string }
      | { readonly userId: string; readonly ticket?: string }
      | { readonly ticket: string }
    ) & { readonly waitForMail?: boolean } & Context,
  ): Promise<CodeRequestResult>;
  confirm(purpose: "verify-email", input: CodeProof & Context): Promise<VerifyEmailResult>;
  confirm(
    purpose: "reset-password",
    input: CodeProof & { readonly newPassword: string } & Context,
  ): Promise<ResetPasswordResult>;
  /** What an open link is for, without using it up; null where it is used, late or wrong. For the page behind it. */
  peek(link: string): Promise<{ readonly purpose: CodePurpose; readonly needsProof: boolean } | null>;
}

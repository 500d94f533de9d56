import type { Context, LimitSkip } from "./actors.js";
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

/**
 * `space.codes`: one-time codes by mail. A mail carries six characters to type (10 minutes, 5 tries) and a link (an hour),
 * counted from when it leaves; one of the two works, once.
 */
export interface CodesService {
  /**
   * Mails a code. Answers the same whether the account exists or not. With the `ticket` of an earlier request for the
   * same, the new code replaces that one. For `verify-email`: a user's own unverified address, or the ticket of a sign-up.
   *
   * With `waitForMail` it resolves once the mail server has taken the mail. That is for the application itself: how long it
   * takes tells whether there was a mail to send.
   *
   * @param input - `ip`: at most 30 requests an hour from one address; at most 5 an hour for one name, in any case.
   * @returns `sent` with the ticket that {@link confirm} wants beside a typed code, or `limited`.
   * @throws WatchwordError `invalid-input`; with `waitForMail` `not-allowed` for a person, and MailNotTaken (`mail-failed`)
   * where the first try fails.
   * @example
   * ```ts
   * const asked = await space.codes.request("reset-password", { identifier: "ada@example.com", ip: "192.0.2.1" });
   * console.log(asked.status); // sent
   * await space.codes.request("reset-password", { identifier: "ada", waitForMail: true });
   * console.log((await space.mail.outbox()).length > 0); // true
   * ```
   */
  request(
    purpose: "verify-email" | "reset-password",
    input: (
      | { readonly identifier: string; readonly ticket?: string }
      | { readonly userId: string; readonly ticket?: string }
      | { readonly ticket: string }
    ) & { readonly waitForMail?: boolean } & LimitSkip &
      Context,
  ): Promise<CodeRequestResult>;
  /**
   * Uses a code or link up and marks the address as proven; of a sign-up it makes a user.
   *
   * @returns `wrong-code` for one that is wrong, used, late or replaced; `limited` after 60 tries within ten minutes from
   * one `ip`.
   * @throws WatchwordError `invalid-input`; `busy` for a link with a password
   * @example
   * ```ts
   * const asked = await space.codes.request("verify-email", { userId: ada.id });
   * if (asked.status === "sent") {
   *   const result = await space.codes.confirm("verify-email", { ticket: asked.ticket, code: "no code" });
   *   console.log(result.status); // wrong-code
   * }
   * ```
   */
  confirm(purpose: "verify-email", input: CodeProof & LimitSkip & Context): Promise<VerifyEmailResult>;
  /**
   * Sets a new password with a code or link, ends every session and forgets failed tries. A refused password uses nothing
   * up. The user is told by mail.
   *
   * @throws WatchwordError `invalid-input`, `busy`
   * @example
   * ```ts
   * const newPassword = "a much longer secret of hers";
   * const result = await space.codes.confirm("reset-password", { link: "no link", newPassword });
   * console.log(result.status); // wrong-code
   * ```
   */
  confirm(
    purpose: "reset-password",
    input: CodeProof & { readonly newPassword: string } & LimitSkip & Context,
  ): Promise<ResetPasswordResult>;
  /**
   * What an open link is for, without using it up: for the page behind it.
   *
   * @param link - What stands behind `?link=` in the mail.
   * @returns Null where it is used, late or wrong. `needsProof`: it is a sign-up's, so {@link confirm} wants its ticket or
   * password too.
   * @example
   * ```ts
   * console.log(await space.codes.peek("no link")); // null
   * ```
   */
  peek(link: string): Promise<{ readonly purpose: CodePurpose; readonly needsProof: boolean } | null>;
}

import type { Context, Limited, LimitSkip } from "./actors.js";
import type { PasswordRefused } from "./passwords.js";
import type { BlocksAtDeletion, User } from "./users.js";

/** What a code may serve. */
export type CodePurpose =
  | "verify-email"
  | "reset-password"
  | "change-email"
  | "sign-in"
  | "second-factor"
  | "delete-account"
  | "unlock";

/** Those that one code may serve together. */
export type SharedCodePurpose = "reset-password" | "change-email" | "delete-account";

/** How codes look and how long they live; times in whole milliseconds, from the moment at which the mail leaves. */
export interface CodePolicy {
  /** In characters; default 6. */
  readonly length: number;
  /** The characters that codes are drawn from. */
  readonly alphabet: string;
  /** How often one code may be typed wrongly: 5. */
  readonly tries: number;
  /** Of a typed code; default 10 minutes. */
  readonly lifetime: number;
  /** Of a link; default an hour. */
  readonly linkLifetime: number;
}

export type CodeRequestResult = { readonly status: "sent"; readonly ticket: string } | Limited;

/** Whom a code is asked for: what they typed, a known user, or the ticket of an earlier request. */
export type CodeRequest = (
  | { readonly identifier: string; readonly ticket?: string }
  | { readonly userId: string; readonly ticket?: string }
  | { readonly ticket: string }
) & {
  /**
   * Resolves once the mail server has taken the mail, and throws {@link MailNotTaken} (`mail-failed`) where its first try
   * fails. For the application itself: how long it takes tells whether there was a mail to send.
   */
  readonly waitForMail?: boolean;
  /**
   * True: the code may be confirmed by `userId` or `identifier` too, and replaces the user's last one of this kind. For
   * the application itself. Codes asked for without it are apart: they neither replace such a one nor use it up.
   */
  readonly withoutTicket?: boolean;
  /** Of the code, in characters, for the application itself. Default: as the space has it. */
  readonly length?: number;
} & LimitSkip &
  Context;

/**
 * By typed code with its ticket, or by the text of a link (`link` is what stands behind `?link=` there). A code that was
 * asked for with `withoutTicket` also by whose it is: for the application itself, since a stranger could use up another's.
 */
export type CodeProof =
  | { readonly ticket: string; readonly code: string }
  | { readonly userId: string; readonly code: string }
  | { readonly identifier: string; readonly code: string }
  | { readonly link: string; readonly ticket?: string; readonly password?: string };

export type VerifyEmailResult =
  | { readonly status: "verified"; readonly user: User }
  | { readonly status: "wrong-code" }
  /**
   * The link to an account with a password, or to a sign-up with one, works with the request's own ticket or the password
   * only, so that nobody's click proves an address for a stranger.
   */
  | { readonly status: "proof-needed" }
  | { readonly status: "email-taken" }
  | Limited;

export type ResetPasswordResult =
  | { readonly status: "password-reset"; readonly user: User }
  | { readonly status: "wrong-code" }
  | PasswordRefused
  | Limited;

/** A change of address that a person asks for. */
export type ChangeEmailRequest = CodeRequest & {
  /** The code goes there. Without it, it goes to the present address, and {@link CodesService.confirm} takes the new one. */
  readonly newEmail?: string;
  /** Of the person. Needed with `newEmail` where a person acts; the application may vouch for them. */
  readonly password?: string;
};

export type ChangeEmailRequestResult =
  /** The same whether the new address is free or not. A mail is on its way there: a code, or a notice to its owner. */
  | { readonly status: "sent"; readonly ticket: string }
  /** At once, where the space asks for no verification. */
  | { readonly status: "email-changed"; readonly user: User }
  /** Only where the space asks for no verification. */
  | { readonly status: "email-taken" }
  | { readonly status: "wrong-password" }
  | Limited;

export type ChangeEmailResult =
  | { readonly status: "email-changed"; readonly user: User }
  /** The code from the present address was right; one for the new address is on its way there. */
  | { readonly status: "confirmation-sent"; readonly ticket: string }
  | { readonly status: "wrong-code" }
  /** Also for the link from the new address alone, where the person has a password. */
  | { readonly status: "wrong-password" }
  | { readonly status: "email-taken" }
  | Limited;

export type DeleteAccountResult =
  | { readonly status: "account-deleted"; readonly user: User }
  | { readonly status: "wrong-code" }
  | { readonly status: "wrong-password" }
  | Limited;

export type UnlockResult = { readonly status: "unlocked" } | { readonly status: "wrong-code" } | Limited;

export type SecondFactorResult =
  | { readonly status: "confirmed"; readonly user: User }
  | { readonly status: "wrong-code" }
  | Limited;

/** What an open link is for. */
export interface CodePeek {
  readonly purpose: CodePurpose;
  /** It would let in whoever chose the password, so {@link CodesService.confirm} wants the ticket or the password too. */
  readonly needsProof: boolean;
  /** The person has a password, and {@link CodesService.confirm} wants it besides. */
  readonly needsPassword: boolean;
}

/**
 * `space.codes`: one-time codes by mail. A mail carries a code to type (six characters, 10 minutes, 5 tries) and a link (an
 * hour), counted from when it leaves; one of the two works, once. Wrong codes add up over all mails of one user and
 * purpose: after 100 in 30 days only links work.
 */
export interface CodesService {
  /** The options in force over the defaults. */
  readonly policy: CodePolicy;
  /**
   * Mails a code. Answers the same whether the account exists or not, may do this or not, and is blocked or not. With the
   * `ticket` of an earlier request for the same, the new code replaces that one.
   *
   * `verify-email`: a user's own unverified address, or the ticket of a sign-up. `sign-in`: as the option
   * `signIn.emailCode` allows; the code goes into {@link UserSpace.signIn}. `second-factor`: for a step of the
   * application's own; it signs nobody in. `unlock`: forgets failed passwords.
   *
   * @param input - `ip`: at most 30 requests an hour from one address; at most 5 an hour for one name, in any case.
   * @returns `sent` with the ticket that {@link confirm} wants beside a typed code, or `limited`.
   * @throws WatchwordError `invalid-input`; `not-allowed` for a person who asks for what is the application's (as
   * `waitForMail`) or for `delete-account` of somebody else; with `waitForMail` MailNotTaken (`mail-failed`)
   * @example
   * ```ts
   * const asked = await space.codes.request("reset-password", { identifier: "ada@example.com", ip: "192.0.2.1" });
   * console.log(asked.status); // sent
   * await space.codes.request("reset-password", { identifier: "ada", waitForMail: true });
   * console.log((await space.mail.outbox()).length > 0); // true
   * ```
   */
  request(purpose: Exclude<CodePurpose, "change-email">, input: CodeRequest): Promise<CodeRequestResult>;
  /**
   * Begins a change of address. With `newEmail` the code goes there, and confirming it changes the address; the old one
   * is told. Without it, a code goes to the present address, and the new one is given with that code.
   *
   * @returns `sent`, alike for a new address that is free and one that is somebody's or blocked.
   * @throws WatchwordError `invalid-identifier` for a `newEmail` that is no address, `invalid-input`, `not-found`,
   * `not-allowed` for somebody else's address or without the password, `busy`
   * @example
   * ```ts
   * const newEmail = "lovelace@example.com";
   * const password = "correct horse battery staple";
   * const asked = await space.codes.request("change-email", { userId: ada.id, newEmail, password });
   * console.log(asked.status); // sent
   * ```
   */
  request(purpose: "change-email", input: ChangeEmailRequest): Promise<ChangeEmailRequestResult>;
  /**
   * Mails one code that may serve any one of several purposes, once. For the application itself.
   *
   * @throws WatchwordError `invalid-input`, `not-allowed`
   * @example
   * ```ts
   * await space.codes.request(["reset-password", "delete-account"], { userId: ada.id, withoutTicket: true });
   * const newPassword = "a much longer secret of hers";
   * const proof = { userId: ada.id, code: "no code", newPassword };
   * console.log((await space.codes.confirm("reset-password", proof)).status); // wrong-code
   * ```
   */
  request(purposes: readonly SharedCodePurpose[], input: CodeRequest): Promise<CodeRequestResult>;
  /**
   * Uses a code or link up and marks the address as proven; of a sign-up it makes a user. A link that comes without its
   * ticket wants the password where there is one, and ends the sessions where there is none.
   *
   * @param input - `linkAlone` true: for an account that is there, a link is enough, without ticket and password. For the
   * application itself, which knows that nobody makes accounts with strangers' addresses, or takes that upon itself.
   * @returns `wrong-code` for one that is wrong, used, late or replaced, and for a blocked person's; `limited` after 60
   * tries within ten minutes from one `ip`.
   * @throws WatchwordError `invalid-input`; `not-allowed` for a person who names no ticket, or `linkAlone`; `busy` for a
   * link with a password
   * @example
   * ```ts
   * const asked = await space.codes.request("verify-email", { userId: ada.id });
   * if (asked.status === "sent") {
   *   const result = await space.codes.confirm("verify-email", { ticket: asked.ticket, code: "no code" });
   *   console.log(result.status); // wrong-code
   * }
   * ```
   */
  confirm(
    purpose: "verify-email",
    input: CodeProof & { readonly linkAlone?: boolean } & LimitSkip & Context,
  ): Promise<VerifyEmailResult>;
  /**
   * Sets a new password with a code or link, and ends every session and every other open code and link of the user, but those
   * that verify the address; forgets failed tries. Of several resets at once, each with a code of its own, one is done, and
   * the others get `wrong-code`. A refused password uses nothing up. The user is told by mail. It signs nobody in.
   *
   * @param input - `endCodes` `"all"`: ends the user's open codes that prove an address too, which outlive a new password
   * otherwise.
   * @throws WatchwordError `invalid-input`, `not-allowed`, `busy`
   * @example
   * ```ts
   * const newPassword = "a much longer secret of hers";
   * const result = await space.codes.confirm("reset-password", { link: "no link", newPassword });
   * console.log(result.status); // wrong-code
   * ```
   */
  confirm(
    purpose: "reset-password",
    input: CodeProof & { readonly newPassword: string; readonly endCodes?: "all" } & LimitSkip & Context,
  ): Promise<ResetPasswordResult>;
  /**
   * Changes the address, with the code or link from the new one; the old one is told, and codes mailed there die. With a
   * code from the old address give `newEmail` too: then a code goes there first, where the space asks for verification.
   *
   * The link from the new address wants the request's ticket or, where there is one, the password: the one who clicks may
   * be somebody whose address a stranger asked for. Of people without a password it ends the sessions, without the ticket.
   *
   * @param input - `password`: checked where it is given; a wrong one uses no code up. `atOnce` true: takes `newEmail`
   * without a code from there, unverified; for the application itself.
   * `codeFirst` true: the code is looked at before the password. A wrong one answers `wrong-code`, whatever the password
   * is, costs one try of the code, charged before it is compared (of any number of guesses at once, no more are compared
   * than there are tries), and no password is compared. With a right one, a wrong password answers `wrong-password`,
   * counts as a failed password does, and leaves the code and its tries as they were. Default: the password first, so
   * that nobody without it learns whether the code is right.
   * @throws WatchwordError `invalid-input`, `invalid-identifier`, `not-allowed`, `busy`
   * @example
   * ```ts
   * const result = await space.codes.confirm("change-email", { link: "no link" });
   * console.log(result.status); // wrong-code
   * ```
   */
  confirm(
    purpose: "change-email",
    input: CodeProof & {
      readonly newEmail?: string;
      readonly password?: string;
      readonly atOnce?: boolean;
      readonly codeFirst?: boolean;
    } & LimitSkip &
      Context,
  ): Promise<ChangeEmailResult>;
  /**
   * Deletes the account, with a code or link and, where the person has one, the password. The address is told.
   *
   * @param input - `blocks`: as with {@link UsersService.delete}. `codeFirst`: as with a change of address, above.
   * @returns The user as it was. `wrong-password` uses no code up.
   * @throws WatchwordError `invalid-input`, `not-allowed` for the last superuser, `busy`
   * @example
   * ```ts
   * const result = await space.codes.confirm("delete-account", { link: "no link", password: "a secret" });
   * console.log(result.status); // wrong-code
   * ```
   */
  confirm(
    purpose: "delete-account",
    input: CodeProof & {
      readonly password?: string;
      readonly codeFirst?: boolean;
      readonly blocks?: BlocksAtDeletion;
    } & LimitSkip &
      Context,
  ): Promise<DeleteAccountResult>;
  /**
   * Forgets failed passwords of the account: the hundred after which a code is asked for too, and those from `ip`.
   *
   * @throws WatchwordError `invalid-input`, `not-allowed`
   * @example
   * ```ts
   * console.log((await space.codes.confirm("unlock", { link: "no link" })).status); // wrong-code
   * ```
   */
  confirm(purpose: "unlock", input: CodeProof & LimitSkip & Context): Promise<UnlockResult>;
  /**
   * Uses up a code that the application asked for as a second step of its own. The code of a `second-factor` outcome is
   * none: it goes into {@link UserSpace.signIn}.
   *
   * @throws WatchwordError `invalid-input`, `not-allowed`
   * @example
   * ```ts
   * await space.codes.request("second-factor", { userId: ada.id, withoutTicket: true });
   * const result = await space.codes.confirm("second-factor", { userId: ada.id, code: "no code" });
   * console.log(result.status); // wrong-code
   * ```
   */
  confirm(purpose: "second-factor", input: CodeProof & LimitSkip & Context): Promise<SecondFactorResult>;
  /**
   * What an open link is for, without using it up: for the page behind it.
   *
   * @param link - What stands behind `?link=` in the mail.
   * @returns Null where it is used, late or wrong.
   * @example
   * ```ts
   * console.log(await space.codes.peek("no link")); // null
   * ```
   */
  peek(link: string): Promise<CodePeek | null>;
}

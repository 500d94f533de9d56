import type { Context, Limited, LimitSkip } from "./actors.js";
import type { JsonObject } from "./json.js";
import type { PasswordRefused } from "./passwords.js";
import type { Session } from "./sessions.js";
import type { User } from "./users.js";

/** Which accounts a mailed code alone signs in. */
export type EmailCodeSignIn = "without-password" | "everybody" | "nobody";

/**
 * Name and password; or the ticket of a `second-factor` outcome, or of a request for a `sign-in` code, with the code; or
 * the text of a sign-in link (what stands behind `?link=` there).
 */
export type SignInInput = (
  | { readonly identifier: string; readonly password: string }
  | { readonly ticket: string; readonly code: string }
  | { readonly link: string }
) & {
  /** What an earlier success on this device gave as `device`; it keeps strangers' failures from locking its owner out. */
  readonly device?: string;
  /** Kept on the session. */
  readonly data?: JsonObject;
} & LimitSkip &
  Context;

export type SignInResult =
  | {
      readonly status: "signed-in";
      readonly user: User;
      readonly session: Session;
      /** Shown once; only its hash is stored. */
      readonly token: string;
      /** Keep it on the device, and give it at the next sign-in. */
      readonly device: string;
    }
  /** Unknown name, no password, wrong password: all the same. */
  | { readonly status: "wrong-credentials" }
  /** A second factor is due: where the password was right, a code went to the address. Call again with ticket and code. */
  | { readonly status: "second-factor"; readonly ticket: string; readonly sentTo: "email" }
  /** Of a code or a link. */
  | { readonly status: "wrong-code" }
  | { readonly status: "blocked"; readonly until: Date | null; readonly reason: string | null }
  | { readonly status: "inactive" }
  /** Signed up, and the address not proven yet. Ask for a new code with this ticket. */
  | { readonly status: "email-unverified"; readonly ticket: string }
  | Limited;

/** Whether people give a password when they sign up. */
export type SignUpPassword = "required" | "optional" | "none";

export interface SignUpInput extends Context, LimitSkip {
  readonly email: string;
  readonly username?: string;
  /** Left out, the person signs in by mailed codes; the option `signUp.password` says whether that is so. */
  readonly password?: string;
  readonly data?: JsonObject;
  /**
   * Resolves once the mail server has taken the mail, and throws {@link MailNotTaken} (`mail-failed`) where its first try
   * fails. For the application itself: how long it takes tells whether there was a mail to send.
   */
  readonly waitForMail?: boolean;
}

export type SignUpResult =
  /** The same whether the address is known or not. A mail is on its way: a code, or a notice to the owner. */
  | { readonly status: "verification-sent"; readonly ticket: string }
  /** Where the space asks for no verification. */
  | { readonly status: "signed-up"; readonly user: User }
  | { readonly status: "username-taken" }
  /** Only where the space asks for no verification. */
  | { readonly status: "email-taken" }
  | PasswordRefused
  | Limited;

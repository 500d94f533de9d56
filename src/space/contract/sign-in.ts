import type { Context, LimitSkip } from "./actors.js";
import type { JsonObject } from "./json.js";
import type { Limited, PasswordRefused } from "./passwords.js";
import type { Session } from "./sessions.js";
import type { User } from "./users.js";

/** Both together with the names, or the ticket of a `second-factor` outcome with its code. */
export type SignInInput = (
  | { readonly identifier: string; readonly password: string }
  | { readonly ticket: string; readonly code: string }
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
  /** The password was right; a code went to the address. Call again with this ticket and the code. */
  | { readonly status: "second-factor"; readonly ticket: string; readonly sentTo: "email" }
  /** Only after `second-factor`. */
  | { readonly status: "wrong-code" }
  | { readonly status: "blocked"; readonly until: Date | null; readonly reason: string | null }
  | { readonly status: "inactive" }
  /** Signed up, and the address not proven yet. Ask for a new code with this ticket. */
  | { readonly status: "email-unverified"; readonly ticket: string }
  | Limited;

export interface SignUpInput extends Context, LimitSkip {
  readonly email: string;
  readonly username?: string;
  readonly password: string;
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

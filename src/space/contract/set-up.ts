import type { Context } from "./actors.js";
import type { PasswordRefused } from "./passwords.js";
import type { User } from "./users.js";

export type SetUpResult =
  | { readonly status: "set-up"; readonly user: User }
  /** Used, replaced by a newer one, or there is a superuser already. */
  | { readonly status: "wrong-token" }
  | { readonly status: "username-taken" }
  | { readonly status: "email-taken" }
  | PasswordRefused;

/** How the first administrator comes to be: there is no default account. */
export interface SetUpService {
  /** True while there is no superuser. */
  needed(): Promise<boolean>;
  /** A new one-time token, for 24 hours; an older one stops working. Null where there is a superuser. */
  createToken(): Promise<string | null>;
  /** Whether a token is still good, without using it up. */
  check(token: string): Promise<boolean>;
  complete(
    input: {
      readonly token: string;
      readonly username?: string;
      readonly email?: string;
      readonly password: string;
    } & Context,
  ): Promise<SetUpResult>;
}

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

/**
 * `space.setUp`: how the first administrator comes to be. There is no default account (OWASP ASVS 5.0, 6.3.2); whoever runs
 * the server gets a one-time token.
 */
export interface SetUpService {
  /**
   * True while there is no superuser.
   *
   * @example
   * ```ts
   * if (await space.setUp.needed()) console.log("set up first"); // set up first
   * ```
   */
  needed(): Promise<boolean>;
  /**
   * A new one-time token, for 24 hours; an older one stops working. Show it to nobody but whoever runs the server.
   *
   * @returns Null where there is a superuser.
   * @example
   * ```ts
   * const setUpToken = await space.setUp.createToken();
   * if (setUpToken !== null) console.log(`${space.baseUrl}/set-up?token=${setUpToken}`); // http://localhost:3000/set-up?…
   * ```
   */
  createToken(): Promise<string | null>;
  /**
   * Whether a token is still good, without using it up.
   *
   * @example
   * ```ts
   * console.log(await space.setUp.check("no token")); // false
   * ```
   */
  check(token: string): Promise<boolean>;
  /**
   * Uses a token up and creates the first superuser. A refusal leaves the token as it is.
   *
   * @param input - A username or an email at least.
   * @throws WatchwordError `invalid-identifier`, `invalid-input`; `busy`, which leaves the token as it was
   * @example
   * ```ts
   * const setUpToken = (await space.setUp.createToken()) ?? "";
   * const owner = { username: "owner", password: "a long secret of the owner" };
   * console.log((await space.setUp.complete({ token: setUpToken, ...owner })).status); // set-up
   * ```
   */
  complete(
    input: {
      readonly token: string;
      readonly username?: string;
      readonly email?: string;
      readonly password: string;
    } & Context,
  ): Promise<SetUpResult>;
}

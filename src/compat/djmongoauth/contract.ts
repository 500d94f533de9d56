import type { DjMongoAuthRequest } from "./request.js";

/** Which mail is sent, and which link is followed. */
export const EmailTypes = { RESET: "RESET", VERIFY: "VERIFY" } as const;
export type EmailType = (typeof EmailTypes)[keyof typeof EmailTypes];

/** What a new user is made of. `password` null: none, until a reset sets one. */
export interface UserFields {
  readonly username?: string;
  readonly email?: string;
  readonly password?: string | null;
}

/** A user as djmongoauth shows one. */
export interface User {
  username: string | null;
  /** Null where an import found none that mail could be sent to. */
  email: string | null;
  /** As typed, until {@link register} has taken it; null from then on, and of users that were looked up. */
  password: string | null | undefined;
  readonly email_verified: boolean;
  readonly email_verified_at: Date | null;
  /**
   * Makes the account. Of any number of calls with one name or address at once, one succeeds.
   *
   * @throws DjMongoAuthError for a username or an address that is taken, missing or of the wrong form
   * @example
   * ```ts
   * await new User({ username: "grace", email: "grace@example.com", password: "a phrase of hers" }).register();
   * console.log((await User.find({ username: "grace" }))?.email_verified); // false
   * ```
   */
  register(): Promise<void>;
}

/** `User` of djmongoauth, bound to one user space by its opening. */
export interface UserModel {
  new (fields?: UserFields): User;
  /**
   * Signs a person in.
   *
   * @returns A new token for the `Authorization` header, bare or behind `Bearer`.
   * @throws DjMongoAuthError, the same for a name that there is not and a password that is wrong
   * @example
   * ```ts
   * const token = await User.login("ada", "correct horse battery staple");
   * console.log((await User.of({ headers: { authorization: token } })).username); // ada
   * ```
   */
  login(username: string, password: string): Promise<string>;
  /**
   * Ends every session of whoever sends the request.
   *
   * @throws DjMongoAuthError where its token is missing, or that of no live session
   * @example
   * ```ts
   * const request = { headers: { authorization: await User.login("ada", "correct horse battery staple") } };
   * await User.logout(request);
   * ```
   */
  logout(request: DjMongoAuthRequest): Promise<void>;
  /**
   * Mails a link, good for an hour, to whoever sends the request, and waits until the mail server has taken it. Somebody whose
   * address is verified gets no mail for `EmailTypes.VERIFY`.
   *
   * @throws DjMongoAuthError where nobody is signed in, there is no address to write to, or the mail was not taken
   * @example
   * ```ts
   * const request = { headers: { authorization: await User.login("ada", "correct horse battery staple") } };
   * await User.sendEmail(request, EmailTypes.VERIFY);
   * ```
   */
  sendEmail(request: DjMongoAuthRequest, type: EmailType): Promise<void>;
  /**
   * Mails a link for a new password to somebody who cannot sign in: five an hour at most for one address, known or not.
   * It answers the same, and at once, whether somebody has the address.
   *
   * @throws DjMongoAuthError after too many
   * @example
   * ```ts
   * await User.sendResetEmail("ada@example.com");
   * ```
   */
  sendResetEmail(email: string): Promise<void>;
  /**
   * Follows a link, whose secret is `a` in the address of the request: verifies the address that it was sent to, or sets
   * `new_password` from the body in JSON, and with it ends every session and every other link of that user.
   *
   * @throws DjMongoAuthError for a link that is used, late, of the other type or none; for a body without `new_password`
   * @example
   * ```ts
   * const request = { url: "/reset?a=no-link", headers: {}, body: { new_password: "another phrase" } };
   * await User.handleEmailRequest(request, EmailTypes.RESET).catch((error) => console.log(error.name)); // DjMongoAuthError
   * ```
   */
  handleEmailRequest(request: DjMongoAuthRequest, type: EmailType): Promise<void>;
  /**
   * Who sends the request: what the original's handlers read out of the token's text.
   *
   * @throws DjMongoAuthError where nobody is signed in
   * @example
   * ```ts
   * const request = { headers: { authorization: await User.login("ada", "correct horse battery staple") } };
   * console.log((await User.of(request)).email); // ada@example.com
   * ```
   */
  of(request: DjMongoAuthRequest): Promise<User>;
  /**
   * The user of that name or address: what `User.objects.get` answers. Null: nobody.
   *
   * @example
   * ```ts
   * console.log((await User.find({ email: "ada@example.com" }))?.username); // ada
   * ```
   */
  find(reference: { readonly username: string } | { readonly email: string }): Promise<User | null>;
}

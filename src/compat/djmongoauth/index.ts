/**
 * The calls of djmongoauth 0.0.1 over a Watchword user space; docs/compat/djmongoauth.md tells what differs.
 *
 * @module watchword/compat/djmongoauth
 */
import type { UserSpace } from "../../index.js";
import { openPortSpace } from "../opening.js";
import { type Authenticated, createAuthenticated } from "./authenticated.js";
import { EmailTypes, type UserModel } from "./contract.js";
import { type DjMongoAuthOptions, toOpenOptions } from "./options.js";
import { createUserModel } from "./user.js";
import { createViews, type Views } from "./views.js";

export type { Authenticated, Guard } from "./authenticated.js";
export { type EmailType, EmailTypes, type User, type UserFields, type UserModel } from "./contract.js";
export { DjMongoAuthError } from "./error.js";
export type { DjMongoAuthOptions } from "./options.js";
export type { DjMongoAuthRequest } from "./request.js";
export { forNode, type NodeResponse, type View, type Views } from "./views.js";

/** djmongoauth over one user space. */
export interface DjMongoAuth {
  readonly User: UserModel;
  readonly EmailTypes: typeof EmailTypes;
  readonly authenticated: Authenticated;
  readonly views: Views;
  /** The space itself, for all that djmongoauth has no call for. */
  readonly space: UserSpace;
  /** Lets go of the database. */
  close(): Promise<void>;
}

/**
 * Opens a user space as djmongoauth found its own: with what stood in Django's settings.
 *
 * @throws WatchwordError as `openUserSpace` does; `invalid-option` for a `siteUrl` that is no host
 * @example
 * ```ts
 * import { openDjMongoAuth } from "watchword/compat/djmongoauth";
 *
 * const { User, close } = await openDjMongoAuth({ url: "sqlite:shop.db", siteUrl: "shop.example" });
 * await new User({ username: "ada", email: "ada@example.com", password: "a phrase of hers" }).register();
 * console.log((await User.login("ada", "a phrase of hers")).length); // 43
 * await close();
 * ```
 */
export async function openDjMongoAuth(options: DjMongoAuthOptions): Promise<DjMongoAuth> {
  const space = await openPortSpace("djmongoauth", options.url, toOpenOptions(options));
  const User = createUserModel(space, { countsResets: options.watchword?.limits?.reset !== undefined });
  return {
    User,
    EmailTypes,
    authenticated: createAuthenticated((request) => User.of(request)),
    views: createViews(User, reporter(options)),
    space,
    close: () => space.close(),
  };
}

function reporter({ watchword }: DjMongoAuthOptions): (error: unknown) => void {
  const message = "a view of djmongoauth failed";
  return (err) => {
    if (watchword?.logger !== undefined) watchword.logger.error({ err }, message);
    else process.stderr.write(`${JSON.stringify({ level: "error", err: String(err), msg: message })}\n`);
  };
}

import { DAY } from "../../base/clock.js";
import type { OpenOptions, UserSpace } from "../../index.js";
import { openPortSpace } from "../opening.js";
import { createBaseUser, PASSWORD_LENGTHS } from "./base-user.js";
import type { BaseUserTable } from "./contract.js";

export type { BaseUser, BaseUserTable, NewBaseUser, PasswordChange } from "./contract.js";

/** The original took its database from `piccolo_conf`; a port is told. */
export interface PiccoloOptions {
  /** `sqlite:<file>`, `postgres://…` or `mongodb://…`. */
  readonly url: string;
  /** Everything else of Watchword: secret, clock, mail and so on. */
  readonly watchword?: OpenOptions;
}

/** What {@link openPiccolo} answers with. */
export interface Piccolo {
  readonly BaseUser: BaseUserTable;
  /** The user space beneath, for whoever moves on to Watchword's own calls. */
  readonly space: UserSpace;
  close(): Promise<void>;
}

/**
 * Opens a user space for the calls of Piccolo's `BaseUser` (piccolo 1.38.0). A space that this makes tells `Bob` from `bob`.
 * Passwords have 6 to 128 characters, unless `watchword.passwords.minLength` asks for Watchword's policy.
 *
 * @throws WatchwordError as `openUserSpace`
 * @example
 * ```ts
 * import { openPiccolo } from "watchword/compat/piccolo";
 *
 * const { BaseUser, close } = await openPiccolo({ url: "sqlite:band.db" });
 * console.log(await BaseUser.login({ username: "nobody", password: "at all" })); // null
 * await close();
 * ```
 */
export async function openPiccolo({ url, watchword = {} }: PiccoloOptions): Promise<Piccolo> {
  const { atCreation } = watchword;
  // `BaseUser` had no sessions, so those of a new space end as Watchword's do.
  const sessions = { absolute: 30 * DAY, ...atCreation?.sessions };
  const options = { ...watchword, atCreation: { ...atCreation, sessions } };
  const space = await openPortSpace("Piccolo", url, options, PASSWORD_LENGTHS);
  return { BaseUser: createBaseUser(space), space, close: () => space.close() };
}

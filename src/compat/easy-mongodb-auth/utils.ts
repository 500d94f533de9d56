import type { UserSpace, UserWithData } from "../../index.js";
import { type Answer, findUser, Handle, isBlocked, type Outcome } from "./handle.js";
import { type ConnectionOptions, readConnection } from "./options.js";
import {
  changeCustomField,
  customDataOf,
  customFieldOf,
  hasBlockRecord,
  replaceCustomData,
} from "./user-data.js";

/**
 * What an application asks about users and does to them.
 *
 * @example
 * ```ts
 * const utils = new Utils({ url: "sqlite:users.db" });
 * console.log(await utils.isVerified("nobody@example.com")); // { success: false, message: 'User not found.' }
 * await utils.close();
 * ```
 */
export class Utils extends Handle {
  /** @throws WatchwordError `invalid-option`, `invalid-input` for an option that there is not */
  constructor(options: ConnectionOptions = {}) {
    super(readConnection(options, "Utils", ".emdb_utils"));
  }

  /**
   * Keeps a user out, and ends every session: 403, or 404.
   *
   * @example
   * ```ts
   * console.log(await utils.blockUser("grace@example.com")); // { success: true, message: 'User is blocked.' }
   * ```
   */
  blockUser(email: string): Promise<Answer> {
    return this.#withRecord(email, async (space, user) => {
      await space.blocks.put(user.email ?? "");
      return this.outcome("user_blocked", true);
    });
  }

  /**
   * Lets a user in again: 207, or 404.
   *
   * @example
   * ```ts
   * await utils.blockUser("grace@example.com");
   * console.log((await utils.unblockUser("grace@example.com")).message); // User unblocked.
   * ```
   */
  unblockUser(email: string): Promise<Answer> {
    return this.#withRecord(email, async (space, user) => {
      await space.users.unblock(user.id);
      return "user_unblocked";
    });
  }

  /**
   * Whether a user is kept out: true with 403, false with 301; true with 404 for nobody, and with 400 where nobody can tell.
   *
   * @example
   * ```ts
   * console.log((await utils.isBlocked("grace@example.com")).message); // User is not blocked.
   * ```
   */
  isBlocked(email: string): Promise<Answer> {
    return this.#withRecord(
      email,
      async (space, user) =>
        (await isBlocked(space, user)) ? this.outcome("user_blocked", true) : "not_blocked",
      true,
    );
  }

  /**
   * Whether a user's address is verified: 300, 302 or 404.
   *
   * @example
   * ```ts
   * console.log((await utils.isVerified("grace@example.com")).message); // User verified.
   * ```
   */
  isVerified(email: string): Promise<Answer> {
    return this.#withUser(email, async (_space, user) =>
      user.emailVerifiedAt === null ? "not_verified" : "user_verified",
    );
  }

  /**
   * Whole seconds since the last request of an address; negative while a penalty runs, −1 where none is known (a wait is
   * remembered for a day after its end).
   * @example
   * ```ts
   * console.log(await utils.timeSinceRequest("nobody@example.com")); // -1
   * ```
   */
  async timeSinceRequest(email: string): Promise<number> {
    let since: number | null = null;
    const { success } = await this.answer(async (space) => {
      since = await space.limits.timeSince({ identifier: email });
      return "success";
    });
    // Adding nothing makes 0 of −0.
    return success && since !== null ? Math.trunc(since / 1000) + 0 : -1;
  }

  /**
   * All that an application keeps on a user, as `message`; or 404.
   *
   * @example
   * ```ts
   * console.log((await utils.getCustUsrData("grace@example.com")).message); // { plan: 'free' }
   * ```
   */
  getCustUsrData(email: string): Promise<Answer<unknown>> {
    return this.#withUser(email, async (_space, user) => ({ success: true, message: customDataOf(user) }));
  }

  /**
   * One field of it, as `message`: null where it is absent; or 404.
   *
   * @example
   * ```ts
   * console.log((await utils.getSomeCustUsrData("grace@example.com", "plan")).message); // free
   * ```
   */
  getSomeCustUsrData(email: string, field: string): Promise<Answer<unknown>> {
    return this.#withUser(email, async (_space, user) => ({
      success: true,
      message: customFieldOf(customDataOf(user), field) ?? null,
    }));
  }

  /**
   * Puts this in place of all of it: 206, or 404.
   *
   * @example
   * ```ts
   * console.log((await utils.replaceUsrData("grace@example.com", { since: new Date() })).message); // Custom user data changed.
   * ```
   */
  replaceUsrData(email: string, customData: unknown): Promise<Answer> {
    return this.#withUser(email, async (space, user) => {
      await replaceCustomData(space, user.id, customData);
      return "data_changed";
    });
  }

  /**
   * Changes one field that is there: 205, 412 where it is not, or 404. Of two changes at once none is lost.
   *
   * @example
   * ```ts
   * console.log((await utils.updateUsrData("grace@example.com", "plan", "pro")).message); // Custom user data field updated.
   * console.log((await utils.updateUsrData("grace@example.com", "seats", 3)).message); // Field not found.
   * ```
   */
  updateUsrData(email: string, field: string, customData: unknown): Promise<Answer> {
    return this.#withUser(email, async (space, user) =>
      (await changeCustomField(space, user.id, field, customData)) ? "data_updated" : "field_not_found",
    );
  }

  #withUser<Message = number | string>(
    email: string,
    act: (space: UserSpace, user: UserWithData) => Promise<Outcome>,
  ): Promise<Answer<Message>> {
    return this.answer<Message>(async (space) => {
      const user = await findUser(space, email);
      return user === null ? "user_not_found" : act(space, user);
    });
  }

  /** As the original, to which somebody without a block record is nobody where blocks are concerned. */
  #withRecord(
    email: string,
    act: (space: UserSpace, user: UserWithData) => Promise<Outcome>,
    isYes = false,
  ): Promise<Answer> {
    return this.answer(async (space) => {
      const user = await findUser(space, email);
      return user === null || !(await hasBlockRecord(space, user))
        ? this.outcome("user_not_found", isYes)
        : act(space, user);
    }, isYes);
  }
}

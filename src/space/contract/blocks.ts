import type { Context } from "./actors.js";
import type { Page, PageQuery } from "./users.js";

/** A block on a username or an address, whether or not an account has it. */
export interface Block {
  /** The name, as it was typed. */
  readonly identifier: string;
  readonly since: Date;
  /** When it lifts by itself; null: never. */
  readonly until: Date | null;
  readonly reason: string | null;
}

/**
 * `space.blocks`: blocks on names. Nobody signs up or is created with a blocked name, and whoever has one is blocked at
 * once, as {@link UsersService.block} does. For administrators and the system.
 */
export interface BlocksService {
  /**
   * Lays a block on a username or an address, in place of the one that lies there. An account that has the name is
   * blocked in the same call, and every session of it ends.
   *
   * @param identifier - With an `@` an address, otherwise a username; compared as the space compares names.
   * @param options - `until`: when it lifts by itself; without it, at {@link remove}. `reason`: at most 1000 characters,
   * shown to the person at signing in.
   * @throws WatchwordError `invalid-identifier`, `invalid-input` for an `until` in the past, `not-allowed`
   * @example
   * ```ts
   * await space.blocks.put("mallory@example.com", { reason: "spam" });
   * try {
   *   await space.users.create({ email: "mallory@example.com" });
   * } catch (error) {
   *   if (error instanceof WatchwordError) console.log(error.code); // name-blocked
   * }
   * ```
   */
  put(
    identifier: string,
    options?: { readonly reason?: string; readonly until?: Date } & Context,
  ): Promise<Block>;
  /**
   * Takes a block off a name, and unblocks the account that it blocked. A block laid on the account itself stays.
   *
   * @returns False: there was none.
   * @throws WatchwordError `invalid-identifier`, `not-allowed`
   * @example
   * ```ts
   * await space.blocks.put("mallory");
   * console.log(await space.blocks.remove("mallory"), await space.blocks.remove("mallory")); // true false
   * ```
   */
  remove(identifier: string, context?: Context): Promise<boolean>;
  /**
   * The block that holds on a name now.
   *
   * @throws WatchwordError `invalid-identifier`
   * @example
   * ```ts
   * await space.blocks.put("mallory", { reason: "spam" });
   * console.log((await space.blocks.find("Mallory"))?.reason); // spam
   * ```
   */
  find(identifier: string): Promise<Block | null>;
  /**
   * One page of the blocks that hold now, addresses first, each kind by name.
   *
   * @param query - `size`: 1 to 1000, default 50; pages may hold fewer. `after`: the `next` of the page before.
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * for (const block of (await space.blocks.list()).items) console.log(block.identifier, block.reason);
   * ```
   */
  list(query?: PageQuery): Promise<Page<Block>>;
  /**
   * Every block that holds now, read 500 at a time while you iterate.
   *
   * @example
   * ```ts
   * for await (const block of space.blocks.all()) console.log(block.identifier);
   * ```
   */
  all(): AsyncIterable<Block>;
}

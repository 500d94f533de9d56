import type { DatabasePart } from "../../index.js";
import { Handle } from "./handle.js";
import { type ConnectionOptions, readConnection } from "./options.js";

/** What the original keeps in its collection of users lies in three parts here. */
const USERS: readonly DatabasePart[] = ["users", "codes", "sessions"];

/**
 * The database itself. Nothing asks back: what is removed is gone. As in MongoDB, where a collection comes into being with its
 * first use, what was removed is there again, empty.
 *
 * @example
 * ```ts
 * const coredb = new CoreDB({ url: "sqlite:users.db" });
 * console.log(await coredb.userCount()); // 0
 * await coredb.close();
 * ```
 */
export class CoreDB extends Handle {
  /** @throws WatchwordError `invalid-option`, `invalid-input` for an option that there is not */
  constructor(options: ConnectionOptions = {}) {
    super(readConnection(options, "CoreDB", ".emdb_coredb"));
  }

  /**
   * Removes every user, with their codes and sessions.
   *
   * @example
   * ```ts
   * await coredb.removeUsersCollection();
   * console.log(await coredb.userCount()); // 0
   * ```
   */
  async removeUsersCollection(): Promise<void> {
    await this.#reset(USERS);
  }

  /**
   * Removes every block, and the records of those who are not blocked: with blocking on, nobody who is registered gets in.
   *
   * @example
   * ```ts
   * await coredb.removeBlockedCollection();
   * const answer = await auth.authenticateUser("grace@example.com", "correct horse battery staple");
   * console.log(answer.message); // User is not found in blocked database.
   * ```
   */
  async removeBlockedCollection(): Promise<void> {
    const space = await this.space();
    const begun = space.clock.now();
    await this.#reset(["blocks"]);
    // A block rests on the user too. One that is laid from now on is another one, and stays.
    for await (const user of space.users.all({ blocked: true }))
      if (user.blocked !== null && user.blocked.since.getTime() <= begun) await space.users.unblock(user.id);
  }

  /** Forgets every wait. */
  async removeLimitCollection(): Promise<void> {
    await this.#reset(["limits"]);
  }

  /** Removes users, blocks and limits. */
  async removeAllCollections(): Promise<void> {
    await this.#reset([...USERS, "blocks", "limits"]);
  }

  /** Makes what is not there, and leaves what is; so do the others. */
  async createUsersCollection(): Promise<void> {
    await this.#create(USERS);
  }

  async createBlockedCollection(): Promise<void> {
    await this.#create(["blocks"]);
  }

  async createLimitCollection(): Promise<void> {
    await this.#create(["limits"]);
  }

  async createAllCollections(): Promise<void> {
    await this.#create([...USERS, "blocks", "limits"]);
  }

  async resetUsersCollection(): Promise<void> {
    await this.removeUsersCollection();
  }

  async resetBlockedCollection(): Promise<void> {
    await this.removeBlockedCollection();
  }

  async resetLimitCollection(): Promise<void> {
    await this.removeLimitCollection();
  }

  async resetAllCollections(): Promise<void> {
    await this.removeAllCollections();
  }

  /**
   * Removes everything that Watchword keeps in the database.
   *
   * @example
   * ```ts
   * await coredb.removeDb();
   * console.log(await coredb.userCount()); // 0
   * ```
   */
  async removeDb(): Promise<void> {
    await this.#reset(["all"]);
  }

  async createDb(): Promise<void> {
    await this.#create(["all"]);
  }

  async resetDb(): Promise<void> {
    await this.removeDb();
  }

  /**
   * How many users there are.
   *
   * @example
   * ```ts
   * console.log(await coredb.userCount()); // 1
   * ```
   */
  async userCount(): Promise<number> {
    return (await this.space()).users.count();
  }

  /** Of all that is kept, in bytes. */
  async dbDataSize(): Promise<number> {
    return (await this.#statistics()).dataBytes;
  }

  /** Of the files or pages that hold it, in bytes. */
  async dbStorageSize(): Promise<number> {
    return (await this.#statistics()).storageBytes;
  }

  /** Of the indexes, in bytes. */
  async dbIndexSize(): Promise<number> {
    return (await this.#statistics()).indexBytes;
  }

  /** What the database says of itself, by its own names. */
  async dbRawStats(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#statistics()).raw;
  }

  async #statistics() {
    return (await this.space()).database.statistics();
  }

  async #reset(parts: readonly DatabasePart[]): Promise<void> {
    const space = await this.space();
    for (const part of parts) await space.database.reset(part, { confirm: space.name });
  }

  async #create(parts: readonly DatabasePart[]): Promise<void> {
    const space = await this.space();
    for (const part of parts) await space.database.create(part, { confirm: space.name });
  }
}

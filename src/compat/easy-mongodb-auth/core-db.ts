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

  /** Removes every user, with their codes and sessions. */
  async removeUsersCollection(): Promise<void> {
    await this.#reset(USERS);
  }

  /** Removes every block, and the records of those who are not blocked: with blocking on, nobody who is registered gets in. */
  async removeBlockedCollection(): Promise<void> {
    const space = await this.space();
    const begun = space.clock.now();
    await this.#reset(["blocks"]);
    // A block rests on the user too. One that is laid from now on is another one, and stays.
    for await (const user of space.users.all({ blocked: true }))
      if (user.blocked !== null && user.blocked.since.getTime() <= begun) await space.users.unblock(user.id);
  }

  async removeLimitCollection(): Promise<void> {
    await this.#reset(["limits"]);
  }

  async removeAllCollections(): Promise<void> {
    await this.#reset([...USERS, "blocks", "limits"]);
  }

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

  /** Removes everything that Watchword keeps in the database. */
  async removeDb(): Promise<void> {
    await this.#reset(["all"]);
  }

  async createDb(): Promise<void> {
    await this.#create(["all"]);
  }

  async resetDb(): Promise<void> {
    await this.removeDb();
  }

  async userCount(): Promise<number> {
    return (await this.space()).users.count();
  }

  /** Bytes. */
  async dbDataSize(): Promise<number> {
    return (await this.#statistics()).dataBytes;
  }

  /** Bytes. */
  async dbStorageSize(): Promise<number> {
    return (await this.#statistics()).storageBytes;
  }

  /** Bytes. */
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

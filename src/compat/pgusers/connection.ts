import type { OpenOptions, UserSpace } from "../../index.js";
import { openPortSpace } from "../opening.js";

/** Live sessions of one user; the original knew no bound. */
const MOST_SESSIONS = 1_000_000;

/** The user space beneath: opened by the first call, and again by the first one after it was closed. */
export class Connection {
  #space: Promise<UserSpace> | null = null;
  #closed: Promise<void> = Promise.resolve();
  #idle: number | undefined;

  constructor(
    readonly url: string,
    readonly options: OpenOptions = {},
  ) {}

  get space(): Promise<UserSpace> {
    this.#space ??= this.#open();
    return this.#space;
  }

  /** How long a session lasts without use (milliseconds). An opening later on must not go back to what its options say. */
  async setIdle(idle: number): Promise<void> {
    await (await this.space).sessions.setPolicy({ idle });
    this.#idle = idle;
  }

  async close(): Promise<void> {
    const space = this.#space;
    this.#space = null;
    if (space !== null) this.#closed = letGo(space);
    await this.#closed;
  }

  async #open(): Promise<UserSpace> {
    // What is closing lets go of the database first.
    await this.#closed;
    const { sessions } = this.options;
    try {
      return await openPortSpace("pgusers", this.url, {
        ...this.options,
        sessions: {
          touchEvery: 0,
          mostPerUser: MOST_SESSIONS,
          ...sessions,
          ...(this.#idle === undefined ? {} : { idle: this.#idle }),
        },
      });
    } catch (error) {
      // The next call tries anew.
      this.#space = null;
      throw error;
    }
  }
}

async function letGo(opening: Promise<UserSpace>): Promise<void> {
  // One that never opened was told to the call that wanted it, and holds nothing.
  const space = await opening.catch(() => null);
  await space?.close();
}

import type { OpenOptions, UserSpace } from "../../index.js";
import { openPortSpace } from "../opening.js";

/** Live sessions of one user; the original knew no bound. */
const MOST_SESSIONS = 1_000_000;

/** The user space beneath: opened by the first call, and again by the first one after it was closed. */
export class Connection {
  #space: Promise<UserSpace> | null = null;
  #closed: Promise<void> = Promise.resolve();
  #isSet = false;

  constructor(
    readonly url: string,
    readonly options: OpenOptions = {},
  ) {}

  get space(): Promise<UserSpace> {
    this.#space ??= this.#open();
    return this.#space;
  }

  /** How long a session lasts without use (milliseconds). It is recorded in the space, so an opening later on leaves it as it is. */
  async setIdle(idle: number): Promise<void> {
    await (await this.space).sessions.setPolicy({ idle });
    this.#isSet = true;
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
    const { idle, ...sessions } = this.options.sessions ?? {};
    try {
      return await openPortSpace("pgusers", this.url, {
        ...this.options,
        sessions: {
          touchEvery: 0,
          mostPerUser: MOST_SESSIONS,
          ...sessions,
          ...(this.#isSet || idle === undefined ? {} : { idle }),
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

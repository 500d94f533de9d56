import { setTimeout as sleep } from "node:timers/promises";
import { WatchwordError } from "../../base/errors.js";
import type { Database } from "./database.js";

/** Real milliseconds between two tries at the most. */
const LONGEST_WAIT = 40;

/** How long somebody who lost a race for a document goes on trying: by chance between tries, and no longer than a call may take. */
export class Patience {
  readonly #end: number;
  #wait = 1;

  constructor(database: Database) {
    this.#end = performance.now() + database.timeout;
  }

  /** @throws WatchwordError `store-unavailable` once the time is over */
  check(): void {
    if (performance.now() >= this.#end)
      throw new WatchwordError(
        "store-unavailable",
        "Too many others changed the same record at the same time, so that this change found no turn. Try again shortly.",
        { retryAfter: 1000 },
      );
  }

  /** Waits a moment. @throws WatchwordError `store-unavailable` once the time is over */
  async wait(): Promise<void> {
    this.check();
    await sleep(Math.random() * this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}

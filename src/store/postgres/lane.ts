import { WatchwordError } from "../../base/errors.js";
import type { LimitResult } from "../contract.js";
import type { LimitCall } from "../sql/limits.js";

/** How many callers share one transaction at the most. */
const MOST = 200;

interface Waiting {
  readonly call: LimitCall;
  readonly resolve: (results: readonly LimitResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Counts for many callers in one transaction after the other. Every sign-in counts in the row of the whole space, so
 * that transactions of their own would stand in a line before its lock, each with a connection of the pool; here those
 * who come while one is under way make up the next. What other processes count is kept apart by the row locks.
 */
export class LimitLane {
  readonly #count: (calls: readonly LimitCall[]) => Promise<readonly (readonly LimitResult[])[]>;
  #waiting: Waiting[] = [];
  #isUnderWay = false;

  constructor(count: (calls: readonly LimitCall[]) => Promise<readonly (readonly LimitResult[])[]>) {
    this.#count = count;
  }

  call(call: LimitCall): Promise<readonly LimitResult[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST);
      try {
        const answers = await this.#count(batch.map(({ call }) => call));
        for (const [at, { resolve }] of batch.entries()) resolve(answers[at] ?? []);
      } catch (error) {
        // Those who came meanwhile have waited as long: where nothing answers, they shall not wait as long again.
        const isAway = error instanceof WatchwordError && error.code === "store-unavailable";
        for (const { reject } of isAway ? [...batch, ...this.#waiting.splice(0)] : batch) reject(error);
      }
    }
    this.#isUnderWay = false;
  }
}

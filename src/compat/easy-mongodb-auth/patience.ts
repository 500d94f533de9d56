import { setTimeout as pause } from "node:timers/promises";
import { WatchwordError } from "../../base/errors.js";

/** Whole milliseconds: how long a call waits for its turn at the hashes, and between two tries at the most. */
const LONGEST_WAIT = 10_000;
const LONGEST_PAUSE = 500;

/**
 * Comes again while too many passwords wait to be checked, as a client does over HTTP: the original had no answer for that.
 * What is `busy` has done nothing yet.
 */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const end = performance.now() + LONGEST_WAIT;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const isBusy = error instanceof WatchwordError && error.code === "busy";
      if (!isBusy || performance.now() > end) throw error;
      await pause(Math.min(error.retryAfter ?? LONGEST_PAUSE, LONGEST_PAUSE));
    }
  }
}

import type { Logger } from "../space/options.js";
import type { SessionTouch, Store } from "../store/contract.js";

/** Real milliseconds between two writes of what was collected. */
const FLUSH_EVERY = 5000;

/**
 * Uses of sessions, collected and written together: one write for a thousand checks, and a check never waits for one.
 * What is collected counts at once in this process.
 */
export interface Touches {
  pending(tokenHash: string): SessionTouch | undefined;
  add(touch: SessionTouch): void;
  forget(tokenHash: string): void;
  flush(): Promise<void>;
  /** Flushes, and collects no more: the store is about to close. */
  stop(): Promise<void>;
}

export function createTouches(store: Store, logger: Logger): Touches {
  let collected = new Map<string, SessionTouch>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (collected.size === 0) return;
    const batch = collected;
    collected = new Map();
    try {
      await store.touchSessions([...batch.values()]);
    } catch (error) {
      // Nothing was promised to anybody, but people would be signed out early: keep them for the next round.
      for (const [hash, touch] of batch) if (!collected.has(hash)) collected.set(hash, touch);
      throw error;
    }
  }

  function schedule(): void {
    if (timer !== undefined || isStopped) return;
    timer = setTimeout(() => {
      flush().catch((error: unknown) => {
        logger.warn({ err: error }, "the uses of sessions could not be written; trying again");
        schedule();
      });
    }, FLUSH_EVERY);
    timer.unref();
  }

  return {
    pending: (tokenHash) => (collected.size === 0 ? undefined : collected.get(tokenHash)),
    add(touch) {
      if (isStopped) return;
      collected.set(touch.tokenHash, touch);
      schedule();
    },
    forget(tokenHash) {
      collected.delete(tokenHash);
    },
    flush,
    stop() {
      isStopped = true;
      return flush();
    },
  };
}

import { type Clock, DAY, MINUTE } from "../base/clock.js";
import { newId } from "../base/ids.js";
import type { CleanupCounts, Store } from "../store/contract.js";
import type { Logger } from "./options.js";

/** Ended sessions stay this long, so that "expired" can be told from "unknown". */
const SESSIONS_STAY = 30 * DAY;
const AUDIT_STAYS = 365 * DAY;
/** Longer than a mail may be late, so that nobody's sign-up is gone before its code arrives. */
const SIGN_UPS_STAY = 4 * DAY;
const FAILED_MAILS_STAY = 30 * DAY;
const BATCH = 500;
const EVERY = 5 * MINUTE;

export interface Housekeeping {
  /** Removes what is over, a batch at a time; nothing where another server is at it. */
  run(): Promise<CleanupCounts>;
  start(): void;
  /** Waits for a round in hand. */
  stop(): Promise<void>;
}

const NOTHING: CleanupCounts = { sessions: 0, codes: 0, limits: 0, users: 0, mails: 0, audit: 0, blocks: 0 };

export function createHousekeeping(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}): Housekeeping {
  const { store, clock, logger } = deps;
  const owner = newId(clock.now());
  let timer: NodeJS.Timeout | undefined;
  let inHand: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  /** One at a time in this process too: its rounds share the turn, and the first to end would give it back under the other. */
  function run(): Promise<CleanupCounts> {
    const round = inHand.then(clean);
    inHand = round.catch(() => undefined);
    return round;
  }

  async function clean(): Promise<CleanupCounts> {
    let total = NOTHING;
    while (!isStopped) {
      const now = clock.now();
      if (!(await store.takeTurn("cleanup", owner, now + MINUTE, now))) return total;
      const counts = await store.cleanup({
        now,
        sessionsBefore: now - SESSIONS_STAY,
        auditBefore: now - AUDIT_STAYS,
        pendingBefore: now - SIGN_UPS_STAY,
        mailBefore: now - FAILED_MAILS_STAY,
        size: BATCH,
      });
      total = add(total, counts);
      if (Object.values(counts).every((count) => count < BATCH)) break;
    }
    // Given back, so that who comes next (a person at a terminal) need not wait until it runs out.
    const now = clock.now();
    await store.takeTurn("cleanup", owner, now, now);
    return total;
  }

  return {
    run,
    start() {
      timer = setInterval(() => {
        run().catch((error: unknown) => logger.warn({ err: error }, "housekeeping failed; it tries again"));
      }, EVERY);
      timer.unref();
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await inHand;
    },
  };
}

function add(a: CleanupCounts, b: CleanupCounts): CleanupCounts {
  return {
    sessions: a.sessions + b.sessions,
    codes: a.codes + b.codes,
    limits: a.limits + b.limits,
    users: a.users + b.users,
    mails: a.mails + b.mails,
    audit: a.audit + b.audit,
    blocks: a.blocks + b.blocks,
  };
}

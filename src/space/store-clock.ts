import { type Clock, MINUTE, SECOND, systemClock } from "../base/clock.js";
import type { Store } from "../store/contract.js";
import type { Logger } from "./options.js";

/** More than this, and somebody should set the clock of a machine. */
const WORTH_TELLING = 30 * SECOND;

/** The clock of the database, told by this machine's: all servers of a space go by it. */
export interface StoreClock extends Clock {
  /** Measures the distance anew each minute. */
  start(): void;
  stop(): void;
}

/**
 * Measures how far this machine's clock is from the database's, and corrects it by that.
 * @throws WatchwordError `store-unavailable`
 */
export async function createStoreClock(deps: {
  readonly store: Pick<Store, "now">;
  readonly logger: Logger;
  readonly machine?: Clock;
}): Promise<StoreClock> {
  const { store, logger, machine = systemClock } = deps;
  let distance = 0;
  let timer: NodeJS.Timeout | undefined;

  async function measure(): Promise<void> {
    const before = machine.now();
    const there = await store.now();
    const after = machine.now();
    const measured = there - Math.round((before + after) / 2);
    // The answer was made at some moment between the two: what is less than half the trip away may be the same distance
    // still, and a slow answer shall not set the clock back.
    if (Math.abs(measured - distance) > (after - before) / 2) distance = measured;
  }

  await measure();
  if (Math.abs(distance) > WORTH_TELLING)
    logger.warn(
      { milliseconds: distance },
      `the clock of this machine is ${describe(distance)} that of the database, which counts; set one of them`,
    );
  return {
    now: () => machine.now() + distance,
    start() {
      timer = setInterval(() => {
        // The next minute asks again; requests themselves say it louder where the database is away.
        measure().catch((error: unknown) =>
          logger.debug({ err: error }, "the database's clock did not answer"),
        );
      }, MINUTE);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}

function describe(distance: number): string {
  const seconds = Math.round(Math.abs(distance) / SECOND);
  return `${seconds} s ${distance > 0 ? "behind" : "ahead of"}`;
}

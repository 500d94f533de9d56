import { randomInt } from "node:crypto";
import { DAY, MINUTE, SECOND } from "../base/clock.js";

const WAITS = [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE] as const;
const LONGEST_WAIT = 30 * MINUTE;
/** A mail that could not be handed over for so long is given up. */
export const GIVE_UP_AFTER = 3 * DAY;

/**
 * How long a mail waits after one more failed try, whole milliseconds: 10 s, 30 s, 2 min, 10 min, then 30 min each,
 * up to a tenth more or less, so that mails that failed together do not all come back at once.
 * @param tries how many there were, this one included
 */
export function waitAfter(tries: number): number {
  const wait = WAITS[Math.max(tries, 1) - 1] ?? LONGEST_WAIT;
  const tenth = wait / 10;
  return wait + randomInt(-tenth, tenth + 1);
}

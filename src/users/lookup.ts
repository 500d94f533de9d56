import { DAY } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";

/** How long a sign-up that nobody has proven reserves its username, in milliseconds. */
export const PENDING_LIFETIME = DAY;

/** The moment before which a pending sign-up no longer holds its names. */
export function pendingBefore(now: number): number {
  return now - PENDING_LIFETIME;
}

export function noSuchUser(id: string): WatchwordError {
  return new WatchwordError(
    "not-found",
    `There is no user with the id ${JSON.stringify(String(id).slice(0, 64))}.`,
  );
}

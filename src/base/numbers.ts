import { WatchwordError } from "./errors.js";

/** The sequence that the numbers of users come from. */
export const USER_NUMBERS = "users";

/** The greatest number that is given out: beyond 2^53 - 1 JavaScript no longer tells neighbours apart. */
export const LAST_NUMBER = Number.MAX_SAFE_INTEGER;

/** Whether a value can be the number of a user: whole, from 1. */
export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

export function sequenceEnded(sequence: string): WatchwordError {
  return new WatchwordError(
    "conflict",
    `The sequence ${JSON.stringify(sequence)} has come to its last number, ${LAST_NUMBER}, as a rule because an import brought somebody with a number that great. Look at who that is; then begin anew with \`watchword database reset sequences\`: what is somebody's is passed over.`,
  );
}

/** What calls answer with that can fail in ways to be expected: the numbers of the original. */
export const OK = 0;
export const NOT_FOUND = 1;
export const EXPIRED = 2;
export const REJECTED = 3;

/** A call that cannot be served as it was made: a taken name, a user who is not there, nothing to look by. */
export class BadCallError extends Error {
  override readonly name = "BadCallError";
}

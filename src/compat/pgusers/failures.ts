import { type ErrorCode, WatchwordError } from "../../index.js";
import { BadCallError } from "./outcomes.js";

/** What is wrong with what a caller gave, rather than with the database. */
const MISTAKES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "invalid-input",
  "invalid-identifier",
  "username-taken",
  "email-taken",
  "name-blocked",
  "password-refused",
]);

/** Makes a call of the space, and tells the caller's mistakes as the original did. */
export async function asBadCalls<T>(
  call: () => Promise<T>,
  names: { readonly username?: string | null; readonly email?: string | null } = {},
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof WatchwordError) || !MISTAKES.has(error.code)) throw error;
    const said =
      error.code === "username-taken"
        ? `User '${names.username}' already in database`
        : error.code === "email-taken"
          ? `Email '${names.email}' already in database`
          : error.message;
    throw new BadCallError(said, { cause: error });
  }
}

/** Whether a call failed with this code; any other failure is none of the port's business. */
export function isFailure(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof WatchwordError && codes.includes(error.code);
}

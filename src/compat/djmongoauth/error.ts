import { MailNotTaken, WatchwordError } from "../../index.js";

/**
 * What djmongoauth raises for everything that a person, or the program, did wrong. `cause` has Watchword's own error, where
 * there is one.
 */
export class DjMongoAuthError extends Error {
  override readonly name = "DjMongoAuthError";
}

/**
 * Runs a call of the space. What it refuses becomes a {@link DjMongoAuthError}; what failed by itself (a database that does
 * not answer, for one) stays what it is.
 */
export async function refusing<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof MailNotTaken || (error instanceof WatchwordError && error.status < 500))
      throw new DjMongoAuthError(error.message, { cause: error });
    throw error;
  }
}

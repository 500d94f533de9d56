import { WatchwordError } from "../../base/errors.js";

export type Driver = typeof import("mongodb");

/** The optional peer, loaded when the first MongoDB is opened. */
export async function loadDriver(): Promise<Driver> {
  try {
    return await import("mongodb");
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new WatchwordError(
      "package-missing",
      "MongoDB needs the package mongodb, which is not installed. Run `npm install mongodb` (version 6.20 or later).",
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}

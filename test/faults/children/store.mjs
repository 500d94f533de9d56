// Opens the store that the first argument names, for the scripts beside this one.
import { openSqliteStore } from "#dist/store/sqlite/open.js";

export const file = process.argv[2];

export function open(options = {}) {
  return openSqliteStore({ file, create: true, synchronous: "full", busyTimeout: 20_000, ...options });
}

// Opens the store that the first argument names (a file, or a PostgreSQL URL), for the scripts beside this one.
import { openPostgresStore } from "#dist/store/postgres/open.js";
import { openSqliteStore } from "#dist/store/sqlite/open.js";

export const file = process.argv[2];

export function open(options = {}) {
  if (file.startsWith("postgres:"))
    return openPostgresStore({
      url: file,
      schema: process.env.SCHEMA,
      poolSize: 4,
      timeout: 60_000,
      ...options,
    });
  return openSqliteStore({ file, create: true, synchronous: "full", busyTimeout: 20_000, ...options });
}

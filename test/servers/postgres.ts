import { inject } from "vitest";

export { POSTGRES_PASSWORD, startPostgres } from "./start-postgres.js";

/** The PostgreSQL that all tests of this run share: one that was named, or one started for the run. */
export async function postgresServer(): Promise<{ readonly url: string }> {
  const url = inject("postgresUrl");
  if (url === undefined) throw new Error("No PostgreSQL in this project; run with --project postgres.");
  return { url };
}

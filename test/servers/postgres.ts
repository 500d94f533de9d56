import { Client } from "pg";
import { inject } from "vitest";

export { POSTGRES_PASSWORD, startPostgres } from "./start-postgres.js";

/** The PostgreSQL that all tests of this run share: one that was named, or one started for the run. */
export async function postgresServer(): Promise<{ readonly url: string }> {
  const url = inject("postgresUrl");
  if (url === undefined) throw new Error("No PostgreSQL in this project; run with --project postgres.");
  return { url };
}

let count = 0;

/** Unlike any other test's or process's. */
export function freshSchema(): string {
  count++;
  return `test_${process.pid}_${Date.now().toString(36)}_${count}`;
}

/** Runs SQL past the store, and answers with the rows. */
export async function askPostgres(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

export async function dropSchema(url: string, schema: string): Promise<void> {
  await askPostgres(url, `SET client_min_messages = warning; DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
}

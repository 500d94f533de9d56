import type { TestProject } from "vitest/node";
import { startPostgres } from "./start-postgres.js";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** Vitest's global set-up of the project `postgres`: one server for the run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const named = process.env.WATCHWORD_TEST_POSTGRES_URL;
  if (named) {
    project.provide("postgresUrl", named);
    return undefined;
  }
  const server = await startPostgres({ auth: "trust" });
  project.provide("postgresUrl", server.url);
  return () => server.remove();
}

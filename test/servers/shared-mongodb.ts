import type { TestProject } from "vitest/node";
import { startMongodb } from "./start-mongodb.js";

declare module "vitest" {
  interface ProvidedContext {
    mongodbUrl: string;
  }
}

/** Vitest's global set-up of the project `mongodb`: one server for the run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const named = process.env.WATCHWORD_TEST_MONGODB_URL;
  if (named) {
    project.provide("mongodbUrl", named);
    return undefined;
  }
  const server = await startMongodb();
  project.provide("mongodbUrl", server.url);
  return () => server.remove();
}

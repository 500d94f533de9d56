import { inject } from "vitest";

export { isRealMongodb, startMongodb } from "./start-mongodb.js";

/** The MongoDB that all tests of this run share: one that was named, or one started for the run. */
export async function mongodbServer(): Promise<{ readonly url: string }> {
  const url = inject("mongodbUrl");
  if (url === undefined) throw new Error("No MongoDB in this project; run with --project mongodb.");
  return { url };
}

import { NoServer } from "./server.js";
import { requireMongodb } from "./start-mongodb.js";
import { requirePostgres } from "./start-postgres.js";

const NEEDS = { sqlite: async () => {}, postgres: async () => requirePostgres(), mongodb: requireMongodb };

export type StoreKind = keyof typeof NEEDS;

/**
 * The stores that this machine can run the tests on. One that it cannot is left out, which one loud line tells;
 * `WATCHWORD_TEST_REQUIRE=postgres,mongodb` makes that a failure.
 */
export async function availableStores(): Promise<StoreKind[]> {
  const required = (process.env.WATCHWORD_TEST_REQUIRE ?? "").split(",").filter((name) => name !== "");
  const unknown = required.find((name) => !Object.hasOwn(NEEDS, name));
  if (unknown !== undefined)
    throw new Error(`WATCHWORD_TEST_REQUIRE names ${unknown}; it may name ${Object.keys(NEEDS).join(", ")}.`);
  const available: StoreKind[] = [];
  for (const kind of ["sqlite", "postgres", "mongodb"] as const)
    try {
      await NEEDS[kind]();
      available.push(kind);
    } catch (error) {
      if (!(error instanceof NoServer)) throw error;
      const message = `NO TESTS RUN ON ${kind.toUpperCase()}: ${error.message}.`;
      if (required.includes(kind)) throw new Error(message, { cause: error });
      console.warn(message);
    }
  return available;
}

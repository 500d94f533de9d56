import { type OpenOptions, openUserSpace } from "watchword";
import { testClock } from "./clock.js";
import { newDatabase, type TestDatabase } from "./database.js";
import { original } from "./import-source.js";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** What a test of a port gives to its opening: cheap hashes, a clock of its own, no lines on stderr. */
export function portOptions(
  database: TestDatabase,
  start?: number,
): OpenOptions & { readonly clock: ReturnType<typeof testClock> } {
  return {
    ...database.options,
    clock: testClock(start),
    logger: quiet,
    passwords: { argon2: { memory: 64, passes: 1, lanes: 1 } },
  };
}

/** A database of the run's store with everybody of a real one in it, imported as an operator would, with case told apart. */
export async function importedDatabase(
  from: string,
  files: readonly string[],
  options: OpenOptions = {},
): Promise<TestDatabase> {
  const database = await newDatabase();
  const space = await openUserSpace(database.url, {
    ...database.options,
    logger: quiet,
    identifiers: "exact",
    ...options,
  });
  try {
    await space.transfer.import({ from, input: files.map(original) });
  } finally {
    await space.close();
  }
  return database;
}

import type { Database } from "./database.js";
import { RECORD_COLLECTIONS, SPACE_COLLECTIONS } from "./documents.js";
import { ensureCollection } from "./indexes.js";

/**
 * One step of the collections' history. Once released it never changes; what comes later is a step of its own. Each may be run again over
 * what an earlier run left half done.
 */
export interface Migration {
  /** Begins with its number, which is the version of the collections after it. */
  readonly name: string;
  run(database: Database): Promise<void>;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    name: "0001-first-collections",
    async run(database) {
      for (const name of [...RECORD_COLLECTIONS, ...SPACE_COLLECTIONS])
        if (name !== "sequences") await ensureCollection(database, name);
    },
  },
  {
    name: "0002-sequences",
    run: (database) => ensureCollection(database, "sequences"),
  },
];

/** The version of the collections that this program knows. */
export const LATEST_VERSION = MIGRATIONS.length;

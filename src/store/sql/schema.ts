import type { Dialect } from "./dialect.js";
import { MIGRATIONS } from "./migrations/migrations.js";
import { first, type Operation, run } from "./operation.js";

/** The version of the tables that this program knows. */
export const LATEST_VERSION = MIGRATIONS.length;

/**
 * Brings the tables up to date; answers with the names of what it ran. The whole is one transaction that no other may
 * write beside, so of many processes that start at once one migrates, and the others find nothing left to do.
 *
 * Not Kysely's migrator: it brings its own lock table and an asynchronous connection, which the one synchronous writer
 * of SQLite has no use for, and loading Kysely took longer (about 150 ms) than opening, migrating and answering.
 */
export function* migrate(dialect: Dialect): Operation<readonly string[]> {
  yield* run(
    `CREATE TABLE IF NOT EXISTS watchword_schema (
      version ${dialect.whole} NOT NULL PRIMARY KEY,
      name ${dialect.text} NOT NULL
    ) ${dialect.plain}`,
  );
  const version = yield* readVersion();
  const names: string[] = [];
  for (const migration of MIGRATIONS.slice(version)) {
    for (const statement of migration.statements(dialect)) yield* run(statement);
    yield* run(
      "INSERT INTO watchword_schema (version, name) VALUES (?, ?)",
      version + names.length + 1,
      migration.name,
    );
    names.push(migration.name);
  }
  return names;
}

/** How many migrations ran here; the table for it must be there. */
export function* readVersion(): Operation<number> {
  const row = yield* first<{ version: number }>(
    "SELECT coalesce(max(version), 0) AS version FROM watchword_schema",
  );
  return row?.version ?? 0;
}

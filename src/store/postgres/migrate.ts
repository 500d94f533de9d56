import type { Dialect } from "../sql/dialect.js";
import { first, type Operation, run } from "../sql/operation.js";
import { migrate } from "../sql/schema.js";
import { codeOf, isDuplicate, isMissingTable } from "./errors.js";
import type { Runner } from "./runner.js";

/** How often the table of versions may vanish or appear under several processes that make and drop it at once. */
const MOST_TRIES = 10;

/**
 * Brings the tables up to date, one process at a time: each locks the same row of the table of versions (its version 0, which
 * is none) and looks at what is there only then. The whole is one transaction: it is done or it is not.
 */
export async function migrateInTurn(runner: Runner, dialect: Dialect): Promise<readonly string[]> {
  for (let tries = 1; ; tries++) {
    let isMade = false;
    try {
      await runner.run("locks", () => makeTurn(dialect), true);
      isMade = true;
      return await runner.run("locks", () => takeTurn(dialect), true);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      // Two that make the table at once: the second meets the first one's name in the catalogue, of the table or of the type
      // of its rows. Or somebody dropped it.
      const isRace = isMade
        ? isMissingTable(cause)
        : isDuplicate(cause) || ["42P07", "42710"].includes(codeOf(cause) ?? "");
      if (!isRace || tries >= MOST_TRIES) throw error;
    }
  }
}

function* makeTurn({ text, whole, countTables }: Dialect): Operation<void> {
  const table = yield* first<{ found: number }>(countTables, "watchword_schema");
  if ((table?.found ?? 0) === 0)
    yield* run(
      `CREATE TABLE IF NOT EXISTS watchword_schema (version ${whole} NOT NULL PRIMARY KEY, name ${text} NOT NULL)`,
    );
  yield* run(
    "INSERT INTO watchword_schema (version, name) VALUES (0, 'turn') ON CONFLICT (version) DO NOTHING",
  );
}

function* takeTurn(dialect: Dialect): Operation<readonly string[]> {
  yield* run("SELECT version FROM watchword_schema WHERE version = 0 FOR UPDATE");
  return yield* migrate(dialect);
}

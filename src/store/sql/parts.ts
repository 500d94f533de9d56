import type { RecordKind } from "../contract.js";
import type { Dialect } from "./dialect.js";
import { MIGRATIONS } from "./migrations/migrations.js";
import { first, type Operation, run } from "./operation.js";
import { migrate } from "./schema.js";

const TABLES: { readonly [Kind in RecordKind]: readonly string[] } = {
  users: ["watchword_users", "watchword_identifiers", "watchword_credentials"],
  sessions: ["watchword_sessions"],
  codes: ["watchword_codes"],
  limits: ["watchword_limits"],
  blocks: ["watchword_blocks"],
  mails: ["watchword_mails"],
  audit: ["watchword_audit"],
  sequences: ["watchword_sequences"],
};
const OF_THE_SPACE = ["watchword_settings", "watchword_turns", "watchword_schema"];

export function* dropPart(part: RecordKind | "all"): Operation<void> {
  const tables = part === "all" ? [...Object.values(TABLES).flat(), ...OF_THE_SPACE] : TABLES[part];
  for (const table of tables) yield* run(`DROP TABLE IF EXISTS ${table}`);
}

export function* createPart(dialect: Dialect, part: RecordKind | "all"): Operation<void> {
  if (part === "all") {
    yield* migrate(dialect);
    return;
  }
  for (const table of TABLES[part]) {
    const answer = yield* first<{ found: number }>(dialect.countTables, table);
    if (answer !== null && answer.found > 0) continue;
    for (const statement of statementsOf(dialect, table)) yield* run(statement);
  }
}

/** The whole history of one table: what made it and what changed it since, in order. */
function statementsOf(dialect: Dialect, table: string): readonly string[] {
  const subject = /^(?:CREATE TABLE|ALTER TABLE|CREATE (?:UNIQUE )?INDEX \w+ ON) (\w+)/;
  return MIGRATIONS.flatMap((migration) => migration.statements(dialect)).filter(
    (statement) => subject.exec(statement)?.[1] === table,
  );
}

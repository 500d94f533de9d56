import { WatchwordError } from "../../base/errors.js";
import { first, type Operation, run } from "../sql/operation.js";
import type { Connector } from "./connector.js";
import { codeOf, isDuplicate, type Place, quote } from "./errors.js";
import type { Runner } from "./runner.js";

/** Where one connects to make a database that is not there yet. */
const ALWAYS_THERE = ["postgres", "template1"];

/** Makes the database. Another process that makes it in the same moment is as good. */
export async function createDatabase(
  connectorTo: (database: string) => Connector,
  { user, database, location }: Place,
  milliseconds: number,
): Promise<void> {
  let failure: unknown;
  for (const name of ALWAYS_THERE)
    try {
      const connection = await connectorTo(name).connect(milliseconds);
      try {
        connection.take(milliseconds);
        await connection.exec(`CREATE DATABASE ${quote(database)} ENCODING 'UTF8' TEMPLATE template0`);
      } finally {
        await connection.end();
      }
      return;
    } catch (error) {
      if (codeOf(error) === "42P04" || isDuplicate(error)) return;
      // Too old, or unreachable: it says so itself.
      if (error instanceof WatchwordError) throw error;
      failure = error;
      // Whoever may not make it from here may not make it from there.
      if (codeOf(error) === "42501") break;
    }
  throw new WatchwordError(
    "store-refused",
    `There is no database ${database} on the server of ${location}, and ${user} could not make it (${failure instanceof Error ? failure.message : String(failure)}). Check the name at the end of the URL, or let an administrator run: CREATE DATABASE ${quote(database)} OWNER ${quote(user)} ENCODING 'UTF8' TEMPLATE template0;`,
    { cause: failure },
  );
}

/** Makes the schema where it is missing and may be made. */
export async function createSchema(
  runner: Runner,
  { schema, user, location }: Place,
  mayCreate: boolean,
): Promise<void> {
  const isThere = await runner.run("look", () => hasSchema(schema));
  if (isThere) return;
  if (!mayCreate)
    throw new WatchwordError(
      "store-refused",
      `There is no schema ${schema} in ${location}. Check the option schema, or make it with \`watchword migrate\` (in a program: create: true).`,
      { details: { reason: "no-space" } },
    );
  try {
    await runner.run("write", () => run(`CREATE SCHEMA IF NOT EXISTS ${quote(schema)}`));
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    // Two at once: the second meets the first one's name in the catalogue.
    if (isDuplicate(cause) || codeOf(cause) === "42P06") return;
    if (codeOf(cause) !== "42501") throw error;
    throw new WatchwordError(
      "store-refused",
      `There is no schema ${schema} in ${location}, and ${user} may not make it. Let an administrator run: CREATE SCHEMA ${quote(schema)} AUTHORIZATION ${quote(user)};`,
      { cause: error },
    );
  }
}

function* hasSchema(schema: string): Operation<boolean> {
  const row = yield* first<{ found: number }>(
    "SELECT count(*) AS found FROM pg_namespace WHERE nspname = ?",
    schema,
  );
  return (row?.found ?? 0) > 0;
}

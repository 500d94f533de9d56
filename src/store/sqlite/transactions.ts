import type { Operation } from "../sql/operation.js";
import type { Call, CallOutcome } from "./calls.js";
import type { Connection } from "./connection.js";
import { explain, isFailureOfDatabase } from "./errors.js";

type Operations = Readonly<Record<string, (...args: never[]) => Operation<unknown>>>;

/** The operation that a call names, begun. */
function begin(operations: Operations, call: Call): Operation<unknown> {
  const operation = operations[call.name];
  if (operation === undefined) throw new Error(`There is no operation ${call.name}.`);
  return operation(...(call.args as never[]));
}

/**
 * Runs all calls as one transaction, so that they share one wait for the disk (group commit). Each stands in a
 * savepoint of its own: one that fails takes back itself and nothing else. One that comes alone needs none, and SQLite then
 * copies no page that it touches. Nobody hears of success before the commit.
 */
export function commitTogether(
  connection: Connection,
  operations: Operations,
  calls: readonly Call[],
  file: string,
): readonly CallOutcome[] {
  const outcomes: CallOutcome[] = [];
  try {
    connection.statement("BEGIN IMMEDIATE").run();
    const [only, ...more] = calls;
    if (only !== undefined && more.length === 0)
      outcomes.push({ value: connection.run(begin(operations, only)) });
    else for (const call of calls) outcomes.push(commitOne(connection, operations, call, file));
    connection.statement("COMMIT").run();
    return outcomes;
  } catch (error) {
    rollBack(connection);
    const failure = failed(error, file);
    return calls.map(() => failure);
  }
}

function commitOne(connection: Connection, operations: Operations, call: Call, file: string): CallOutcome {
  connection.statement("SAVEPOINT one").run();
  try {
    const value = connection.run(begin(operations, call));
    connection.statement("RELEASE one").run();
    return { value };
  } catch (error) {
    // A full or broken disk: SQLite may have rolled back more than this savepoint, so nothing here may be promised.
    if (isFailureOfDatabase(error)) throw error;
    connection.statement("ROLLBACK TO one").run();
    connection.statement("RELEASE one").run();
    return failed(error, file);
  }
}

/** Runs each call on one unmoving view of the database. */
export function readEach(
  connection: Connection,
  operations: Operations,
  calls: readonly Call[],
  file: string,
): readonly CallOutcome[] {
  return calls.map((call) => {
    try {
      connection.statement("BEGIN").run();
      return { value: connection.run(begin(operations, call)) };
    } catch (error) {
      return failed(error, file);
    } finally {
      rollBack(connection);
    }
  });
}

function rollBack(connection: Connection): void {
  try {
    connection.statement("ROLLBACK").run();
  } catch {
    // There is no transaction left: BEGIN failed, or SQLite has rolled back by itself. The cause is reported already.
  }
}

function failed(error: unknown, file: string): CallOutcome {
  const { code, message, retryAfter } = explain(error, file, "work");
  return { error: { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) } };
}

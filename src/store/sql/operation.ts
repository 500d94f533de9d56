/**
 * One operation on a SQL database, written as if it ran alone: it yields what to ask and is given back the answer. Who
 * runs it decides how: SQLite synchronously, inside a savepoint of its one writer, where it is alone indeed; PostgreSQL
 * awaiting each step, in a transaction. There an operation that looks before it writes locks what it looked at
 * (`lock` of the dialect), or writes on a condition and throws {@link LostRace} where that no longer held.
 */
export type Operation<T> = Generator<Step, T, Answer>;

/** Somebody was faster between a look and a write: the operation is to be begun anew. On SQLite there is nobody. */
export class LostRace extends Error {
  override readonly name = "LostRace";
}

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** One statement. Parameters stand as `?` in its text. */
export interface Step {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /** Whether the answer is rows, or how many rows were changed. */
  readonly gives: "rows" | "changes";
}

export interface Answer {
  readonly rows: readonly Row[];
  readonly changes: number;
}

/** Every row that a statement gives; the caller names the columns that it selected. */
export function* all<R extends Row>(sql: string, ...parameters: SqlValue[]): Operation<readonly R[]> {
  const answer = yield { sql, parameters, gives: "rows" };
  return answer.rows as readonly R[];
}

/** The first row, or null. */
export function* first<R extends Row>(sql: string, ...parameters: SqlValue[]): Operation<R | null> {
  const answer = yield { sql, parameters, gives: "rows" };
  return (answer.rows[0] as R | undefined) ?? null;
}

/** Runs a statement; answers how many rows it changed. */
export function* run(sql: string, ...parameters: SqlValue[]): Operation<number> {
  const answer = yield { sql, parameters, gives: "changes" };
  return answer.changes;
}

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

export type Step = Statement | NewRows;

/** One statement. Parameters stand as `?` in its text. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /** Whether the answer is rows, or how many rows were changed. */
  readonly gives: "rows" | "changes";
}

/**
 * Rows for one table, laid in by whatever is the database's quickest way. None may be there yet: where one is, the operation
 * ends with WatchwordError `conflict`, and nothing of it is kept.
 */
export interface NewRows {
  readonly table: string;
  readonly columns: string;
  /** Those of all rows, one behind the other: a list of lists costs more than the rows on the way to a thread. */
  readonly cells: readonly SqlValue[];
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

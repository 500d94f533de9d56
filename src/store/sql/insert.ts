import { all, type Operation, type Row, run, type SqlValue } from "./operation.js";
import { marks } from "./texts.js";

const MOST = 64;

/**
 * The list in pieces of 64, and what is left over in pieces of 32, 16, … 1: so only seven texts of each statement are
 * ever prepared, however long the lists are.
 */
export function* pieces<T>(list: readonly T[]): Generator<readonly T[], void> {
  let size = MOST;
  for (let at = 0; at < list.length; at += size) {
    while (size > list.length - at) size /= 2;
    yield list.slice(at, at + size);
  }
}

/** Inserts rows, many a statement; `tail` stands behind their values. Answers how many rows were written. */
export function* insertRows(
  table: string,
  columns: string,
  rows: readonly (readonly SqlValue[])[],
  tail = "",
): Operation<number> {
  let written = 0;
  for (const piece of pieces(rows))
    written += yield* run(insertSql(table, columns, piece, tail), ...piece.flat());
  return written;
}

/** As {@link insertRows}, leaving alone what is there; answers with the column `own` of each row that was not. */
export function* insertNewRows(
  table: string,
  columns: string,
  rows: readonly (readonly SqlValue[])[],
  own: string,
): Operation<ReadonlySet<SqlValue>> {
  const written = new Set<SqlValue>();
  const tail = `ON CONFLICT DO NOTHING RETURNING ${own} AS own`;
  for (const piece of pieces(rows))
    for (const row of yield* all<{ own: SqlValue }>(insertSql(table, columns, piece, tail), ...piece.flat()))
      written.add(row.own);
  return written;
}

/** The rows whose `column` is any of the values; `select` ends before its `WHERE`. */
export function* selectAny<R extends Row>(
  select: string,
  column: string,
  values: readonly string[],
): Operation<readonly R[]> {
  const rows: R[] = [];
  for (const piece of pieces(values))
    rows.push(...(yield* all<R>(`${select} WHERE ${column} IN (${marks(piece.length)})`, ...piece)));
  return rows;
}

function insertSql(
  table: string,
  columns: string,
  rows: readonly (readonly SqlValue[])[],
  tail: string,
): string {
  const values = rows.map((row) => `(${marks(row.length)})`).join(", ");
  return `INSERT INTO ${table} (${columns}) VALUES ${values} ${tail}`;
}

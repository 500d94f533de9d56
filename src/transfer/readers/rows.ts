import type { Fields } from "../../base/values.js";

/** One table or collection of an input. */
export interface TableInfo {
  /** The schema or database that it stands in, where the input says so. */
  readonly schema: string | null;
  /** As it is spelled there. */
  readonly table: string;
  /** In their order; null where only the rows tell (documents). */
  readonly columns: readonly string[] | null;
}

/** One row of a table, one document of a collection, one record of a file. */
export interface Row {
  readonly schema: string | null;
  readonly table: string;
  /** By the name of the column or field. */
  readonly values: Fields;
  /** The line of the file where it begins; of a database, the number of the row. */
  readonly line: number;
  /** Why the record could not be read. Then `values` holds what was made out, which may be nothing. */
  readonly fault?: string;
}

/** What is read from: a database, or a dump of one. */
export interface Tables {
  /** For messages; no secrets. */
  readonly title: string;
  list(): Promise<readonly TableInfo[]>;
  /**
   * The rows of these tables (`users` in any schema, `auth.users` in that one), in the order in which the input has
   * them; a database gives one table after the other. Each call reads anew. A table that is not there has no rows.
   */
  rows(tables: readonly string[]): AsyncIterable<Row>;
  close(): Promise<void>;
}

/** Whether a table is among those asked for. */
export function isWanted(wanted: readonly string[], schema: string | null, table: string): boolean {
  return wanted.includes(table) || (schema !== null && wanted.includes(`${schema}.${table}`));
}

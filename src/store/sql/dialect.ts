/** Where SQLite and PostgreSQL do not speak alike. All other SQL in this folder is understood by both. */
export interface Dialect {
  /** The type of a text that compares byte by byte. */
  readonly text: string;
  /** The type of a whole number of 53 bits; booleans are 0 and 1 of it. */
  readonly whole: string;
  /** What stands behind the columns of a table that is kept in the order of its primary key. */
  readonly clustered: string;
  /** What stands behind the columns of any other table. */
  readonly plain: string;
  /** Asks how many tables of the name `?` there are: none or one. */
  readonly countTables: string;
  /** Stands behind a `SELECT` of rows that are written next, so that nobody else writes them in between. */
  readonly lock: string;
  /** As {@link lock}, leaving out the rows that somebody else has locked. */
  readonly lockFree: string;
  /** The text without regard to ASCII case, whatever language the database is set to. */
  lowered(text: string): string;
  /** True where the text `part` stands anywhere in the text `whole`. */
  contains(whole: string, part: string): string;
  /** True where a JSON array of texts holds `element`. */
  holds(array: string, element: string): string;
}

export const sqliteDialect: Dialect = {
  text: "TEXT",
  whole: "INTEGER",
  clustered: "WITHOUT ROWID, STRICT",
  plain: "STRICT",
  countTables: "SELECT count(*) AS found FROM sqlite_schema WHERE type = 'table' AND name = ?",
  lock: "",
  lockFree: "",
  lowered: (text) => `lower(${text})`,
  contains: (whole, part) => `instr(${whole}, ${part}) > 0`,
  holds: (array, element) => `EXISTS (SELECT 1 FROM json_each(${array}) AS e WHERE e.value = ${element})`,
};

import type { Dialect } from "../sql/dialect.js";

/**
 * The shared SQL as PostgreSQL speaks it, for the tables of one schema.
 *
 * @param version What the server calls itself. CockroachDB compares texts byte by byte always, and refuses to be told so
 *   (cockroachdb/cockroach#96828).
 */
export function postgresDialect(schema: string, version: string): Dialect {
  // Byte by byte, in whatever order the database itself sorts; and so `lower` knows ASCII alone, as on SQLite.
  const collation = version.startsWith("CockroachDB") ? "" : ` COLLATE "C"`;
  return {
    text: `text${collation}`,
    whole: "bigint",
    clustered: "",
    plain: "",
    countTables: `SELECT count(*) AS found FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = '${schema}' AND c.relkind IN ('r', 'p') AND c.relname = ?`,
    lock: " FOR UPDATE",
    lockFree: " FOR UPDATE SKIP LOCKED",
    lowered: (text) => `lower(${text}${collation})`,
    contains: (whole, part) => `strpos(${whole}, ${part}) > 0`,
    holds: (array, element) => `CAST(${array} AS jsonb) @> to_jsonb(CAST(${element} AS text))`,
  };
}

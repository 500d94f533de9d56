import { all, first, type Operation } from "../sql/operation.js";

export interface SchemaStatistics {
  readonly dataBytes: number;
  readonly indexBytes: number;
  readonly storageBytes: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What the server says of our tables in this schema. */
export function* schemaStatistics(schema: string): Operation<SchemaStatistics> {
  const tables = yield* all<{
    name: string;
    rows: number;
    data_bytes: number;
    index_bytes: number;
    storage_bytes: number;
  }>(
    `SELECT c.relname AS name, greatest(CAST(c.reltuples AS bigint), 0) AS rows, pg_table_size(c.oid) AS data_bytes,
       pg_indexes_size(c.oid) AS index_bytes, pg_total_relation_size(c.oid) AS storage_bytes
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND starts_with(c.relname, 'watchword_') ORDER BY c.relname`,
    schema,
  );
  const server = yield* first<{ version: string; database: string; database_bytes: number }>(
    `SELECT version() AS version, current_database() AS database,
       pg_database_size(current_database()) AS database_bytes`,
  );
  const sum = (column: "data_bytes" | "index_bytes" | "storage_bytes") =>
    tables.reduce((total, table) => total + table[column], 0);
  return {
    dataBytes: sum("data_bytes"),
    indexBytes: sum("index_bytes"),
    storageBytes: sum("storage_bytes"),
    raw: {
      version: server?.version,
      database: server?.database,
      databaseBytes: server?.database_bytes,
      schema,
      // The server's own estimate, from its last ANALYZE.
      tables: tables.map(({ name, rows, data_bytes, index_bytes, storage_bytes }) => ({
        name,
        rows,
        dataBytes: data_bytes,
        indexBytes: index_bytes,
        storageBytes: storage_bytes,
      })),
    },
  };
}

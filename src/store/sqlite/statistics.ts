import { all, first, type Operation } from "../sql/operation.js";

export interface FileStatistics {
  readonly dataBytes: number;
  readonly indexBytes: number;
  readonly pages: number;
  readonly freePages: number;
  readonly pageSize: number;
  readonly version: string;
}

/** How much of the file Watchword's tables and indexes take: SQLite's own count, for which it visits every page. */
export function* fileStatistics(): Operation<FileStatistics> {
  const sizes = yield* all<{ type: string; bytes: number }>(
    `SELECT s.type AS type, sum(d.pgsize) AS bytes FROM dbstat AS d JOIN sqlite_schema AS s ON s.name = d.name
     WHERE d.aggregate = TRUE AND s.tbl_name LIKE 'watchword\\_%' ESCAPE '\\' GROUP BY s.type`,
  );
  const bytesOf = (type: string) => sizes.find((size) => size.type === type)?.bytes ?? 0;
  const file = yield* first<{ pages: number; free: number; size: number; version: string }>(
    `SELECT p.page_count AS pages, f.freelist_count AS free, s.page_size AS size, sqlite_version() AS version
     FROM pragma_page_count AS p, pragma_freelist_count AS f, pragma_page_size AS s`,
  );
  return {
    dataBytes: bytesOf("table"),
    indexBytes: bytesOf("index"),
    pages: file?.pages ?? 0,
    freePages: file?.free ?? 0,
    pageSize: file?.size ?? 0,
    version: file?.version ?? "",
  };
}

import type { Store } from "../store/contract.js";
import type { Logger, OpenOptions } from "./options.js";
import type { Place } from "./place.js";

/** Opens the store that a URL names. Each is loaded here and nowhere else, so that nobody pays for another's driver. */
export async function openStore(place: Place, options: OpenOptions, logger: Logger): Promise<Store> {
  const create = options.create ?? true;
  if (place.connection === null) {
    const { openSqliteStore } = await import("../store/sqlite/open.js");
    return openSqliteStore({
      file: place.url.file,
      create,
      synchronous: options.sqlite?.synchronous ?? "full",
      busyTimeout: options.sqlite?.busyTimeout ?? 5000,
      logger,
    });
  }
  const { url, connection } = place;
  const { attempts, delay, timeout } = connection;
  const shared = { url: url.url, create, attempts, delay, timeout, logger };
  const ca = connection.caFile === null ? {} : { ca: connection.caFile };
  if (url.kind === "postgres") {
    const { openPostgresStore } = await import("../store/postgres/open.js");
    const { part: schema, poolSize, preparedStatements } = connection;
    return openPostgresStore({ ...shared, ...ca, schema, poolSize, preparedStatements });
  }
  const { openMongodbStore } = await import("../store/mongodb/open.js");
  return openMongodbStore({ ...shared, ...ca, prefix: connection.part });
}

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
  throw new Error(`${url.url} ${connection.part}`);
}

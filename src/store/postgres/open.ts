import { WatchwordError } from "../../base/errors.js";
import type { Store } from "../contract.js";
import type { PostgresStoreOptions } from "./options.js";

export type { PostgresStoreOptions } from "./options.js";

/**
 * Opens a user space's tables in a PostgreSQL database, which may be missing or old: see {@link Store.schema} and
 * {@link Store.migrate}.
 *
 * @throws WatchwordError `invalid-option`, `package-missing`, `store-refused`, `store-unavailable`
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  throw new WatchwordError("store-refused", `PostgreSQL comes with the next commits (${options.schema}).`);
}

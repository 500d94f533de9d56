import { WatchwordError } from "../../base/errors.js";
import type { Store } from "../contract.js";
import type { MongodbStoreOptions } from "./options.js";

/** In the making. */
export async function openMongodbStore(options: MongodbStoreOptions): Promise<Store> {
  throw new WatchwordError("store-refused", `MongoDB comes with the next commits (${options.prefix}).`);
}

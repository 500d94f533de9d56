import { WatchwordError } from "../../base/errors.js";
import type { Store } from "../contract.js";
import { connect } from "./connect.js";
import { createDatabase, PLAIN } from "./database.js";
import { loadDriver } from "./driver.js";
import { explain } from "./errors.js";
import { ensureUnique } from "./indexes.js";
import { LATEST_VERSION } from "./migrations.js";
import type { MongodbStoreOptions } from "./options.js";
import { sweepAll } from "./outbox.js";
import { readVersion } from "./schema.js";
import { createMongodbStore } from "./store.js";
import { parseMongodbUrl } from "./url.js";

const DEFAULT_PREFIX = "watchword_";
const PREFIX = /^(?!system\.)[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;

/**
 * Opens a MongoDB (4.4 or later; stand-alone, replica set or sharded). Its collections may be missing or old: see {@link Store.schema} and
 * {@link Store.migrate}. What a crash left to be moved on is moved on here.
 *
 * @throws WatchwordError `package-missing`, `invalid-option`, `store-unavailable`, `store-refused`
 */
export async function openMongodbStore(given: MongodbStoreOptions): Promise<Store> {
  const options = { attempts: 6, delay: 500, timeout: 10_000, ...withoutUndefined(given) };
  const url = parseMongodbUrl(options.url);
  const prefix = options.prefix ?? DEFAULT_PREFIX;
  if (!PREFIX.test(prefix))
    throw new WatchwordError(
      "invalid-option",
      `The prefix of the collections (${JSON.stringify(prefix)}) must begin with a letter or _, hold letters, digits, _, - and . alone, have 100 characters at the most, and not begin with system.`,
    );
  const driver = await loadDriver();
  const location = `${url.scheme}://${url.hosts}/${url.database}${prefix === DEFAULT_PREFIX ? "" : ` (${prefix}*)`}`;
  const tls =
    options.ca !== undefined || url.scheme === "mongodb+srv" || /[?&](tls|ssl)=true/i.test(options.url);
  const client = await connect(driver, options, url, { location, hosts: url.hosts, scheme: url.scheme, tls });
  const database = createDatabase({
    db: client.db(url.database, PLAIN),
    prefix,
    warn: (fields, message) => options.logger?.warn(fields, message),
    timeout: options.timeout,
  });
  try {
    const version = await readVersion(database);
    if (version === 0 && options.create === false)
      throw new WatchwordError(
        "store-refused",
        `There is no user space in ${location}. Check the database and the prefix, or make it with \`watchword migrate\` (in a program: create: true).`,
        { details: { reason: "no-space" } },
      );
    if (version > 0 && version <= LATEST_VERSION) await ensureUnique(database);
    if (version > 0) await sweepAll(database);
  } catch (error) {
    await client.close();
    throw explain(error, location, "opening");
  }
  return createMongodbStore({ client, database, location });
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

import { accessSync, constants } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { MongoClient, MongoClientOptions, TopologyDescription } from "mongodb";
import { WatchwordError } from "../../base/errors.js";
import type { Driver } from "./driver.js";
import { reasonOf } from "./errors.js";
import { diagnose, type Place, tooOld } from "./failures.js";
import type { MongodbStoreOptions } from "./options.js";
import type { MongodbUrl } from "./url.js";

/** MongoDB 4.4. */
const OLDEST_WIRE_VERSION = 9;
/** A call's own deadline ends first; this frees the connections of a server that never answers. */
const SOCKET_DEADLINES = 6;

/** With every default filled in. */
export type Settled = Required<Pick<MongodbStoreOptions, "attempts" | "delay" | "timeout">> &
  MongodbStoreOptions;

/**
 * Connects, and tries again where the servers may only be late. What no second try would change (a wrong password, a certificate) fails at
 * once.
 */
export async function connect(
  driver: Driver,
  options: Settled,
  url: MongodbUrl,
  place: Place,
): Promise<MongoClient> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(driver, options, url, place);
    } catch (error) {
      const { failure, lasting } =
        error instanceof WatchwordError ? { failure: error, lasting: true } : await diagnose(error, place);
      if (lasting || attempt >= options.attempts) throw failure;
    }
    await sleep(options.delay);
  }
}

async function tryOnce(
  driver: Driver,
  options: Settled,
  url: MongodbUrl,
  place: Place,
): Promise<MongoClient> {
  const client = new driver.MongoClient(options.url, clientOptions(options, url));
  let description: TopologyDescription | null = null;
  let giveUp: (error: unknown) => void = () => undefined;
  // The driver itself would go on asking servers that refuse until its time is over.
  const allFailed = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  client.on("topologyDescriptionChanged", (event) => {
    description = event.newDescription;
    const servers = [...event.newDescription.servers.values()];
    if (servers.length > 0 && servers.every((server) => server.error !== null)) giveUp(servers[0]?.error);
  });
  try {
    const connecting = client.connect();
    connecting.catch(() => undefined);
    await Promise.race([connecting, allFailed]);
    allFailed.catch(() => undefined);
    requireVersion(description, place.location);
    return client;
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
}

function requireVersion(description: TopologyDescription | null, location: string): void {
  const versions = [...(description?.servers.values() ?? [])]
    .filter((server) => server.isDataBearing)
    .map((server) => server.maxWireVersion);
  const lowest = Math.min(...versions);
  if (lowest >= OLDEST_WIRE_VERSION) return;
  throw new WatchwordError(
    "store-refused",
    tooOld(location, `wire version ${lowest}, of ${OLDEST_WIRE_VERSION} at the least`),
  );
}

/** What the URL says beats what stands here. */
function clientOptions(options: Settled, url: MongodbUrl): MongodbOptions {
  const { timeout, poolSize, ca } = options;
  const unlessNamed = <T extends object>(name: string, given: T): T | object =>
    url.options.has(name.toLowerCase()) ? {} : given;
  return {
    ...unlessNamed("appName", { appName: "watchword" }),
    ...unlessNamed("serverSelectionTimeoutMS", { serverSelectionTimeoutMS: timeout }),
    ...unlessNamed("connectTimeoutMS", { connectTimeoutMS: timeout }),
    ...unlessNamed("waitQueueTimeoutMS", { waitQueueTimeoutMS: timeout }),
    ...unlessNamed("socketTimeoutMS", { socketTimeoutMS: timeout * SOCKET_DEADLINES }),
    // Acknowledged is what no change of the primary takes back.
    ...unlessNamed("w", { writeConcern: { w: "majority" as const } }),
    ...(poolSize === undefined ? {} : { maxPoolSize: poolSize }),
    ...(ca === undefined ? {} : { tls: true, tlsCAFile: readable(ca) }),
  };
}

type MongodbOptions = MongoClientOptions;

function readable(file: string): string {
  try {
    accessSync(file, constants.R_OK);
    return file;
  } catch (error) {
    throw new WatchwordError(
      "invalid-option",
      `The file with the certificates for MongoDB cannot be read (${reasonOf(error)}). Check connect.caFile.`,
      { cause: error },
    );
  }
}

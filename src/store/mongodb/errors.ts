import { WatchwordError } from "../../base/errors.js";

/** Codes of the server (github.com/mongodb/mongo, src/mongo/base/error_codes.yml). */
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const COMMAND_NOT_FOUND = 59;
const WRITE_CONCERN_TIMEOUT = 64;
const UNSATISFIABLE_WRITE_CONCERN = 100;
const COMMAND_NOT_SUPPORTED = 115;
const EXCEEDED_MEMORY = 146;
const ATLAS_ERROR = 8000;
const DUPLICATE_KEY = 11000;
const OUT_OF_DISK_SPACE = 14031;
const TOO_MANY_REQUESTS = 16500;
/** Stepped down, shutting down, recovering: another server may be primary in a moment. */
const NO_PRIMARY_HERE = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436];

/** The driver's own failures to reach a server, or to hear its answer. */
const UNREACHED = new Set([
  "MongoNetworkError",
  "MongoNetworkTimeoutError",
  "MongoOperationTimeoutError",
  "MongoPoolClearedError",
  "PoolClearedOnNetworkError",
  "MongoPoolClosedError",
  "MongoServerSelectionError",
  "MongoServerClosedError",
  "MongoTopologyClosedError",
  "MongoNotConnectedError",
  "MongoClientClosedError",
  "MongoStalePrimaryError",
  "MongoWaitQueueTimeoutError",
  "WaitQueueTimeoutError",
]);

export function codeOf(error: unknown): number | null {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : null;
}

export function isDuplicateKey(error: unknown): boolean {
  return codeOf(error) === DUPLICATE_KEY;
}

/** The server knows the command not, or not here. */
export function isNotServed(error: unknown): boolean {
  const code = codeOf(error);
  return code === COMMAND_NOT_FOUND || code === COMMAND_NOT_SUPPORTED;
}

/** For an unordered insert: passes where all that failed was there already. */
export function onlyDuplicates(error: unknown): void {
  if (!isDuplicateKey(error)) throw error;
  const failures = error instanceof Error && "writeErrors" in error ? error.writeErrors : [];
  for (const failure of Array.isArray(failures) ? failures : [failures])
    if (codeOfFailure(failure) !== DUPLICATE_KEY) throw error;
  // A write that its majority did not confirm is no success, whatever else is said.
  if (error instanceof Error && "result" in error && hasConcernError(error.result)) throw error;
}

function codeOfFailure(failure: unknown): unknown {
  return typeof failure === "object" && failure !== null && "code" in failure ? failure.code : null;
}

function hasConcernError(result: unknown): boolean {
  if (typeof result !== "object" || result === null || !("getWriteConcernError" in result)) return false;
  const { getWriteConcernError } = result;
  return typeof getWriteConcernError === "function" && Boolean(getWriteConcernError.call(result));
}

/**
 * What a failure of MongoDB means for people: where, and what to do. Errors of ours pass unchanged. `location` holds no secret, and no
 * message repeats the URL.
 */
export function explain(error: unknown, location: string, during: "opening" | "work"): WatchwordError {
  if (error instanceof WatchwordError) return error;
  const code = codeOf(error);
  const reason = reasonOf(error);
  const because = { cause: error };
  const soon = { ...because, retryAfter: 1000 };
  const refusal = during === "opening" ? "store-refused" : "store-unavailable";
  if (code === AUTHENTICATION_FAILED || (code === ATLAS_ERROR && /auth/i.test(reason)))
    return new WatchwordError(
      refusal,
      `MongoDB at ${location} does not accept the user or the password (${reason}). Check both in the URL, write special characters as %XX, and name the database that knows the user with authSource= where it is another one.`,
      because,
    );
  if (code === UNAUTHORIZED)
    return new WatchwordError(
      refusal,
      `The user of MongoDB at ${location} has not the right to do this (${reason}). Give it the role readWrite on the database, and dbAdmin for migrations and statistics; or put the credentials into the URL where there are none.`,
      because,
    );
  if (
    code === OUT_OF_DISK_SPACE ||
    /no space left|out of disk space|space quota|over your .*quota/i.test(reason)
  )
    return new WatchwordError(
      "store-full",
      `The disk (or quota) of MongoDB at ${location} is full (${reason}). Free some space there and try again; look first whether the change was kept.`,
      because,
    );
  if (code === WRITE_CONCERN_TIMEOUT || code === UNSATISFIABLE_WRITE_CONCERN)
    return new WatchwordError(
      "store-unavailable",
      `MongoDB at ${location} took a write that the majority of its servers did not confirm (${reason}). Whether it lasts is not known: look before you repeat it, and see whether members of the replica set are down.`,
      soon,
    );
  if (code !== null && NO_PRIMARY_HERE.includes(code))
    return new WatchwordError(
      "store-unavailable",
      `MongoDB at ${location} has no primary at this moment (${reason}): the servers choose a new one, or are shutting down. Try again shortly; if it lasts, look at rs.status().`,
      soon,
    );
  if (code === TOO_MANY_REQUESTS)
    return new WatchwordError(
      "store-unavailable",
      `MongoDB at ${location} takes no more requests at this moment (${reason}). Try again shortly, or give it more throughput.`,
      soon,
    );
  if (isNotServed(error))
    return new WatchwordError(
      refusal,
      `What answers at ${location} lacks something of MongoDB that Watchword needs (${reason}). Use MongoDB 4.4 or later, or a service that has all of it.`,
      because,
    );
  if (nameOf(error) === "MongoServerSelectionError")
    return new WatchwordError(
      "store-unavailable",
      `No server of MongoDB at ${location} can take this (${reason}). See whether they run and have a primary, and can be reached from here.`,
      soon,
    );
  if (isUnreached(error))
    return new WatchwordError(
      "store-unavailable",
      `MongoDB at ${location} went away or did not answer (${reason}). A write may or may not have happened: look before you repeat it.`,
      soon,
    );
  if (code === EXCEEDED_MEMORY)
    return new WatchwordError(
      "store-unavailable",
      `MongoDB at ${location} had not enough memory for this (${reason}). Try again, or give it more.`,
      soon,
    );
  return new WatchwordError(
    "internal",
    `MongoDB at ${location} refused a command of Watchword's (${reason}). This is a fault of ours: please report it.`,
    because,
  );
}

/** Where several writes go together, the driver hands on what went wrong on the way without its name and without a code. */
function isUnreached(error: unknown): boolean {
  return UNREACHED.has(nameOf(error)) || (nameOf(error) === "MongoBulkWriteError" && codeOf(error) === null);
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** What the driver says, without credentials should any stand in it. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/(mongodb(?:\+srv)?:\/\/)[^\s/]*@/gi, "$1").slice(0, 500);
}

/** What callers hear after {@link Store.close}. */
export function closed(location: string): WatchwordError {
  return new WatchwordError("closed", `The database ${location} was closed; open it again.`);
}

import { WatchwordError } from "../../base/errors.js";

/** What Watchword itself reads in the URL; all else is the driver's. */
export interface MongodbUrl {
  readonly database: string;
  /** The hosts as they stand there, without credentials. */
  readonly hosts: string;
  readonly scheme: "mongodb" | "mongodb+srv";
  /** The names of the options that it gives, in lower case. */
  readonly options: ReadonlySet<string>;
}

const DEFAULT_DATABASE = "watchword";
// The credentials end at the last @ before the path: a password that was not escaped may hold one.
const FORM = /^(mongodb(?:\+srv)?):\/\/(?:[^/?]*@)?([^/?@]+)(?:\/([^/?]*))?(?:\?(.*))?$/i;
const OWN_DATABASES = new Set(["admin", "local", "config"]);
/** A name, an address of version 4, one of version 6 in brackets, or the file of a socket with each / as %2F; and a port. */
const HOST = /^(?:\[[0-9a-f:.%]+\]|[^\s:[\]]+)(?::([0-9]{1,5}))?$/i;
/** What a database's name may not hold (mongodb.com/docs/manual/reference/limits), on any system. */
const NOT_IN_A_NAME = /[/\\. "$*<>:|?\0]/;

/**
 * Reads the hosts and the database out of a connection string (mongodb.com/docs/manual/reference/connection-string).
 *
 * @throws WatchwordError `invalid-option`; the message never repeats the URL, which may hold a password
 */
export function parseMongodbUrl(url: string): MongodbUrl {
  const refuse = (reason: string) =>
    new WatchwordError(
      "invalid-option",
      `The MongoDB URL ${reason} Use mongodb://user:password@host:27017/database, with several hosts parted by commas.`,
    );
  const match = FORM.exec(url);
  if (match === null)
    throw refuse("is not of the required form (write /, ? and @ in a password as %2F, %3F and %40).");
  const [, scheme = "", hosts = "", path = "", query = ""] = match;
  // The driver throws at some of these from where nobody catches it, and the whole process would end.
  for (const host of hosts.split(",")) {
    const found = HOST.exec(host);
    const port = Number(found?.[1] ?? 27017);
    if (found === null || port < 1 || port > 65_535)
      throw refuse("names a host without a name, or with a port that is none (1 to 65535).");
  }
  let database: string;
  try {
    database = decodeURIComponent(path);
  } catch {
    throw refuse("names a database with a % that stands for nothing (write %25).");
  }
  if (database === "") database = DEFAULT_DATABASE;
  if (NOT_IN_A_NAME.test(database) || Buffer.byteLength(database) > 63)
    throw refuse(`names a database that MongoDB cannot have (${JSON.stringify(database)}).`);
  if (OWN_DATABASES.has(database))
    throw refuse(
      `names the database ${database}, which is MongoDB's own. Name another in the path; the one that knows the user goes into authSource=${database}.`,
    );
  const options = query
    .split("&")
    .map((pair) => pair.slice(0, pair.indexOf("=") < 0 ? undefined : pair.indexOf("=")).toLowerCase())
    .filter((name) => name !== "");
  return {
    database,
    hosts,
    scheme: scheme.toLowerCase() === "mongodb" ? "mongodb" : "mongodb+srv",
    options: new Set(options),
  };
}

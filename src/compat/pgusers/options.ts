import type { OpenOptions } from "../../index.js";
import { parseConnectionString, urlOf } from "./connection-string.js";
import { BadCallError } from "./outcomes.js";

/** The parameters of libpq that Watchword's driver honours, besides the five of {@link UserSpaceOptions}. */
export type LibpqParameter =
  | "hostaddr"
  | "passfile"
  | "connect_timeout"
  | "client_encoding"
  | "options"
  | "application_name"
  | "fallback_application_name"
  | "keepalives"
  | "keepalives_idle"
  | "load_balance_hosts"
  | "target_session_attrs"
  | "channel_binding"
  | "requiressl"
  | "sslmode"
  | "sslnegotiation"
  | "sslcert"
  | "sslkey"
  | "sslpassword"
  | "sslcertmode"
  | "sslrootcert"
  | "sslcrl"
  | "ssl_min_protocol_version"
  | "ssl_max_protocol_version";

/** Where a userspace lies, as the original asks for it, and what the port takes besides. */
export interface UserSpaceOptions extends Readonly<Partial<Record<LibpqParameter, string | number>>> {
  /** The database. `PGUSERS_USERSPACE`. Must be told here or there, unless `url` is given. */
  readonly dbname?: string;
  /** `PGUSERS_ADMIN`. */
  readonly user?: string;
  /** `PGUSERS_PASSWORD`. */
  readonly password?: string;
  /** `PGUSERS_HOST`. */
  readonly host?: string;
  /** `PGUSERS_PORT`. */
  readonly port?: string | number;
  /** In place of all of these: `sqlite:crm.db`, `postgres://…` or `mongodb://…`. */
  readonly url?: string;
  /** False: usernames may be longer than 20 characters, and emails than 128. Default: true. */
  readonly limitLengths?: boolean;
  /** True: `changePassword` leaves the user's sessions alive, as the original did. Default: false. */
  readonly keepSessions?: boolean;
  /** What `openUserSpace` takes besides. */
  readonly watchword?: OpenOptions;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The URL of the database: an option beats its variable, which beats `PGUSERS_CONNECTION_STRING`.
 *
 * @throws BadCallError where no option and no variable tells the name of the userspace, whatever the string says
 */
export function findUrl(options: UserSpaceOptions, environment: Environment): string {
  const { url, watchword, limitLengths, keepSessions, ...given } = options;
  if (url !== undefined) return url;
  const parameters = new Map<string, string>(parametersOf(environment));
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && value !== null) parameters.set(name, String(value));
  if (!(options.dbname ?? environment.PGUSERS_USERSPACE))
    throw new BadCallError(
      "No name specified for UserSpace. Use 'dbname' param or 'PGUSERS_USERSPACE' environment variable.",
    );
  return urlOf(parameters);
}

function* parametersOf(environment: Environment): Generator<readonly [string, string]> {
  yield* parseConnectionString(environment.PGUSERS_CONNECTION_STRING ?? "");
  const variables = {
    dbname: environment.PGUSERS_USERSPACE,
    user: environment.PGUSERS_ADMIN,
    password: environment.PGUSERS_PASSWORD,
    host: environment.PGUSERS_HOST,
    port: environment.PGUSERS_PORT,
  };
  for (const [name, value] of Object.entries(variables))
    if (value !== undefined && value !== "") yield [name, value];
}

/** What of a server's URL, besides hosts and database, says which userspace it is. */
const OF_THE_PLACE = /^(?:host|hostaddr|port|dbname|schema|prefix)=/;

/** What tells one userspace from another in this process: who opens it, and how, does not. */
export function placeOf(url: string, { postgres, mongodb }: OpenOptions = {}): string {
  const [, scheme = "", place = url, query = ""] =
    /^([a-z+]+:\/\/)(?:[^/?#]*@)?([^?#]*)(?:\?(.*))?$/i.exec(url) ?? [];
  const told = query.split("&").filter((parameter) => OF_THE_PLACE.test(parameter));
  return JSON.stringify([scheme + place, told, postgres?.schema, mongodb?.prefix]);
}

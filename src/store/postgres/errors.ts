import { type ErrorCode, WatchwordError } from "../../base/errors.js";

/** Where an error came up, for the message. */
export interface Place {
  /** For people: server, database and schema, without a secret. */
  readonly location: string;
  readonly user: string;
  readonly database: string;
  readonly schema: string;
  readonly poolSize: number;
  /** Whole milliseconds. */
  readonly timeout: number;
}

/** SQLSTATE, five characters (PostgreSQL, appendix A); or the name that Node gives a failure of net, tls or fs. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Whether the server itself said so. */
function isSqlState(code: string | null): code is string {
  // Every SQLSTATE has a digit, and none of Node's names (EPIPE) does.
  return code !== null && /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
}

/** Serialisation failures and deadlocks: the transaction was taken back and may be tried again. */
export function isCollision(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
}

/** A unique index stood in the way: after a look that found nothing, somebody else was faster. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === "23505";
}

export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === "42P01" || codeOf(error) === "3F000";
}

/** The server ended the connection, and said so: nothing of what was under way is kept. */
export function isDismissal(error: unknown): boolean {
  return /^(57P0[135]|25P0[34])$/.test(codeOf(error) ?? "");
}

/** Whether another try at connecting may fare better; else somebody has to change something first. */
export function isPassing(error: unknown): boolean {
  if (error instanceof WatchwordError) return error.code === "store-unavailable";
  const code = codeOf(error);
  if (isSqlState(code)) return /^(08|57P|53)/.test(code);
  return (code === null || !/^ERR_|CERT|SELF_SIGNED|^UNABLE_TO/.test(code)) && !isWithoutTls(error);
}

/** The driver's words for a server that answers the question for TLS with no. */
export function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && error.message === "The server does not support SSL connections";
}

/** What a failure means for people: where, and what to do. Errors of ours pass unchanged. */
export function explain(error: unknown, place: Place): WatchwordError {
  if (error instanceof WatchwordError) return error;
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  const is = (kind: ErrorCode, message: string) =>
    new WatchwordError(kind, message, {
      cause: error,
      ...(kind === "store-unavailable" ? { retryAfter: 1000 } : {}),
    });
  const known = isSqlState(code) ? ofServer(code, reason, error, place) : ofNetwork(code, reason, place);
  if (known !== null) return is(...known);
  return isSqlState(code)
    ? is(
        "internal",
        `${place.location} refused a statement of Watchword's (${code}: ${reason}). This is a fault of ours: please report it.`,
      )
    : is("store-unavailable", `${place.location} cannot be reached (${reason}).`);
}

type Explanation = readonly [kind: ErrorCode, message: string];

function ofServer(code: string, reason: string, error: unknown, place: Place): Explanation | null {
  const { location, user, database, schema } = place;
  switch (code) {
    case "28P01":
      return [
        "store-refused",
        `${location} refused the password of the user ${user}. Check user and password in the URL (a special character in it is written as %…), PGPASSWORD or the password file.`,
      ];
    case "28000":
      return [
        "store-refused",
        `${location} does not let the user ${user} in (${reason}). Check the user's name and LOGIN right, and the server's pg_hba.conf, which also says whether TLS is required (sslmode).`,
      ];
    case "3D000":
      return [
        "store-refused",
        `There is no database ${database} on the server of ${location}. Check the name at the end of the URL, or make it: CREATE DATABASE ${quote(database)}; (with create: true Watchword does so where ${user} may).`,
      ];
    case "42501":
      return [
        "store-refused",
        `The user ${user} may not do this in ${location} (${reason}). Let an administrator run: GRANT CREATE, CONNECT ON DATABASE ${quote(database)} TO ${quote(user)}; GRANT ALL ON SCHEMA ${quote(schema)} TO ${quote(user)}; GRANT ALL ON ALL TABLES IN SCHEMA ${quote(schema)} TO ${quote(user)};`,
      ];
    case "25006":
      return [
        "store-unavailable",
        `${location} is read-only, a standby or a server that takes no writes now (${reason}). Name the primary in the URL, or all servers with target_session_attrs=read-write.`,
      ];
    case "53100":
      return [
        "store-full",
        `The disk of ${location} is full (${reason}); nothing of this change was kept. Free some space there and try again.`,
      ];
    case "53300":
      return [
        "store-unavailable",
        `${location} has no connection left (${reason}). Lower the option poolSize (now ${place.poolSize} for each process), raise max_connections there, or put PgBouncer before it.`,
      ];
    case "53200":
      return ["store-unavailable", `${location} has no memory left (${reason}).`];
    case "57014":
    case "55P03":
      return [
        "store-unavailable",
        `${location} did not finish within ${place.timeout} ms, and nothing of this was kept (${reason}). Somebody may hold a lock (look at pg_stat_activity), or the option timeout is too short.`,
      ];
    case "57P03":
      return ["store-unavailable", `${location} is starting up or shutting down (${reason}).`];
    case "42P01":
    case "3F000":
      return [
        "store-corrupted",
        `A table is missing in ${location} (${reason}): it was dropped, or never made. Restore it from a backup; "watchword migrate" makes a database's first tables.`,
      ];
    case "42703":
    case "42704":
    case "42P10":
      return [
        "store-corrupted",
        `A table of ${location} is not as Watchword made it (${reason}). Restore it from a backup.`,
      ];
    case "26000":
    case "42P05":
    case "0A000":
      return [
        "store-refused",
        `A prepared statement was lost between Watchword and ${location} (${reason}): there is a pooler in transaction mode before it. Set the option preparedStatements to false.`,
      ];
    case "08P01":
      return [
        "store-refused",
        `What answers at ${location} does not take the connection's parameters (${reason}). For a pooler set the option preparedStatements to false, and leave "options" out of the URL.`,
      ];
    case "23505":
      // The part of the server that sorts rows for a new index found them, not the one that inserts a row.
      if (!/^comparetup/.test(fieldOf(error, "routine"))) return null;
      return [
        "store-refused",
        `An index of ${location} cannot be unique, because its table holds the same twice (${reason}: ${fieldOf(error, "detail")}). Remove one of the two rows and try again.`,
      ];
    case "42P07":
      return [
        "store-refused",
        `${location} holds a table that Watchword would make, and did not make itself (${reason}). Name another schema, or remove that table.`,
      ];
    default:
      break;
  }
  if (/^(58|XX00[12])/.test(code))
    return [
      "store-corrupted",
      `The server of ${location} cannot read or write its own files (${code}: ${reason}). Look at its log and its disk; restore it from a backup.`,
    ];
  if (/^(08|57P|25P|53)/.test(code))
    return ["store-unavailable", `${location} ended the connection (${reason}).`];
  return null;
}

function ofNetwork(code: string | null, reason: string, { location }: Place): Explanation | null {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return [
      "store-refused",
      `The certificate of ${location} is for another name (${reason}). Write the host in the URL as the certificate names it, or have one made for this name.`,
    ];
  if (code !== null && (/CERT|SELF_SIGNED|^UNABLE_TO/.test(code) || code.startsWith("ERR_SSL")))
    return [
      "store-refused",
      `The certificate of ${location} is not trusted, or TLS failed (${code}: ${reason}). Name the file of its authority with the option ca or sslrootcert in the URL.`,
    ];
  if (reason === "The server does not support SSL connections")
    return [
      "store-refused",
      `${location} has no TLS, and the URL's sslmode asks for it. Turn it on there (ssl = on), or write sslmode=disable where the network is your own.`,
    ];
  if (code === "ECONNREFUSED" || code === "ENOENT")
    return [
      "store-unavailable",
      `Nobody listens at ${location} (${reason}). Is the server running, and are host and port right?`,
    ];
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return [
      "store-unavailable",
      `The host of ${location} has no address (${reason}). Check its name in the URL.`,
    ];
  if (code === "EACCES" || code === "EPERM")
    return ["store-refused", `This user may not open the socket of ${location} (${reason}).`];
  return null;
}

/** A field of the server's own report: `detail` says which index and which value. */
function fieldOf(error: unknown, field: "detail" | "routine"): string {
  const value = error instanceof Error ? Object.getOwnPropertyDescriptor(error, field)?.value : undefined;
  return typeof value === "string" ? value : "";
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

import { WatchwordError } from "../../base/errors.js";
import { type Keyword, requireKeyword } from "./keywords.js";

/** One server of the list, in the order in which it is tried. */
export interface PostgresHost {
  /** A name, an address, or the folder of a Unix socket (it begins with `/`). */
  readonly host: string;
  /** Where to connect to in place of `host`, whose certificate is still the one for `host`. */
  readonly address: string | null;
  readonly port: number;
}

/** Which of several servers will do; the words are libpq's. */
export type TargetSession = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby";

/**
 * `prefer` and `allow` go without TLS where the server has none; `require` encrypts and compares no certificate; the
 * `verify-` ones compare it, `full` with the host's name too.
 */
export type TlsMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

export interface PostgresTls {
  readonly mode: TlsMode;
  /** `direct` begins with TLS, without asking first (PostgreSQL 17). */
  readonly negotiation: "postgres" | "direct";
  /** Files (PEM). The authorities: null for those that Node trusts. */
  readonly rootCert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly keyPassword: string | null;
  readonly revoked: string | null;
  readonly least: "TLSv1.2" | "TLSv1.3" | null;
  readonly most: "TLSv1.2" | "TLSv1.3" | null;
  readonly bindChannel: boolean;
}

/** What a connection URI of libpq says (PostgreSQL 18, §32.1.1.2). */
export interface PostgresUrl {
  readonly hosts: readonly [PostgresHost, ...PostgresHost[]];
  /** The list is shuffled before each connection. */
  readonly isShuffled: boolean;
  readonly database: string;
  readonly user: string;
  readonly password: string | null;
  /** Where to look for a password that the URL does not hold. */
  readonly passwordFile: string | null;
  readonly applicationName: string;
  readonly options: string | null;
  /** Whole milliseconds for one host; null: as long as the request has. */
  readonly connectTimeout: number | null;
  readonly target: TargetSession;
  readonly tls: PostgresTls;
  readonly keepAlive: boolean;
  /** Whole milliseconds of silence before the first probe; null: as the system has it. */
  readonly keepAliveIdle: number | null;
}

/** What fills in for what the URL leaves out: the variables that libpq reads, and who runs this. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userName: string;
}

const TARGETS: readonly TargetSession[] = [
  "any",
  "read-write",
  "read-only",
  "primary",
  "standby",
  "prefer-standby",
];
const TLS_MODES: readonly TlsMode[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const TLS_VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

const ESCAPES = "Write a / ? # @ or % of a name or password as %2F %3F %23 %40 %25.";

/**
 * Reads a connection URI of libpq, with all its parameters. A parameter that this program cannot honour is an error and
 * not left out, because whoever wrote it relies on it. No message repeats the URL: it may hold a password.
 *
 * With several hosts, `target_session_attrs` is `read-write` where nothing is said: a store that may write is what is
 * looked for.
 *
 * @throws WatchwordError `invalid-option`
 */
export function parsePostgresUrl(url: string, { env, userName }: Surroundings): PostgresUrl {
  const { values, hosts, ports } = split(url);
  const get = (keyword: Keyword, variable?: string): string | null => {
    const value = values.get(keyword) ?? (variable === undefined ? undefined : env[variable]);
    return value === undefined || value === "" ? null : value;
  };
  const servers = readHosts(
    hosts ?? list(get("host", "PGHOST")),
    list(get("hostaddr", "PGHOSTADDR")),
    ports ?? list(get("port", "PGPORT")),
  );
  const user = get("user", "PGUSER") ?? userName;
  const idle = seconds("keepalives_idle", get("keepalives_idle"));
  const requireUtf8 = get("client_encoding", "PGCLIENTENCODING");
  if (requireUtf8 !== null && !/^(auto|utf-?8|unicode)$/i.test(requireUtf8))
    throw refuse("asks for another client_encoding than UTF8, and all texts here are UTF-8. Leave it out.");
  return {
    hosts: servers,
    isShuffled:
      oneOf("load_balance_hosts", get("load_balance_hosts", "PGLOADBALANCEHOSTS") ?? "disable", [
        "disable",
        "random",
      ]) === "random",
    database: get("dbname", "PGDATABASE") ?? user,
    user,
    password: get("password", "PGPASSWORD"),
    passwordFile: get("passfile", "PGPASSFILE"),
    applicationName: get("application_name", "PGAPPNAME") ?? get("fallback_application_name") ?? "watchword",
    options: get("options", "PGOPTIONS"),
    connectTimeout: seconds("connect_timeout", get("connect_timeout", "PGCONNECT_TIMEOUT")),
    target: oneOf(
      "target_session_attrs",
      get("target_session_attrs", "PGTARGETSESSIONATTRS") ?? (servers.length > 1 ? "read-write" : "any"),
      TARGETS,
    ),
    tls: readTls(get),
    keepAlive: get("keepalives") !== "0",
    keepAliveIdle: idle,
  };
}

type Get = (keyword: Keyword, variable?: string) => string | null;

function readTls(get: Get): PostgresTls {
  const rootCert = get("sslrootcert", "PGSSLROOTCERT");
  const said = get("sslmode", "PGSSLMODE") ?? (get("requiressl", "PGREQUIRESSL") === "1" ? "require" : null);
  // Whoever names an authority wants it asked. libpq goes on without where the server has no TLS.
  let mode = oneOf("sslmode", said ?? (rootCert === null ? "prefer" : "verify-full"), TLS_MODES);
  if (mode === "require" && rootCert !== null) mode = "verify-ca";
  if (rootCert === "system" && mode !== "verify-full")
    throw refuse(`has sslrootcert=system with sslmode=${mode}; only verify-full goes with it.`);
  if (mode === "verify-ca" && rootCert === null)
    throw refuse(
      "has sslmode=verify-ca without sslrootcert: any certificate that a public authority signed would do. Name the authority's file, or use verify-full.",
    );
  const negotiation = oneOf("sslnegotiation", get("sslnegotiation", "PGSSLNEGOTIATION") ?? "postgres", [
    "postgres",
    "direct",
  ] as const);
  if (negotiation === "direct" && !["require", "verify-ca", "verify-full"].includes(mode))
    throw refuse(`has sslnegotiation=direct with sslmode=${mode}; it needs require or stricter.`);
  const binding = oneOf("channel_binding", get("channel_binding", "PGCHANNELBINDING") ?? "prefer", [
    "disable",
    "prefer",
    "require",
  ]);
  if (binding === "require" && mode === "disable")
    throw refuse("has channel_binding=require with sslmode=disable; it needs TLS.");
  const sendsCertificate = get("sslcertmode", "PGSSLCERTMODE") !== "disable";
  return {
    mode,
    negotiation,
    rootCert: rootCert === "system" ? null : rootCert,
    cert: sendsCertificate ? get("sslcert", "PGSSLCERT") : null,
    key: sendsCertificate ? get("sslkey", "PGSSLKEY") : null,
    keyPassword: get("sslpassword"),
    revoked: get("sslcrl", "PGSSLCRL"),
    least: tlsVersion("ssl_min_protocol_version", get("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION")),
    most: tlsVersion("ssl_max_protocol_version", get("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION")),
    bindChannel: binding !== "disable",
  };
}

function tlsVersion(keyword: Keyword, value: string | null): "TLSv1.2" | "TLSv1.3" | null {
  return value === null ? null : oneOf(keyword, value, TLS_VERSIONS);
}

/** The three parts of a URI: what stands before the first `/`, the database, and the parameters behind `?`. */
function split(url: string): {
  readonly values: ReadonlyMap<Keyword, string>;
  readonly hosts: readonly string[] | null;
  readonly ports: readonly string[] | null;
} {
  const parts = /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/is.exec(url);
  if (parts === null)
    throw refuse(`does not have the form postgres://user:password@host:5432/database. ${ESCAPES}`);
  const [, authority = "", path = "", query = ""] = parts;
  const at = authority.lastIndexOf("@");
  // A password with such a character in it was cut in two, and what follows would tell of its parts.
  if (at < 0 && (path + query).includes("@")) throw refuse(`has an @ behind its first / or ?. ${ESCAPES}`);
  const values = new Map<Keyword, string>();
  if (at >= 0) {
    const [user = "", ...password] = authority.slice(0, at).split(":");
    if (user !== "") values.set("user", decode(user, "user"));
    if (password.length > 0) values.set("password", decode(password.join(":"), "password"));
  }
  if (path !== "") values.set("dbname", decode(path, "database"));
  const places = authority.slice(at + 1);
  const [hosts, ports] = places === "" ? [null, null] : splitPlaces(places);
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    if (equals < 0) throw refuse("has a parameter without a value; write name=value, with & between two.");
    const name = decode(pair.slice(0, equals), "parameter's name");
    const value = decode(pair.slice(equals + 1), name);
    // As JDBC writes it; libpq knows it too.
    if (name === "ssl" && value === "true") values.set("sslmode", "require");
    else {
      const keyword = requireKeyword(name, value);
      if (keyword !== null) values.set(keyword, value);
    }
  }
  // A list in the parameters stands for the one before the path, as in libpq.
  return { values, hosts: values.has("host") ? null : hosts, ports: values.has("port") ? null : ports };
}

function splitPlaces(places: string): [string[], string[] | null] {
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const place of places.split(",")) {
    const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/s.exec(place);
    if (parts === null)
      throw refuse("names a host with too many colons; write an IPv6 address in brackets: [::1]:5432.");
    const [, host = "", port = ""] = parts;
    hosts.push(decode(host.replace(/^\[(.*)\]$/s, "$1"), "host"));
    ports.push(port);
  }
  return [hosts, ports.every((port) => port === "") ? null : ports];
}

function readHosts(
  hosts: readonly string[],
  addresses: readonly string[],
  ports: readonly string[],
): [PostgresHost, ...PostgresHost[]] {
  const count = Math.max(hosts.length, addresses.length, 1);
  for (const [what, given] of [
    ["hosts", hosts],
    ["addresses (hostaddr)", addresses],
  ] as const)
    if (given.length > 0 && given.length !== count)
      throw refuse(`names ${given.length} ${what} where there are ${count}; give one for each.`);
  if (ports.length > 1 && ports.length !== count)
    throw refuse(`names ${ports.length} ports for ${count} hosts; give one, or one for each.`);
  const at = (index: number): PostgresHost => {
    const address = addresses[index] || null;
    return {
      host: hosts[index] || address || "localhost",
      address,
      port: readPort(ports[index] ?? (ports.length === 1 ? (ports[0] ?? "") : "")),
    };
  };
  const [first, ...rest] = Array.from({ length: count }, (_, index) => at(index));
  return [first ?? at(0), ...rest];
}

function readPort(text: string): number {
  if (text === "") return 5432;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw refuse(`names a port that is no number from 1 to 65535. ${ESCAPES}`);
  return port;
}

function list(text: string | null): readonly string[] {
  return text === null ? [] : text.split(",");
}

/** Whole milliseconds; 0 and less mean no end. */
function seconds(keyword: Keyword, text: string | null): number | null {
  if (text === null) return null;
  if (!/^-?\d{1,7}$/.test(text)) throw refuse(`has ${keyword}=${text}; it is a whole number of seconds.`);
  return Number(text) <= 0 ? null : Number(text) * 1000;
}

function oneOf<T extends string>(keyword: Keyword, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw refuse(`has ${keyword}=${value}; it is one of ${allowed.join(", ")}.`);
  return found;
}

function decode(text: string, what: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw refuse(`has a % in its ${what} that stands for nothing; write a % itself as %25.`);
  }
  if (decoded.includes("\0")) throw refuse(`has a %00 in its ${what}, which PostgreSQL knows in no text.`);
  return decoded;
}

function refuse(reason: string): WatchwordError {
  return new WatchwordError("invalid-option", `The PostgreSQL URL ${reason}`);
}

import { WatchwordError } from "../../base/errors.js";

/** The parameters of libpq (PostgreSQL 18, §32.1.2) that are read. */
const KNOWN = [
  "host",
  "hostaddr",
  "port",
  "dbname",
  "user",
  "password",
  "passfile",
  "connect_timeout",
  "client_encoding",
  "options",
  "application_name",
  "fallback_application_name",
  "keepalives",
  "keepalives_idle",
  "load_balance_hosts",
  "target_session_attrs",
  "channel_binding",
  "requiressl",
  "sslmode",
  "sslnegotiation",
  "sslcert",
  "sslkey",
  "sslpassword",
  "sslcertmode",
  "sslrootcert",
  "sslcrl",
  "ssl_min_protocol_version",
  "ssl_max_protocol_version",
] as const;

export type Keyword = (typeof KNOWN)[number];

/** Those that say what is so anyway, in these values. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  gssencmode: ["disable", "prefer"],
  sslcompression: ["0"],
  sslsni: ["1"],
  min_protocol_version: ["3.0"],
  max_protocol_version: ["3.0", "latest"],
  sslcertmode: ["allow", "disable"],
  keepalives: ["0", "1"],
  requiressl: ["0", "1"],
};

/** Those that nobody here can honour, and what to do. */
const BEYOND: Readonly<Record<string, string>> = {
  service: "the driver reads no service file; write its parameters into the URL",
  servicefile: "the driver reads no service file; write its parameters into the URL",
  gssencmode: "the driver has no GSSAPI; use TLS",
  gssdelegation: "the driver has no GSSAPI",
  gsslib: "the driver has no GSSAPI",
  krbsrvname: "the driver has no GSSAPI",
  require_auth: "the driver takes the method that the server asks for; fix it in pg_hba.conf",
  requirepeer: "the driver cannot ask who serves a socket; guard its folder",
  replication: "a user space does not replicate",
  tcp_user_timeout: "Node cannot set it; the option timeout bounds every request",
  keepalives_interval: "Node leaves it to the system (net.ipv4.tcp_keepalive_intvl)",
  keepalives_count: "Node leaves it to the system (net.ipv4.tcp_keepalive_probes)",
  sslcompression: "TLS has no compression any more",
  sslcrldir: "name one file with sslcrl",
  sslkeylogfile: "start Node with --tls-keylog=<file>",
  sslsni: "the driver always names the host",
  sslcertmode: "the server is the one to require a certificate",
  min_protocol_version: "the driver speaks 3.0",
  max_protocol_version: "the driver speaks 3.0",
  scram_client_key: "give the password",
  scram_server_key: "give the password",
  keepalives: "it is 0 or 1",
  requiressl: "it is 0 or 1",
  // Of other drivers, which people bring along.
  pgbouncer: "it is Prisma's; use the option preparedStatements: false",
  schema: "it is Prisma's; use the option schema",
  connection_limit: "it is Prisma's; use the option poolSize",
  pool_timeout: "it is Prisma's; use the option timeout",
  uselibpqcompat: "sslmode means what libpq says, always",
};

/**
 * The keyword of that name; null: it says what is so anyway. Values are not repeated: some are secrets.
 * @throws WatchwordError `invalid-option` where it is none, or its value cannot be honoured
 */
export function requireKeyword(name: string, value: string): Keyword | null {
  const known = KNOWN.find((keyword) => keyword === name) ?? null;
  if (HARMLESS[name]?.includes(value)) return known;
  const beyond = BEYOND[name];
  if (beyond !== undefined)
    throw new WatchwordError(
      "invalid-option",
      `The PostgreSQL URL has a parameter ${name} that cannot be honoured: ${beyond}.`,
    );
  if (/^oauth_/.test(name))
    throw new WatchwordError(
      "invalid-option",
      `The PostgreSQL URL has ${name}, and the driver has no OAuth; use a password or a certificate.`,
    );
  if (known === null)
    throw new WatchwordError(
      "invalid-option",
      `The PostgreSQL URL has a parameter ${name} that libpq does not know. Look at its spelling, or leave it out.`,
    );
  return known;
}

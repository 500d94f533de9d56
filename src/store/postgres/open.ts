import { userInfo } from "node:os";
import { WatchwordError } from "../../base/errors.js";
import type { Store } from "../contract.js";
import { first } from "../sql/operation.js";
import { type ClientClass, Connector } from "./connector.js";
import { createDatabase, createSchema } from "./create.js";
import { postgresDialect } from "./dialect.js";
import { codeOf, explain, type Place } from "./errors.js";
import type { PostgresStoreOptions } from "./options.js";
import { Pool } from "./pool.js";
import { Runner } from "./runner.js";
import { Statements } from "./statements.js";
import { createPostgresStore } from "./store.js";
import { type PostgresUrl, parsePostgresUrl } from "./url.js";

export type { PostgresStoreOptions } from "./options.js";

const DEFAULTS = { schema: "watchword", attempts: 6, delay: 1000, timeout: 10_000, poolSize: 10 };

/**
 * Opens a user space's tables in a PostgreSQL database. The database and the schema are made where they are missing; the
 * tables may be missing or old: see {@link Store.schema} and {@link Store.migrate}.
 *
 * @throws WatchwordError `invalid-option`, `package-missing`, `store-refused`, `store-unavailable`
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const schema = requireSchema(options.schema ?? DEFAULTS.schema);
  const url = readUrl(options);
  const timeout = options.timeout ?? DEFAULTS.timeout;
  const poolSize = options.poolSize ?? DEFAULTS.poolSize;
  const attempts = options.attempts ?? DEFAULTS.attempts;
  const delay = options.delay ?? DEFAULTS.delay;
  const arePrepared = options.preparedStatements ?? true;
  const warn = (fields: object, message: string) => options.logger?.warn(fields, message);
  const { user, database } = url;
  const place: Place = { location: locationOf(url, schema), user, database, schema, poolSize, timeout };
  const Client = await loadDriver();

  const connectorTo = (name: string) =>
    new Connector({
      Client,
      url: { ...url, database: name },
      statements: new Statements(schema, arePrepared),
      statementTimeout: arePrepared ? timeout : null,
      warn,
    });
  const connector = connectorTo(database);
  const pool = new Pool({
    connect: (milliseconds) => connector.connect(milliseconds),
    explain: (error) => explain(error, place),
    size: poolSize,
    attempts,
    delay,
    timeout,
    location: place.location,
    warn,
  });
  const runner = new Runner({ pool, place, timeout, tellsTimeout: !arePrepared });
  // As long as all attempts may take: a database that starts beside its application is waited for.
  const longest = attempts * (timeout + delay);
  const mayCreate = options.create ?? true;
  try {
    try {
      pool.release(await pool.acquire(longest));
    } catch (error) {
      const isMissing = error instanceof Error && codeOf(error.cause) === "3D000";
      if (!isMissing || !mayCreate) throw error;
      await createDatabase(connectorTo, place, timeout);
    }
    await createSchema(runner, place, mayCreate);
    const named = await runner.run("look", () => first<{ version: string }>("SELECT version() AS version"));
    const dialect = postgresDialect(schema, named?.version ?? "");
    return createPostgresStore({ runner, dialect, schema, location: place.location });
  } catch (error) {
    await runner.close();
    throw error;
  }
}

/** Server, database and schema, without user or secret: the same for every way to write the same place. */
export function locationOf({ hosts, database }: PostgresUrl, schema: string): string {
  const places = hosts.map(({ host, port }) =>
    host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
  );
  return `postgres://${places.join(",")}/${database} (schema ${schema})`;
}

/** The URL with what the options say besides. */
export function readUrl(options: Pick<PostgresStoreOptions, "url" | "ca">): PostgresUrl {
  const { ca } = options;
  const env = ca === undefined ? process.env : { ...process.env, PGSSLROOTCERT: ca };
  const url = parsePostgresUrl(options.url, { env, userName: userInfo().username });
  return ca === undefined ? url : { ...url, tls: { ...url.tls, rootCert: ca } };
}

function requireSchema(schema: string): string {
  if (/^(?!pg_)[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(schema)) return schema;
  throw new WatchwordError(
    "invalid-option",
    `The schema ${JSON.stringify(schema)} cannot be used: write letters of a to z, digits, _ and -, 63 at the most, not beginning with a digit, - or pg_.`,
  );
}

async function loadDriver(): Promise<ClientClass> {
  try {
    return (await import("pg")).default.Client;
  } catch (error) {
    if (codeOf(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new WatchwordError(
      "package-missing",
      "PostgreSQL needs the package pg, which is not installed. Run: npm install pg",
      { cause: error },
    );
  }
}

import { Socket } from "node:net";
import type { Client, ClientConfig } from "pg";
import { WatchwordError } from "../../base/errors.js";
import { Connection } from "./connection.js";
import { codeOf, isWithoutTls } from "./errors.js";
import { passwordFromFile } from "./password-file.js";
import type { Statements } from "./statements.js";
import { tlsOptions, tlsWays } from "./tls.js";
import type { PostgresHost, PostgresUrl, TargetSession } from "./url.js";

/** What the driver's package gives. */
export type ClientClass = new (config: ClientConfig) => Client;

/** 13 is the oldest that the project at postgresql.org still knew in 2025. */
const OLDEST = 130_000;

export interface ConnectorOptions {
  readonly Client: ClientClass;
  readonly url: PostgresUrl;
  readonly statements: Statements;
  /** Whole milliseconds after which the server itself breaks off a statement; null: it is not told (a pooler stands between). */
  readonly statementTimeout: number | null;
  readonly warn: (fields: object, message: string) => void;
}

interface Found {
  readonly connection: Connection;
  readonly isReadOnly: boolean;
}

/** Connects to the first host of the list that will do. */
export class Connector {
  readonly #options: ConnectorOptions;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /**
   * @param milliseconds For all hosts together.
   * @throws what the driver throws, or WatchwordError; with several hosts one that tells of each
   */
  async connect(milliseconds: number): Promise<Connection> {
    const { url } = this.#options;
    const hosts = url.isShuffled ? shuffled(url.hosts) : url.hosts;
    if (url.target !== "prefer-standby") return this.#first(hosts, url.target, milliseconds);
    try {
      return await this.#first(hosts, "standby", milliseconds / 2);
    } catch {
      // No standby is there: any server will do, and what is wrong with it comes up again.
      return this.#first(hosts, "any", milliseconds / 2);
    }
  }

  async #first(
    hosts: readonly PostgresHost[],
    target: TargetSession,
    milliseconds: number,
  ): Promise<Connection> {
    const deadline = performance.now() + milliseconds;
    const failures: { readonly host: PostgresHost; readonly error: unknown }[] = [];
    for (const [at, host] of hosts.entries()) {
      // Each gets its share of the time, so that one that swallows everything leaves some for the next.
      const share = Math.max(1, (deadline - performance.now()) / (hosts.length - at));
      try {
        return await this.#reach(host, target, Math.min(share, this.#options.url.connectTimeout ?? share));
      } catch (error) {
        failures.push({ host, error });
      }
    }
    const [only] = failures;
    if (only !== undefined && failures.length === 1) throw only.error;
    throw severalFailures(failures, target);
  }

  async #reach(host: PostgresHost, target: TargetSession, milliseconds: number): Promise<Connection> {
    let last: unknown;
    const ways = tlsWays(this.#options.url.tls.mode, host);
    for (const [at, withTls] of ways.entries())
      try {
        const { connection, isReadOnly } = await this.#log(host, withTls, milliseconds);
        if (await this.#fits(connection, isReadOnly, target)) return connection;
        await connection.end();
        throw new WatchwordError(
          "store-unavailable",
          `The server ${host.host}:${host.port} is ${isReadOnly ? "read-only" : "not a standby"}, and target_session_attrs=${target} asks for another.`,
        );
      } catch (error) {
        last = error;
        // With `prefer` a server without TLS is spoken to in the clear; with `allow` one that insists on it gets it.
        const mayGoOn = withTls ? isWithoutTls(error) : codeOf(error) === "28000";
        if (!mayGoOn || at === ways.length - 1) throw error;
      }
    throw last;
  }

  async #log(host: PostgresHost, withTls: boolean, milliseconds: number): Promise<Found> {
    const { Client, url, statements, statementTimeout, warn } = this.#options;
    const socket = new Socket();
    const client = new Client({
      host: host.address ?? host.host,
      port: host.port,
      database: url.database,
      user: url.user,
      // Asked for only where the server wants one; an empty text, so that the driver looks nowhere by itself.
      password: () => this.#password(host),
      ssl: withTls ? await tlsOptions(url.tls, host) : false,
      sslnegotiation: withTls ? url.tls.negotiation : "postgres",
      enableChannelBinding: withTls && url.tls.bindChannel,
      application_name: url.applicationName,
      ...(url.options === null ? {} : { options: url.options }),
      keepAlive: url.keepAlive,
      ...(url.keepAliveIdle === null ? {} : { keepAliveInitialDelayMillis: url.keepAliveIdle }),
      connectionTimeoutMillis: Math.max(1, Math.ceil(milliseconds)),
      client_encoding: "UTF8",
      // A pooler that hands connections round refuses these at once, and so is found out before it mixes up named statements.
      ...(statementTimeout === null
        ? {}
        : { statement_timeout: statementTimeout, idle_in_transaction_session_timeout: statementTimeout }),
      stream: () => socket,
    });
    // What happens between the failure of connect() and the end of the socket is told by connect() already.
    client.on("error", () => {});
    try {
      await client.connect();
    } catch (error) {
      socket.destroy();
      throw named(error, host);
    }
    const connection = new Connection(client, socket, statements);
    connection.take(milliseconds);
    try {
      const facts = await connection.row(
        `SELECT current_setting('server_version_num'), current_setting('server_encoding'),
           current_setting('transaction_read_only')`,
      );
      const [version, encoding, readOnly] = facts ?? [];
      requireFitting(Number(version), String(encoding), host);
      connection.rest();
      return { connection, isReadOnly: readOnly === "on" };
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      if (connection.isOverdue)
        warn({ host: host.host }, "a database server took a connection and did not answer");
    }
  }

  async #fits(connection: Connection, isReadOnly: boolean, target: TargetSession): Promise<boolean> {
    if (target === "any" || target === "prefer-standby") return true;
    if (target === "read-write") return !isReadOnly;
    if (target === "read-only") return isReadOnly;
    const row = await connection.row("SELECT CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END");
    return (row?.[0] === 1) === (target === "standby");
  }

  async #password(host: PostgresHost): Promise<string> {
    const { url, warn } = this.#options;
    const password =
      url.password ??
      (await passwordFromFile(
        url.passwordFile,
        { host: host.host, port: host.port, database: url.database, user: url.user },
        warn,
      ));
    if (password !== null) return password;
    throw new WatchwordError(
      "store-refused",
      `The server ${host.host}:${host.port} asks for the password of ${url.user}, and none was given. Write it into the URL, or set PGPASSWORD or a password file.`,
    );
  }
}

/** @throws WatchwordError `store-refused` for a server that is too old, or whose database cannot hold every text */
export function requireFitting(version: number, encoding: string, { host, port }: PostgresHost): void {
  if (version < OLDEST)
    throw new WatchwordError(
      "store-refused",
      `The server ${host}:${port} is PostgreSQL ${version >= 100_000 ? Math.floor(version / 10_000) : `${Math.floor(version / 10_000)}.${Math.floor(version / 100) % 100}`}; Watchword needs 13 or newer. Upgrade it (pg_upgrade), or name another.`,
    );
  if (encoding !== "UTF8")
    throw new WatchwordError(
      "store-refused",
      `The database on ${host}:${port} has the encoding ${encoding}, which cannot hold every name; Watchword needs UTF8. Make another: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0;`,
    );
}

/** The driver's own word for a connection that took too long says neither what nor where. */
function named(error: unknown, { host, port }: PostgresHost): unknown {
  if (!(error instanceof Error) || error.message !== "timeout expired") return error;
  return new WatchwordError(
    "store-unavailable",
    `The server ${host}:${port} did not answer in time. Is it that server, and does a firewall let this machine through?`,
    { cause: error, retryAfter: 1000 },
  );
}

function severalFailures(
  failures: readonly { readonly host: PostgresHost; readonly error: unknown }[],
  target: TargetSession,
): unknown {
  const all = failures
    .map(
      ({ host, error }) =>
        `${host.host}:${host.port}: ${error instanceof Error ? error.message : String(error)}`,
    )
    .join("; ");
  return new WatchwordError(
    "store-unavailable",
    `None of the ${failures.length} database servers will do (target_session_attrs=${target}): ${all}`,
    { cause: failures[0]?.error, retryAfter: 1000 },
  );
}

function shuffled(hosts: readonly PostgresHost[]): PostgresHost[] {
  const list = [...hosts];
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]] as [PostgresHost, PostgresHost];
  }
  return list;
}

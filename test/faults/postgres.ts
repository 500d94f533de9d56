import { onTestFinished } from "vitest";
import type { Store } from "#dist/store/contract.js";
import { openPostgresStore, type PostgresStoreOptions } from "#dist/store/postgres/open.js";
import { startPostgres } from "../servers/postgres.js";
import type { TestServer } from "../servers/server.js";

/** A store that is closed when the test is over, and gives up sooner than one in use. */
export async function openStore(
  url: string,
  options: Omit<PostgresStoreOptions, "url"> = {},
): Promise<Store> {
  const store = await openPostgresStore({ url, attempts: 2, delay: 50, timeout: 5000, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A server that goes when the test is over. */
export async function ownServer(options: Parameters<typeof startPostgres>[0] = {}): Promise<TestServer> {
  const server = await startPostgres(options);
  onTestFinished(() => server.remove());
  return server;
}

/** The URL with other parts than it has. */
export function withParts(
  url: string,
  parts: {
    readonly user?: string;
    readonly password?: string;
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
    readonly query?: Readonly<Record<string, string>>;
  },
): string {
  const next = new URL(url);
  if (parts.user !== undefined) next.username = encodeURIComponent(parts.user);
  if (parts.password !== undefined) next.password = encodeURIComponent(parts.password);
  if (parts.host !== undefined) next.hostname = parts.host;
  if (parts.port !== undefined) next.port = String(parts.port);
  if (parts.database !== undefined) next.pathname = `/${encodeURIComponent(parts.database)}`;
  for (const [name, value] of Object.entries(parts.query ?? {})) next.searchParams.set(name, value);
  return next.href;
}

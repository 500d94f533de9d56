import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import pg from "pg";
import { inject } from "vitest";
import type { OpenOptions } from "watchword";
import { openStore } from "#dist/space/open-store.js";
import { findPlace } from "#dist/space/place.js";
import type { Store } from "#dist/store/contract.js";

/** The store that the tests of this run are on: SQLite, unless vitest's project says otherwise. */
export const STORE = readStore(process.env.WATCHWORD_TEST_STORE ?? "sqlite");

/** Room for one user space, on the store of this run, that nobody else uses. */
export interface TestDatabase {
  readonly url: string;
  /** What `space.database.location` holds of it: the file, the schema or the database. */
  readonly name: string;
  /** For files of the test's own; the SQLite file lies here too, as `users.db`. */
  readonly folder: string;
  /** What `openUserSpace` needs besides the URL. */
  readonly options: OpenOptions;
  /** What a process needs besides the URL. */
  readonly env: NodeJS.ProcessEnv;
  /** The secret of the space, once there is one. */
  secret(): Promise<string>;
  /** All that rests in the database, as text, for tests that look for what must not. */
  dump(): Promise<string>;
  /** Takes it away with all that is in it. */
  drop(): Promise<void>;
}

export async function newDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  const place = { sqlite: sqliteIn, postgres: postgresFor, mongodb: mongodbFor }[STORE](folder);
  // A space in a file makes its own.
  const secret = STORE === "sqlite" ? null : `the secret of a space in the tests: ${newName()}`;
  return {
    ...place,
    folder,
    options: {
      sqlite: { synchronous: "normal" },
      ...(secret !== null && {
        secret,
        postgres: { poolSize: 4 },
        mail: { outbox: join(folder, "outbox") },
      }),
    },
    env: { ...(secret !== null && { WATCHWORD_SECRET: secret }) },
    secret: async () => secret ?? (await readFile(join(folder, "users.db.secret"), "utf8")).trim(),
    async drop() {
      await place.drop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The store below a space, for tests that look or write past it. */
export function openStoreOf({ url, options }: TestDatabase): Promise<Store> {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  return openStore(findPlace(url, options), options, silent);
}

type Place = Pick<TestDatabase, "url" | "name" | "dump" | "drop">;

function sqliteIn(folder: string): Place {
  return {
    url: `sqlite:${join(folder, "users.db")}`,
    name: join(folder, "users.db"),
    async dump() {
      const names = (await readdir(folder)).filter((name) => /\.db(-wal|-shm)?$/.test(name));
      return (await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")))).join("\n");
    },
    drop: async () => {},
  };
}

let count = 0;

/** Unlike any other process's. */
function newName(): string {
  count++;
  return `test_${process.pid}_${Date.now().toString(36)}_${count}`;
}

// For dump and drop alone; it lets the process end when nothing else is to do.
let pool: pg.Pool | undefined;

function postgresFor(): Place {
  const server = inject("postgresUrl");
  const schema = newName();
  const query = (text: string) => {
    pool ??= new pg.Pool({ connectionString: server, max: 1, allowExitOnIdle: true });
    return pool.query(text);
  };
  return {
    url: `${server}${server.includes("?") ? "&" : "?"}schema=${schema}`,
    name: schema,
    async dump() {
      const tables = await query(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = '${schema}'`,
      );
      const texts: string[] = [];
      for (const { table_name: table } of tables.rows as { readonly table_name: string }[]) {
        const { rows } = await query(`SELECT row_to_json(t)::text AS row FROM "${schema}"."${table}" t`);
        texts.push(...(rows as { readonly row: string }[]).map(({ row }) => `${table} ${row}`));
      }
      return texts.join("\n");
    },
    async drop() {
      await query(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
    },
  };
}

function mongodbFor(): Place {
  const server = inject("mongodbUrl");
  const name = newName();
  const url = new URL(server);
  url.pathname = `/${name}`;
  async function withDatabase<T>(use: (database: ReturnType<MongoClient["db"]>) => Promise<T>): Promise<T> {
    const client = await MongoClient.connect(server, { maxPoolSize: 1 });
    try {
      return await use(client.db(name));
    } finally {
      await client.close();
    }
  }
  return {
    url: `${url.href}${url.search === "" ? "?" : "&"}maxPoolSize=8`,
    name,
    dump: () =>
      withDatabase(async (database) => {
        const texts: string[] = [];
        for (const collection of await database.collections())
          for await (const document of collection.find())
            texts.push(`${collection.collectionName} ${JSON.stringify(document)}`);
        return texts.join("\n");
      }),
    drop: () =>
      withDatabase(async (database) => {
        await database.dropDatabase();
      }),
  };
}

function readStore(name: string): "sqlite" | "postgres" | "mongodb" {
  if (name === "sqlite" || name === "postgres" || name === "mongodb") return name;
  throw new Error(`WATCHWORD_TEST_STORE is ${JSON.stringify(name)}; it may be sqlite, postgres or mongodb.`);
}

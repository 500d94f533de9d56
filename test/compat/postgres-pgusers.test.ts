import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { OpenOptions } from "watchword";
import { BadCallError, OK, UserSpace, type UserSpaceOptions } from "watchword/compat/pgusers";
import { askPostgres, POSTGRES_PASSWORD, startPostgres } from "../servers/postgres.js";
import type { TestServer } from "../servers/server.js";

// What is about PostgreSQL alone: the parameters that the original took, and a connection that the server drops.

const OPTIONS: OpenOptions = {
  secret: "the secret of userspaces on a server of their own",
  mail: { courier: false },
  passwords: { argon2: { memory: 64, passes: 1, lanes: 1 } },
  postgres: { poolSize: 2 },
  connect: { attempts: 2, delay: 50, timeout: 5000 },
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres();
  return () => server.remove();
});
afterEach(() => vi.unstubAllEnvs());

let count = 0;

/** The name of a new database on the server. */
async function newDatabase(): Promise<string> {
  const name = `Crm ${count++}`;
  await askPostgres(server.url, `CREATE DATABASE "${name}"`);
  return name;
}

function open(options: UserSpaceOptions): UserSpace {
  const users = new UserSpace({ watchword: OPTIONS, ...options });
  onTestFinished(() => users.close());
  return users;
}

const refused = (code: string) => expect.objectContaining({ code });

describe("opening by the parameters of libpq", () => {
  it("connects with dbname, user, password, host and port, and any other of them", async () => {
    const dbname = await newDatabase();
    const users = open({
      dbname,
      user: "postgres",
      password: POSTGRES_PASSWORD,
      host: "127.0.0.1",
      port: server.port,
      application_name: "the crm",
    });
    expect(await users.createUser("alice", "pw", "alice@example.com")).toBe(1);
    const [activity] = await askPostgres(
      server.url,
      "SELECT application_name, datname FROM pg_stat_activity WHERE datname = $1 LIMIT 1",
      [dbname],
    );
    expect(activity).toEqual({ application_name: "the crm", datname: dbname });
    expect(open({ dbname, host: "127.0.0.1", port: server.port })).toBe(users);
  });

  it("reads the environment: its variables beat the connection string, and options beat them", async () => {
    const dbname = await newDatabase();
    vi.stubEnv("PGUSERS_USERSPACE", dbname);
    vi.stubEnv("PGUSERS_PORT", String(server.port));
    vi.stubEnv(
      "PGUSERS_CONNECTION_STRING",
      `host=127.0.0.1 port=1 user=postgres password='${POSTGRES_PASSWORD.replaceAll("'", "\\'")}' dbname=nosuch`,
    );
    const users = open({});
    expect(await users.createUser("alice", "pw", null)).toBe(1);
    expect(await askPostgres(withDatabase(dbname), "SELECT username FROM watchword.watchword_users")).toEqual(
      [{ username: "alice" }],
    );

    const other = await newDatabase();
    vi.stubEnv("PGUSERS_CONNECTION_STRING", server.url);
    vi.stubEnv("PGUSERS_PORT", "1");
    expect(await open({ dbname: other, port: server.port }).createUser("bob", "pw", null)).toBe(1);
  });

  it("says at once that no userspace is named, and at the first call what the server says", async () => {
    vi.stubEnv("PGUSERS_USERSPACE", "");
    vi.stubEnv("PGUSERS_CONNECTION_STRING", server.url);
    expect(() => new UserSpace()).toThrow(BadCallError);

    const dbname = await newDatabase();
    const at = { host: "127.0.0.1", port: server.port, user: "postgres", password: POSTGRES_PASSWORD };
    await expect(open({ ...at, dbname, password: "wrong" }).isAdmin(1)).rejects.toThrow(
      refused("store-refused"),
    );
    await expect(open({ ...at, dbname, port: 1 }).isAdmin(1)).rejects.toThrow(refused("store-unavailable"));
    const misspelt = { ...at, dbname: await newDatabase(), nosuch: 1 };
    await expect(open(misspelt).isAdmin(1)).rejects.toThrow(refused("invalid-option"));
  });
});

function withDatabase(name: string): string {
  const url = new URL(server.url);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

describe("a connection", () => {
  it("that the server ended is opened anew, and no call fails by it", async () => {
    const dbname = await newDatabase();
    const users = open({ url: withDatabase(dbname) });
    const userid = await users.createUser("alice", "pw", "alice@example.com");
    const [key] = await users.validateUser("alice", "pw");
    for (let round = 0; round < 3; round++) {
      await askPostgres(
        server.url,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1",
        [dbname],
      );
      expect(await users.checkKey(key)).toEqual([OK, "alice", userid, null]);
      expect(await users.modifyUser(userid, { extraData: { round } })).toBe(OK);
    }
  });

  it("is there again after the server was away, with users, keys and time to live", async () => {
    const users = open({ url: withDatabase(await newDatabase()) });
    await users.createUser("alice", "pw", "alice@example.com");
    await users.setSessionTTL(100);
    const [key] = await users.validateUser("alice", "pw");
    await server.stop();
    await expect(users.checkKey(key)).rejects.toThrow(refused("store-unavailable"));
    await server.start();
    await vi.waitFor(async () => expect((await users.checkKey(key))[0]).toBe(OK), 10_000);
    await users.close();
    expect((await users.checkKey(key))[0]).toBe(OK);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireFitting } from "#dist/store/postgres/connector.js";
import { explain } from "#dist/store/postgres/errors.js";
import { sampleUser } from "../contract/samples.js";
import { askPostgres, startPostgres } from "../servers/postgres.js";
import type { TestServer } from "../servers/server.js";
import { openStore, withParts } from "./postgres.js";

let server: TestServer;
let url: string;
const ask = (sql: string, at = url) => askPostgres(at, sql);

beforeAll(async () => {
  server = await startPostgres();
  url = server.url;
  await ask("CREATE ROLE ada LOGIN PASSWORD 'ada'");
  await ask("CREATE ROLE maker LOGIN PASSWORD 'maker' CREATEDB");
  await ask("REVOKE CREATE ON DATABASE postgres FROM PUBLIC");
});
afterAll(() => server.remove());

const as = (user: string, more: Parameters<typeof withParts>[1] = {}) =>
  withParts(url, { user, password: user, ...more });

/** What the opening is refused with, and the words that its message must hold. */
async function refusal(at: string, options: Parameters<typeof openStore>[1] = {}): Promise<string> {
  const error = await openStore(at, options).then(
    () => new Error("It was opened."),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("Something was thrown that is no error.");
  return `${"code" in error ? String(error.code) : "?"}: ${error.message}`;
}

describe("opening", () => {
  it("says that the password is wrong, and never which it was", async () => {
    const said = await refusal(withParts(url, { user: "ada", password: "mistaken" }));
    expect(said).toMatch(/^store-refused: .*refused the password of the user ada.*PGPASSWORD/);
    expect(said).not.toContain("mistaken");
  });

  it("says that no password was given", async () => {
    const [before, home] = [process.env.PGPASSFILE, process.env.HOME];
    delete process.env.PGPASSFILE;
    process.env.HOME = "/nonexistent";
    try {
      expect(await refusal(url.replace(/:[^:@/]*@/, "@"))).toMatch(
        /^store-refused: .*asks for the password of postgres, and none was given/,
      );
    } finally {
      if (before !== undefined) process.env.PGPASSFILE = before;
      if (home !== undefined) process.env.HOME = home;
    }
  });

  it("says that there is no such user", async () => {
    expect(await refusal(as("nobody"))).toMatch(/^store-refused: .*nobody/);
  });

  it("makes the database and the schema where the role may", async () => {
    const store = await openStore(as("maker", { database: "made by us" }), { schema: "also" });
    expect(await store.migrate()).not.toEqual([]);
    expect(await ask("SELECT 1 AS one FROM pg_database WHERE datname = 'made by us'")).toHaveLength(1);
    expect(store.location).toBe(`postgres://127.0.0.1:${server.port}/made by us (schema also)`);
  });

  it("makes the database once where many open it at once", async () => {
    const stores = await Promise.all(
      Array.from({ length: 20 }, () => openStore(as("maker", { database: "wanted" }), { poolSize: 1 })),
    );
    expect(stores).toHaveLength(20);
  });

  it("refuses a database that is not there with create: false, and where the role may not make it", async () => {
    expect(await refusal(as("maker", { database: "none" }), { create: false })).toMatch(
      /^store-refused: There is no database none .*CREATE DATABASE "none"/,
    );
    expect(await refusal(as("ada", { database: "none" }))).toMatch(
      /^store-refused: There is no database none .*ada could not make it.*CREATE DATABASE "none" OWNER "ada"/,
    );
    expect(await ask("SELECT 1 AS one FROM pg_database WHERE datname = 'none'")).toEqual([]);
  });

  it("refuses a schema that is not there with create: false, and where the role may not make it", async () => {
    expect(await refusal(url, { create: false, schema: "none" })).toMatch(
      /^store-refused: There is no schema none .*option schema/,
    );
    expect(await refusal(as("ada"), { schema: "none" })).toMatch(
      /^store-refused: There is no schema none .*CREATE SCHEMA "none" AUTHORIZATION "ada"/,
    );
  });

  it("refuses a database that cannot hold every name", async () => {
    await ask("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    expect(await refusal(withParts(url, { database: "latin" }))).toMatch(
      /^store-refused: .*encoding LATIN1.*ENCODING 'UTF8'/,
    );
  });

  it("refuses a server that is too old, and takes the oldest that is not", () => {
    const host = { host: "db", address: null, port: 5432 };
    for (const [version, name] of [
      [120_022, "PostgreSQL 12;"],
      [90_624, "PostgreSQL 9.6;"],
    ] as const)
      expect(() => requireFitting(version, "UTF8", host)).toThrow(
        expect.objectContaining({ code: "store-refused", message: expect.stringContaining(name) }),
      );
    expect(() => requireFitting(130_000, "UTF8", host)).not.toThrow();
  });

  it("says so where the role has no connection left", async () => {
    await ask("CREATE ROLE few LOGIN SUPERUSER PASSWORD 'few' CONNECTION LIMIT 0");
    await ask("ALTER ROLE few NOSUPERUSER");
    expect(await refusal(as("few"))).toMatch(/^store-unavailable: .*no connection left.*poolSize/);
  });

  it("says so where nobody listens, and where the host has no address", async () => {
    expect(await refusal(withParts(url, { port: 1 }))).toMatch(/^store-unavailable: Nobody listens at/);
    expect(await refusal(withParts(url, { host: "no-such-host.invalid" }))).toMatch(
      /^store-unavailable: The host of .* has no address/,
    );
    expect(await refusal("postgres:///d?host=/no/such/folder")).toMatch(/^store-unavailable: Nobody listens/);
  });

  it("refuses options that cannot be meant", async () => {
    for (const schema of ["", "pg_own", "a b", 'a"b', "1st", "x".repeat(64)])
      expect(await refusal(url, { schema })).toMatch(/^invalid-option: The schema/);
  });
});

describe("work", () => {
  it("says what a role may not do, and what an administrator has to run", async () => {
    const store = await openStore(url, { schema: "guarded" });
    await store.migrate();
    await ask("GRANT USAGE ON SCHEMA guarded TO ada; GRANT SELECT ON ALL TABLES IN SCHEMA guarded TO ada");
    const reader = await openStore(as("ada"), { schema: "guarded" });
    expect(await reader.countUsers({})).toBe(0);
    await expect(reader.createUser(sampleUser(), 0, [])).rejects.toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/GRANT ALL ON ALL TABLES IN SCHEMA "guarded" TO "ada"/),
    });
  });

  it("says so when the server takes no writes", async () => {
    await ask("CREATE DATABASE quiet");
    const quiet = withParts(url, { database: "quiet" });
    const store = await openStore(quiet);
    await store.migrate();
    await ask("ALTER DATABASE quiet SET default_transaction_read_only = on");
    await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'quiet'");
    await expect(store.createUser(sampleUser(), 0, [])).rejects.toMatchObject({
      code: "store-unavailable",
      message: expect.stringMatching(/read-only.*target_session_attrs=read-write/),
    });
    expect(await store.countUsers({})).toBe(0);
  });

  it("names the table that was dropped from under it", async () => {
    const store = await openStore(url, { schema: "robbed" });
    await store.migrate();
    await ask("DROP TABLE robbed.watchword_identifiers");
    await expect(store.createUser(sampleUser(), 0, [])).rejects.toMatchObject({
      code: "store-corrupted",
      message: expect.stringMatching(/"robbed.watchword_identifiers" does not exist.*backup/),
    });
    await ask("DROP SCHEMA robbed CASCADE");
    await expect(store.findUser(["u:ada"])).rejects.toMatchObject({ code: "store-corrupted" });
    expect(await store.schema()).toMatchObject({ version: 0 });
  });

  it("names the rows for which an index cannot be unique", async () => {
    await ask(
      "CREATE SCHEMA twice; CREATE TABLE twice.t (key text); INSERT INTO twice.t VALUES ('a'), ('a')",
    );
    const error = await ask("CREATE UNIQUE INDEX t_key ON twice.t (key)").catch((reason: unknown) => reason);
    const place = { location: "here", user: "u", database: "d", schema: "s", poolSize: 1, timeout: 1 };
    expect(explain(error, place)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/cannot be unique.*t_key.*\(key\)=\(a\) is duplicated/),
    });
  });

  it("stops a migration that meets a stranger's table, and leaves nothing half done", async () => {
    await ask("CREATE SCHEMA taken; CREATE TABLE taken.watchword_limits (other int)");
    const store = await openStore(url, { schema: "taken" });
    await expect(store.migrate()).rejects.toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/did not make itself.*"watchword_limits" already exists/),
    });
    expect(await ask("SELECT to_regclass('taken.watchword_users') AS users")).toEqual([{ users: null }]);
    await ask("DROP TABLE taken.watchword_limits");
    expect(await store.migrate()).not.toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleUser, together } from "../contract/samples.js";
import { askPostgres, freshSchema, startPostgres } from "../servers/postgres.js";
import { freePort, type TestServer } from "../servers/server.js";
import { openStore } from "./postgres.js";

/** Real milliseconds for a standby to follow. */
const PATIENCE = { timeout: 20_000 };

let primary: TestServer;
let standby: TestServer;

async function pair(): Promise<{ readonly primary: TestServer; readonly standby: TestServer }> {
  const first = await startPostgres();
  const [row] = await askPostgres(first.url, "SHOW data_directory");
  await first.stop();
  const second = await startPostgres({
    standbyOf: { dataFolder: String(row?.data_directory), port: first.port },
  });
  await first.start();
  return { primary: first, standby: second };
}

beforeAll(async () => {
  ({ primary, standby } = await pair());
});
afterAll(async () => {
  await standby.remove();
  await primary.remove();
});

/** The URL of several of the tests' servers, in this order. */
function urlOf(ports: readonly number[], query = ""): string {
  const [userinfo] = primary.url.split("@");
  return `${userinfo}@${ports.map((port) => `127.0.0.1:${port}`).join(",")}/postgres${query}`;
}

async function portReached(url: string): Promise<number | string> {
  const name = freshSchema();
  const and = url.includes("?") ? "&" : "?";
  try {
    await openStore(`${url}${and}application_name=${name}`, { schema: "public" });
  } catch (error) {
    return error instanceof Error ? error.message : "?";
  }
  for (const server of [primary, standby]) {
    const rows = await askPostgres(
      server.url,
      "SELECT 1 AS one FROM pg_stat_activity WHERE application_name = $1",
      [name],
    );
    if (rows.length > 0) return server.port;
  }
  return "nowhere";
}

describe("several hosts", () => {
  it("are tried in their order, past those that do not answer", async () => {
    const nobody = await freePort();
    expect(await portReached(urlOf([nobody, primary.port]))).toBe(primary.port);
    expect(await portReached(urlOf([primary.port, nobody]))).toBe(primary.port);
    expect(await portReached(urlOf([standby.port, primary.port], "?target_session_attrs=any"))).toBe(
      standby.port,
    );
  });

  it("are passed over where they take no writes, if nothing else is said", async () => {
    expect(await portReached(urlOf([standby.port, primary.port]))).toBe(primary.port);
  });

  it.each([
    ["read-write", "primary"],
    ["primary", "primary"],
    ["read-only", "standby"],
    ["standby", "standby"],
    ["prefer-standby", "standby"],
  ])("target_session_attrs=%s reaches the %s, in any order", async (target, which) => {
    const port = which === "primary" ? primary.port : standby.port;
    const query = `?target_session_attrs=${target}`;
    expect(await portReached(urlOf([primary.port, standby.port], query))).toBe(port);
    expect(await portReached(urlOf([standby.port, primary.port], query))).toBe(port);
  });

  it("prefer-standby takes the primary where there is no standby", async () => {
    const nobody = await freePort();
    expect(await portReached(urlOf([nobody, primary.port], "?target_session_attrs=prefer-standby"))).toBe(
      primary.port,
    );
  });

  it("each have their say in the error when none will do", async () => {
    const nobody = await freePort();
    expect(await portReached(urlOf([nobody, primary.port], "?target_session_attrs=standby"))).toMatch(
      new RegExp(`127.0.0.1:${nobody}: .*ECONNREFUSED.*127.0.0.1:${primary.port}.*is not a standby`),
    );
    expect(await portReached(urlOf([standby.port], "?target_session_attrs=read-write"))).toMatch(/read-only/);
  });

  it("leave time for the next when one swallows what is sent", async () => {
    standby.pause();
    try {
      expect(await portReached(urlOf([standby.port, primary.port], "?connect_timeout=1"))).toBe(primary.port);
    } finally {
      standby.resume();
    }
  });
});

it("answers for what it is when it is opened on a standby alone", async () => {
  const schema = freshSchema();
  await (await openStore(primary.url, { schema })).migrate();
  await expect
    .poll(
      async () =>
        (await askPostgres(standby.url, "SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema])).length,
      PATIENCE,
    )
    .toBe(1);
  const store = await openStore(standby.url, { schema });
  await expect.poll(() => store.countUsers({}).catch(() => "not yet"), PATIENCE).toBe(0);
  await expect(store.createUser(sampleUser(), 0, [])).rejects.toMatchObject({
    code: "store-unavailable",
    message: expect.stringMatching(/read-only.*target_session_attrs=read-write/),
  });
  await expect(openStore(standby.url, { schema: freshSchema() })).rejects.toMatchObject({
    message: expect.stringMatching(/read-only/),
  });
});

it("goes over to the standby that becomes the primary, without being opened anew", async () => {
  const own = await pair();
  try {
    const url = urlOf([own.primary.port, own.standby.port]);
    const store = await openStore(url, { attempts: 100, delay: 100, timeout: 20_000 });
    await store.migrate();
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    await together(50, () => store.findUser(["u:ada"]));
    await expect
      .poll(
        async () =>
          (
            await askPostgres(
              own.primary.url,
              "SELECT 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()",
            )
          ).length,
        PATIENCE,
      )
      .toBe(1);
    await own.primary.kill();
    const look = store.findUser(["u:ada"]);
    await askPostgres(own.standby.url, "SELECT pg_promote()");
    expect((await look)?.id).toBe(ada.user.id);
    expect((await store.createUser(sampleUser({ username: "bob" }), 0, [])).status).toBe("created");
    // Statements that had names on the old primary have them on the new one.
    await together(50, () => store.findUser(["u:bob"]));
  } finally {
    await own.standby.remove();
    await own.primary.remove();
  }
});

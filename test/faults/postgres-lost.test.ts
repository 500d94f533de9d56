import { createServer, type Server, Socket } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Store } from "#dist/store/contract.js";
import {
  countOf,
  NOW,
  sampleAudit,
  sampleCode,
  sampleSession,
  sampleUser,
  together,
} from "../contract/samples.js";
import { askPostgres, freshSchema, startPostgres } from "../servers/postgres.js";
import type { TestServer } from "../servers/server.js";
import { openStore, ownServer, withParts } from "./postgres.js";

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres({ auth: "trust" });
});
afterAll(() => server.remove());

async function migrated(
  url: string,
  options: Parameters<typeof openStore>[1] = {},
): Promise<{ readonly store: Store; readonly schema: string }> {
  const schema = freshSchema();
  const store = await openStore(url, { schema, ...options });
  await store.migrate();
  return { store, schema };
}

/** Another client in the middle of a transaction, which holds what it locked until the test is over. */
async function holding(sql: string): Promise<Client> {
  const client = new Client(server.url);
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.end());
  await client.query("BEGIN");
  await client.query(sql);
  return client;
}

/** How long it took, and what came of it. */
async function timed(work: Promise<unknown>): Promise<{ readonly code: string; readonly took: number }> {
  const begun = performance.now();
  const code = await work.then(
    () => "done",
    (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "?"),
  );
  return { code, took: performance.now() - begun };
}

describe("a server that goes away", () => {
  it("fails what is under way when it is killed, and serves again when it is back", async () => {
    const own = await ownServer({ auth: "trust" });
    const { store } = await migrated(own.url);
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    await together(10, () => store.findUser(["u:ada"]));
    const storm = together(100, (at) =>
      timed(store.createUser(sampleUser({ username: `user-${at}` }), 0, [sampleAudit()])),
    );
    await own.kill();
    const outcomes = await storm;
    for (const { code } of outcomes) expect(["done", "store-unavailable"]).toContain(code);
    expect(
      countOf(
        outcomes.map(({ code }) => ({ status: code })),
        "store-unavailable",
      ),
    ).toBeGreaterThan(0);
    expect(await timed(store.findUser(["u:ada"]))).toMatchObject({ code: "store-unavailable" });

    await own.start();
    expect((await store.findUser(["u:ada"]))?.id).toBe(ada.user.id);
    const acknowledged = outcomes.flatMap(({ code }, at) => (code === "done" ? [`u:user-${at}`] : []));
    for (const key of acknowledged) expect(await store.findUser([key])).not.toBeNull();
    expect((await store.createUser(sampleUser({ username: "bob" }), 0, [])).status).toBe("created");
  });

  it("waits through a restart that is shorter than its attempts", async () => {
    const own = await ownServer({ auth: "trust" });
    const { store } = await migrated(own.url, { attempts: 100, delay: 50, timeout: 20_000 });
    await store.ping();
    await own.stop();
    const answer = store.countUsers({});
    const write = store.createUser(sampleUser({ username: "ada" }), 0, []);
    await own.start();
    expect(await answer).toBeLessThanOrEqual(1);
    expect((await write).status).toBe("created");
  });

  it("never hangs on a server that hangs", async () => {
    const own = await ownServer({ auth: "trust" });
    const { store } = await migrated(own.url, { timeout: 700 });
    await store.ping();
    own.pause();
    try {
      const waits = await Promise.all([
        timed(store.ping()),
        timed(store.checkSession("hash", { data: false })),
        timed(store.createUser(sampleUser(), 0, [])),
        timed(store.hitLimits([{ key: "a", rule: { max: 1, window: null } }], NOW)),
        ...Array.from({ length: 30 }, () => timed(store.findUser(["u:ada"]))),
      ]);
      for (const { code, took } of waits) {
        expect(code).toBe("store-unavailable");
        expect(took).toBeGreaterThan(600);
        expect(took).toBeLessThan(2500);
      }
      await expect(openStore(own.url, { timeout: 300, attempts: 1 })).rejects.toMatchObject({
        code: "store-unavailable",
      });
    } finally {
      own.resume();
    }
    await store.ping();
    expect((await store.createUser(sampleUser(), 0, [])).status).toBe("created");
  });

  it("closes although the server hangs", async () => {
    const own = await ownServer({ auth: "trust" });
    const { store } = await migrated(own.url, { timeout: 700 });
    await together(5, () => store.ping());
    own.pause();
    try {
      expect((await timed(store.close())).took).toBeLessThan(3000);
    } finally {
      own.resume();
    }
  });
});

describe("a connection that is cut", () => {
  const cut = (schema: string) =>
    askPostgres(
      server.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
      [schema],
    );

  it("costs idle connections nothing but a new one", async () => {
    const schema = freshSchema();
    const warnings: string[] = [];
    const url = withParts(server.url, { query: { application_name: schema } });
    const store = await openStore(url, {
      schema,
      logger: { warn: (_, message) => void warnings.push(message) },
    });
    await store.migrate();
    await together(10, () => store.ping());
    await cut(schema);
    expect((await store.createUser(sampleUser({ username: "ada" }), 0, [])).status).toBe("created");
    await expect.poll(() => warnings.length).toBeGreaterThan(0);
    expect(warnings[0]).toContain("got lost");
  });

  it("is not noticed by a change that the server took back with it", async () => {
    const schema = freshSchema();
    const store = await openStore(withParts(server.url, { query: { application_name: schema } }), { schema });
    await store.migrate();
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    const holder = await holding(`SELECT 1 FROM "${schema}".watchword_users FOR UPDATE`);
    const change = store.updateUser(ada.user.id, null, { locale: "en" }, NOW, 0, []);
    const look = store.findUser(["u:ada"]);
    await expect
      .poll(
        async () =>
          (
            await askPostgres(
              server.url,
              "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
              [schema],
            )
          ).length,
      )
      .toBe(1);
    await cut(schema);
    await holder.query("ROLLBACK");
    expect(await change).toMatchObject({ status: "updated", user: { locale: "en", version: 2 } });
    expect(await look).not.toBeNull();
  });

  it("is not noticed by who draws a number, which at the worst is one that nobody gets", async () => {
    const schema = freshSchema();
    const store = await openStore(withParts(server.url, { query: { application_name: schema } }), { schema });
    await store.migrate();
    await store.raiseSequence("users", 16);
    const holder = await holding(`SELECT 1 FROM "${schema}".watchword_sequences FOR UPDATE`);
    const draws = [store.nextNumber("users"), store.nextNumber("users"), store.raiseSequence("users", 100)];
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
    await expect.poll(async () => (await askPostgres(server.url, waiting, [schema])).length).toBe(3);
    await cut(schema);
    await holder.query("ROLLBACK");
    const [one, other] = await Promise.all(draws);
    expect(one).toBeGreaterThan(16);
    expect(other).toBeGreaterThan(16);
    expect(one).not.toBe(other);
    expect(await store.nextNumber("users")).toBeGreaterThan(100);
  });

  it("never gives a number twice in a storm of draws while connections are cut", async () => {
    const schema = freshSchema();
    const store = await openStore(withParts(server.url, { query: { application_name: schema } }), { schema });
    await store.migrate();
    const draws = together(200, () =>
      store.nextNumber("users").catch((error: unknown) => {
        expect(error).toMatchObject({ code: "store-unavailable" });
        return null;
      }),
    );
    for (let time = 0; time < 5; time++) await cut(schema);
    const numbers = (await draws).filter((number) => number !== null);
    expect(numbers.length).toBeGreaterThan(0);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(await store.nextNumber("users")).toBeGreaterThan(Math.max(...numbers));
  });

  it("keeps a storm of changes exact while connections are cut", async () => {
    const schema = freshSchema();
    const store = await openStore(withParts(server.url, { query: { application_name: schema } }), { schema });
    await store.migrate();
    const hits = together(200, () =>
      timed(store.hitLimits([{ key: "a", rule: { max: 1000, window: null } }], NOW)),
    );
    const users = together(60, (at) =>
      timed(store.createUser(sampleUser({ username: `u${at % 20}` }), 0, [])),
    );
    for (let time = 0; time < 5; time++) await cut(schema);
    const hit = (await hits).filter(({ code }) => code === "done").length;
    const count = (await store.readLimit("a"))?.count ?? 0;
    expect(count).toBeGreaterThanOrEqual(hit);
    await users;
    expect(await store.countUsers({})).toBeLessThanOrEqual(20);
    const rows = await askPostgres(
      server.url,
      `SELECT count(*)::int AS keys, count(DISTINCT user_id)::int AS users FROM "${schema}".watchword_identifiers`,
    );
    expect(rows).toEqual([{ keys: 2 * (await store.countUsers({})), users: await store.countUsers({}) }]);
  });
});

/**
 * Stands between store and server. Of the next COMMIT (or what holds this text) `cut` brings the store no answer: the server
 * does it, and nobody hears so. `swallow` lets it not even arrive, and tells the server of no end: as where a cable is pulled.
 */
async function relay(): Promise<{
  readonly port: number;
  disturb(how: "cut" | "swallow", text?: string): void;
}> {
  let next: "cut" | "swallow" | null = null;
  let mark = "";
  const sockets = new Set<Socket>();
  const listener: Server = createServer((near) => {
    const far = new Socket();
    far.connect(server.port, "127.0.0.1");
    let fate: typeof next = null;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        near.destroy();
        if (fate !== "swallow") far.destroy();
      });
    }
    near.on("data", (chunk) => {
      if (next !== null && chunk.includes(mark)) {
        fate = next;
        next = null;
      }
      if (fate !== "swallow") far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (fate === null) near.write(chunk);
      else if (fate === "cut") near.destroy();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const address = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    disturb: (how, text = "COMMIT\0") => {
      next = how;
      mark = text;
    },
  };
}

describe("an answer that never arrives", () => {
  it("is called unknown, and a code's own first try is known when it comes again", async () => {
    const between = await relay();
    const { store } = await migrated(withParts(server.url, { port: between.port }), {});
    const code = sampleCode();
    await store.putCode(code, []);
    const attempt = (operationId: string) =>
      store.redeemCode({
        lookup: { id: code.id },
        kind: "short",
        hashes: ["short"],
        purpose: "verify-email",
        operationId,
        now: NOW,
      });
    between.disturb("cut");
    await expect(attempt("first")).rejects.toMatchObject({
      code: "store-unavailable",
      message: expect.stringContaining("not known"),
    });
    expect(await attempt("second")).toEqual({ status: "dead" });
    expect((await attempt("first")).status).toBe("redeemed");
  });

  it("uses up the number that nobody heard of, and draws the next one", async () => {
    const between = await relay();
    const { store } = await migrated(withParts(server.url, { port: between.port }), {});
    between.disturb("cut", "watchword_sequences");
    expect(await store.nextNumber("users")).toBe(2);
    expect(await store.nextNumber("users")).toBe(3);
    between.disturb("cut", "watchword_sequences");
    await store.raiseSequence("users", 16);
    expect(await store.nextNumber("users")).toBe(17);
  });

  it("does an acknowledged thing once, and never says no to what it did", async () => {
    const between = await relay();
    const { store } = await migrated(withParts(server.url, { port: between.port }), {});
    const ada = sampleUser({ username: "ada" });
    const event = sampleAudit();
    between.disturb("cut");
    await expect(store.createUser(ada, 0, [event])).rejects.toMatchObject({ code: "store-unavailable" });
    expect((await store.findUser(["u:ada"]))?.id).toBe(ada.user.id);
    await store.addEvents([event]);
    expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(1);
  });
});

describe("a deadline", () => {
  it("ends a change that waits for somebody else's lock, and leaves nothing of it", async () => {
    const { store, schema } = await migrated(server.url, { timeout: 400 });
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    const holder = await holding(`SELECT 1 FROM "${schema}".watchword_users FOR UPDATE`);
    const { code, took } = await timed(store.updateUser(ada.user.id, null, { locale: "en" }, NOW, 0, []));
    expect(code).toBe("store-unavailable");
    expect(took).toBeLessThan(1500);
    expect((await store.findUser(["u:ada"]))?.version).toBe(1);
    await holder.query("ROLLBACK");
    // The server has broken it off as well: it does not come after all.
    expect((await store.updateUser(ada.user.id, 1, { locale: "de" }, NOW, 0, [])).status).toBe("updated");
  });

  it("ends the wait for a connection, says which option is too small, and lets the others finish", async () => {
    const { store, schema } = await migrated(server.url, { timeout: 400, poolSize: 2 });
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    await store.createSession(sampleSession(ada.user.id), { recordSignIn: false, keep: 9, settle: [] }, []);
    await holding(`SELECT 1 FROM "${schema}".watchword_users FOR UPDATE`);
    const stuck = together(10, () =>
      timed(store.updateUser(ada.user.id, null, { locale: "en" }, NOW, 0, [])),
    );
    for (const { code, took } of await stuck) {
      expect(code).toBe("store-unavailable");
      expect(took).toBeLessThan(1500);
    }
    const more = together(10, () => store.updateUser(ada.user.id, null, { locale: "en" }, NOW, 0, []));
    await expect(more).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await store.countUsers({})).toBe(1);
  });

  it("makes the server let go of what a caller held whose line went dead", async () => {
    const between = await relay();
    const { store, schema } = await migrated(withParts(server.url, { port: between.port }), { timeout: 600 });
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    between.disturb("swallow");
    const { code, took } = await timed(store.updateUser(ada.user.id, null, { locale: "en" }, NOW, 0, []));
    expect(code).toBe("store-unavailable");
    expect(took).toBeLessThan(1500);
    const other = await openStore(server.url, { schema });
    const change = await timed(other.updateUser(ada.user.id, 1, { locale: "de" }, NOW, 0, []));
    expect(change.code).toBe("done");
    expect(change.took).toBeLessThan(2000);
    expect((await other.findUser(["u:ada"]))?.locale).toBe("de");
  });
});

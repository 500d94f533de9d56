import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openPostgresStore } from "#dist/store/postgres/open.js";
import { requirePgbouncer, startPgbouncer } from "../servers/pgbouncer.js";
import { askPostgres, dropSchema, freshSchema, postgresServer } from "../servers/postgres.js";
import { NoServer, type TestServer } from "../servers/server.js";
import { contractSuite } from "./contract.js";
import { sampleUser, together } from "./samples.js";

const { url } = await postgresServer();
const missing = await requirePgbouncer().then(
  () => null,
  (error: unknown) => {
    if (error instanceof NoServer) return error.message;
    throw error;
  },
);
const isRequired = (process.env.WATCHWORD_TEST_REQUIRE ?? "").split(",").includes("postgres");

if (missing !== null) {
  const said = `NO TESTS RUN BEHIND PGBOUNCER: ${missing}.`;
  if (isRequired) throw new Error(said);
  console.warn(said);
  describe.skip("behind PgBouncer", () => it("is not there", () => {}));
} else {
  const bouncer: TestServer = await startPgbouncer(url);
  afterAll(() => bouncer.remove());

  contractSuite("PostgreSQL behind PgBouncer in transaction mode", async () => {
    const schema = freshSchema();
    const store = await openPostgresStore({ url: bouncer.url, schema, preparedStatements: false });
    await together(50, () => store.ping());
    return {
      store,
      async cleanup() {
        await store.close();
        await dropSchema(url, schema);
      },
    };
  });

  it("leaves no setting of ours on the pooled connections", async () => {
    const schema = freshSchema();
    const store = await openPostgresStore({
      url: bouncer.url,
      schema,
      preparedStatements: false,
      timeout: 4321,
    });
    await store.migrate();
    await together(50, () => store.createUser(sampleUser(), 0, []));
    await store.close();
    await dropSchema(url, schema);
    const settings = await together(20, () => askPostgres(bouncer.url, "SHOW statement_timeout"));
    expect(settings).toEqual(Array(20).fill([{ statement_timeout: "0" }]));
  });

  it("is found out at the opening where statements would have names", async () => {
    await expect(openPostgresStore({ url: bouncer.url })).rejects.toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/statement_timeout.*preparedStatements to false/),
    });
  });

  it("is found out at work where it was told to let the parameters pass", async () => {
    const lax = await startPgbouncer(url, {
      ignore_startup_parameters: "statement_timeout,idle_in_transaction_session_timeout",
    });
    onTestFinished(() => lax.remove());
    const schema = freshSchema();
    const stores = await together(4, () => openPostgresStore({ url: lax.url, schema }));
    try {
      await stores[0]?.migrate();
      const storm = together(200, (at) => stores[at % 4]?.findUser(["u:ada"]) ?? Promise.resolve(null));
      await expect(storm).rejects.toMatchObject({
        code: "store-refused",
        message: expect.stringMatching(/pooler in transaction mode.*preparedStatements to false/),
      });
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await dropSchema(url, schema);
    }
  });
}

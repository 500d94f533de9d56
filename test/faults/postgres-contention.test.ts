import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { newId } from "#dist/base/ids.js";
import { NOW, sampleCode } from "../contract/samples.js";
import { askPostgres, dropSchema, freshSchema, postgresServer } from "../servers/postgres.js";
import { openStore, withParts } from "./postgres.js";

const { url } = await postgresServer();

it("keeps one code of a slot that many callers of several processes fill at once", async () => {
  const schema = freshSchema();
  onTestFinished(() => dropSchema(url, schema));
  const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(url, { schema })));
  await stores[0]?.migrate();
  const userId = newId(NOW);
  await Promise.all(
    Array.from({ length: 20 }).flatMap(() =>
      stores.map((store) => store.putCode(sampleCode({ userId }), [])),
    ),
  );
  expect(await stores[0]?.readRecords("codes", null, 10)).toHaveLength(1);
});

it("hands nobody a connection that the server has just ended", async () => {
  const schema = freshSchema();
  onTestFinished(() => dropSchema(url, schema));
  const named = withParts(url, { query: { application_name: schema } });
  const store = await openStore(named, { schema, poolSize: 1 });
  await store.migrate();
  const client = new Client(url);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`BEGIN; LOCK TABLE "${schema}".watchword_audit IN ACCESS EXCLUSIVE MODE`);
  const waits = store.listAudit({ before: null, size: 1 });
  await expect
    .poll(() =>
      askPostgres(
        url,
        "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
        [schema],
      ),
    )
    .toHaveLength(1);
  // These wait for the one connection, and none of them has begun.
  const writes = ["a", "b", "c"].map((name) => store.takeTurn(name, "me", NOW + 1, NOW));
  await askPostgres(
    url,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
    [schema],
  );
  await sleep(100);
  await client.query("ROLLBACK");
  expect(await Promise.all(writes)).toEqual([true, true, true]);
  expect(await waits).toEqual([]);
});

it("serves a schema whose name begins as the tables' do", async () => {
  const schema = `watchword_${freshSchema()}`;
  onTestFinished(() => dropSchema(url, schema));
  const store = await openStore(url, { schema });
  await store.migrate();
  // One that is there already is fine.
  await store.createPart("sessions");
  expect((await store.statistics()).sessions).toBe(0);
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { askPostgres, startPostgres } from "../servers/postgres.js";
import type { TestServer } from "../servers/server.js";
import { openStore, withParts } from "./postgres.js";

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres({ auth: "trust" });
});
afterAll(() => server.remove());

/** A database in which each scratch table is spoilt as it is made, as look-alikes of PostgreSQL spoil theirs. */
async function spoilt(database: string, spoil: string): Promise<string> {
  await askPostgres(server.url, `CREATE DATABASE ${database}`);
  const url = withParts(server.url, { database });
  await askPostgres(
    url,
    `CREATE FUNCTION spoil() RETURNS event_trigger LANGUAGE plpgsql AS $$
       DECLARE made record;
       BEGIN
         FOR made IN SELECT object_identity AS name FROM pg_event_trigger_ddl_commands()
           WHERE object_type = 'table' AND object_identity LIKE '%watchword_scratch%' AND command_tag = 'CREATE TABLE'
         LOOP ${spoil} END LOOP;
       END $$`,
  );
  await askPostgres(
    url,
    "CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION spoil()",
  );
  return url;
}

const leftOver = async (url: string) =>
  askPostgres(url, "SELECT relname FROM pg_class WHERE relname LIKE '%scratch%'");

it("finds nothing to say against PostgreSQL, and leaves nothing behind", async () => {
  const store = await openStore(server.url);
  await store.migrate();
  await store.proveAtomicity();
  expect(await leftOver(server.url)).toEqual([]);
});

it("refuses a server that gives one name to many", async () => {
  const url = await spoilt(
    "twice",
    "EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', made.name, split_part(made.name, '.', 2) || '_pkey');",
  );
  const store = await openStore(url);
  await expect(store.proveAtomicity()).rejects.toMatchObject({
    code: "store-refused",
    message: expect.stringMatching(/30 of 30 callers got the same name/),
  });
  expect(await leftOver(url)).toEqual([]);
});

it("refuses a server that loses a change", async () => {
  const url = await spoilt(
    "forgetful",
    `EXECUTE 'CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN NEW.owner := NULL; RETURN NEW; END''';
     EXECUTE format('CREATE TRIGGER forget BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION forget()', made.name);`,
  );
  const store = await openStore(url);
  await expect(store.proveAtomicity()).rejects.toMatchObject({
    code: "store-refused",
    message: expect.stringMatching(/30 of 30 callers made a change that only one may make/),
  });
});

it("refuses a server that loses counts", async () => {
  const url = await spoilt(
    "miscounting",
    `EXECUTE 'CREATE FUNCTION miscount() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN NEW.count := least(NEW.count, 2); RETURN NEW; END''';
     EXECUTE format('CREATE TRIGGER miscount BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION miscount()', made.name);`,
  );
  const store = await openStore(url);
  await expect(store.proveAtomicity()).rejects.toMatchObject({
    code: "store-refused",
    message: expect.stringMatching(/of 30 counts 28 were lost/),
  });
});

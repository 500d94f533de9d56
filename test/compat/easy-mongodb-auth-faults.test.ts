import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { openDatabase } from "#dist/store/sqlite/driver.js";
import { newDatabase, STORE } from "../helpers/database.js";
import { type EasyBench, openEasy, says } from "./easy-bench.js";

const ADA = "ada@example.com";
const GOOD = "correct horse battery staple";

// A server's own refusal in the middle of a deletion; MongoDB has no trigger that could refuse one.
describe.skipIf(STORE === "mongodb")("a store that fails between the steps of a deletion", () => {
  let bench: EasyBench;
  beforeEach(async () => {
    bench = await openEasy({}, await newDatabase());
    await bench.auth.registerUserNoVerif(ADA, GOOD);
  });
  afterEach(() => bench.cleanup());

  /** From now on no row leaves this table. */
  async function hold(table: string): Promise<void> {
    if (STORE === "sqlite") {
      const database = openDatabase(bench.database.name);
      database.exec(
        `CREATE TRIGGER hold BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, 'held by the test'); END`,
      );
      database.close();
      return;
    }
    const client = new pg.Client({ connectionString: inject("postgresUrl") });
    await client.connect();
    const schema = `"${bench.database.name}"`;
    const { rows } = await client.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_name LIKE $2",
      [bench.database.name, `%${table.replace("watchword_", "")}`],
    );
    await client.query(
      `CREATE FUNCTION ${schema}.hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'held by the test'; END $$`,
    );
    await client.query(
      `CREATE TRIGGER hold BEFORE DELETE ON ${schema}."${rows[0].table_name}" FOR EACH ROW EXECUTE FUNCTION ${schema}.hold()`,
    );
    await client.end();
  }

  it("before the user is gone: 421, or 410 where the block was to stay", async () => {
    await hold("watchword_users");
    const answer = await bench.auth.deleteUser(ADA, GOOD);
    expect(answer).toEqual(says(421));
    expect(String((answer.cause as Error).message)).toMatch(/held by the test/);
    expect(await bench.auth.deleteUser(ADA, GOOD, false)).toEqual(says(410));
    expect(await bench.auth.authenticateUser(ADA, GOOD)).toEqual(says(202));
  });

  it("behind it: 420, or 204 where the block was to stay", async () => {
    const space = await bench.space();
    await bench.auth.registerUserNoVerif("bea@example.com", GOOD);
    // What is forgotten with the user.
    for (const identifier of [ADA, "bea@example.com"])
      await space.signIn({ identifier, password: "wrong", ip: "192.0.2.1" });
    await hold("watchword_limits");
    expect(await bench.auth.deleteUser(ADA, GOOD)).toEqual(says(420));
    expect(await bench.auth.deleteUser("bea@example.com", GOOD, false)).toEqual(says(204));
    expect(await bench.coredb.userCount()).toBe(0);
  });
});

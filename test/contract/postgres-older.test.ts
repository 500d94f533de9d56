import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { postgresDialect } from "#dist/store/postgres/dialect.js";
import { openPostgresStore } from "#dist/store/postgres/open.js";
import { Statements } from "#dist/store/postgres/statements.js";
import { dropSchema, freshSchema, postgresServer } from "../servers/postgres.js";
import { becomesNumbered, olderDatabase } from "./older.js";

it.each([1, 2])("tables of version %i get their people numbers, and keep all else", async (version) => {
  const { url } = await postgresServer();
  const schema = freshSchema();
  onTestFinished(() => dropSchema(url, schema));
  const client = new Client(url);
  await client.connect();
  const statements = new Statements(schema, false);
  await client.query(`CREATE SCHEMA "${schema}"`);
  for (const [sql, ...parameters] of olderDatabase(postgresDialect(schema, "PostgreSQL"), version))
    await client.query(statements.prepare(sql).text, parameters);
  await client.end();

  const store = await openPostgresStore({ url, schema });
  onTestFinished(() => store.close());
  await becomesNumbered(store, version);
  expect((await store.statistics()).users).toBe(2);
});

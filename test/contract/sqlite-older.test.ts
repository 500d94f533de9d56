import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { sqliteDialect } from "#dist/store/sql/dialect.js";
import { openDatabase } from "#dist/store/sqlite/driver.js";
import { openSqliteStore } from "#dist/store/sqlite/open.js";
import { becomesNumbered, olderDatabase } from "./older.js";

it.each([1, 2])("a file of version %i gets its people numbers, and keeps all else", async (version) => {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "users.db");
  const database = openDatabase(file);
  for (const [sql, ...parameters] of olderDatabase(sqliteDialect, version))
    database.prepare(sql).run(...parameters);
  database.close();

  const store = await openSqliteStore({ file, create: false, synchronous: "normal", busyTimeout: 5000 });
  onTestFinished(() => store.close());
  await becomesNumbered(store, version);
  expect((await store.statistics()).users).toBe(2);
});

import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect } from "../../../test/helpers/collect.js";
import { openDatabase } from "../../store/sqlite/driver.js";
import { sqliteFile } from "./sqlite.js";

const ORIGINALS = new URL("../../../test/fixtures/originals/", import.meta.url).pathname;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "watchword-sqlite-reader-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("an SQLite file of another program", () => {
  it("gives its tables and rows by name", async () => {
    const copy = join(folder, "django.sqlite3");
    await copyFile(`${ORIGINALS}django/db.sqlite3`, copy);
    const file = sqliteFile(copy);
    const users = (await file.list()).find((info) => info.table === "auth_user");
    expect(users?.columns).toContain("is_superuser");
    const rows = await collect(file.rows(["auth_user"]));
    expect(rows).toHaveLength(16);
    expect(rows[0]?.values.get("username")).toBe("agnes.holm");
    expect(rows.map((row) => row.line)).toEqual(rows.map((_, index) => index + 1));
    // Twice, and interleaved.
    expect(await collect(file.rows(["auth_user"]))).toEqual(rows);
    await file.close();
  });

  it("keeps types as they are stored, runs no views or virtual tables, and changes nothing", async () => {
    const path = join(folder, "types.sqlite");
    const made = openDatabase(path);
    made.exec(`CREATE TABLE t (a, "b""c", "__proto__" TEXT) ;
      INSERT INTO t VALUES (9007199254740993, 1.5, 'x'), (1, x'00ff', NULL);
      CREATE VIEW v AS SELECT * FROM t;
      CREATE VIRTUAL TABLE f USING fts5(x);`);
    made.close();
    const file = sqliteFile(path);
    const tables = (await file.list()).map((info) => info.table);
    expect(tables).toContain("t");
    expect(tables).not.toContain("v");
    expect(tables).not.toContain("f");
    const rows = await collect(file.rows(["t", "v"]));
    expect(rows.map((row) => [row.values.get("a"), row.values.get('b"c')])).toEqual([
      [9007199254740993n, 1.5],
      [1, new Uint8Array([0, 255])],
    ]);
    await file.close();
  });

  it("says what is no database, and what is not there", async () => {
    const text = join(folder, "text.sqlite");
    await writeFile(text, "SQLite format 3\0 but not really".repeat(100));
    expect(() => sqliteFile(text)).toThrow(/cannot be read as an SQLite database/);
    expect(() => sqliteFile(join(folder, "none.sqlite"))).toThrow(/cannot be read as an SQLite database/);
  });
});

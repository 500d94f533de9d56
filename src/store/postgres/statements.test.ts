import { expect, it } from "vitest";
import { Statements, sendable } from "./statements.js";

it("numbers the parameters and qualifies the tables, not the indexes", () => {
  const statements = new Statements("shop", false);
  const text = (sql: string) => statements.prepare(sql).text;
  expect(text("SELECT id FROM watchword_users WHERE id = ? AND version > ?")).toBe(
    'SELECT id FROM "shop".watchword_users WHERE id = $1 AND version > $2',
  );
  expect(text("CREATE UNIQUE INDEX watchword_users_by_x ON watchword_users (x)")).toBe(
    'CREATE UNIQUE INDEX watchword_users_by_x ON "shop".watchword_users (x)',
  );
  expect(text("UPDATE watchword_turns SET a = 1 WHERE watchword_turns.owner = excluded.owner")).toBe(
    'UPDATE "shop".watchword_turns SET a = 1 WHERE "shop".watchword_turns.owner = excluded.owner',
  );
});

it("names a text that comes often, each its own, and none where names are off", () => {
  const statements = new Statements("shop", true);
  const names = (sql: string) => Array.from({ length: 4 }, () => statements.prepare(sql).name);
  expect(names("SELECT 1")).toEqual([undefined, undefined, "watchword_1", "watchword_1"]);
  expect(names("SELECT 2")[3]).toBe("watchword_2");
  const bare = new Statements("shop", false);
  for (let use = 0; use < 10; use++) expect(bare.prepare("SELECT 1").name).toBeUndefined();
});

it("names no more than a server should keep", () => {
  const statements = new Statements("shop", true);
  const names = new Set<string>();
  for (let text = 0; text < 3000; text++)
    for (let use = 0; use < 4; use++) {
      const { name } = statements.prepare(`SELECT ${text}`);
      if (name !== undefined) names.add(name);
    }
  expect(names.size).toBe(400);
});

it("sends a mark in place of NUL, which PostgreSQL cannot hold", () => {
  expect(sendable("a\0b\0")).toBe("a\uFFFDb\uFFFD");
  expect(sendable("ab")).toBe("ab");
  expect(sendable(7)).toBe(7);
  expect(sendable(null)).toBeNull();
});

import { expect, it } from "vitest";
import { sendable } from "../sql/texts.js";
import { Statements } from "./statements.js";

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

it("leaves alone what stands in quotes, for a schema may be called as our tables are", () => {
  const statements = new Statements("watchword_staging", false);
  const text = (sql: string) => statements.prepare(sql).text;
  expect(text('CREATE SCHEMA "watchword_staging"')).toBe('CREATE SCHEMA "watchword_staging"');
  expect(text("SELECT 1 FROM watchword_users WHERE schema = 'watchword_staging' AND a = ?")).toBe(
    `SELECT 1 FROM "watchword_staging".watchword_users WHERE schema = 'watchword_staging' AND a = $1`,
  );
});

it("names a text that comes often, each its own, and none where names are off", () => {
  const statements = new Statements("shop", true);
  const names = (sql: string) => Array.from({ length: 4 }, () => statements.prepare(sql).name);
  const [first, second, third, fourth] = names("SELECT 1");
  expect([first, second]).toEqual([undefined, undefined]);
  expect(third).toMatch(/^watchword_[\w-]{22}$/);
  expect(fourth).toBe(third);
  expect(names("SELECT 2")[3]).not.toBe(third);
  const bare = new Statements("shop", false);
  for (let use = 0; use < 10; use++) expect(bare.prepare("SELECT 1").name).toBeUndefined();
});

it("names the same text alike in every process, so that a name never means something else", () => {
  const name = (before: string[]) => {
    const statements = new Statements("shop", true);
    for (const sql of [...before, ...before, ...before, "SELECT 1", "SELECT 1"]) statements.prepare(sql);
    return statements.prepare("SELECT 1").name;
  };
  expect(name([])).toBe(name(["SELECT 2", "SELECT 3"]));
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

it("sends a mark in place of NUL, which neither database can hold", () => {
  expect(sendable("a\0b\0")).toBe("a\uFFFDb\uFFFD");
  expect(sendable("ab")).toBe("ab");
  expect(sendable(7)).toBe(7);
  expect(sendable(null)).toBeNull();
});

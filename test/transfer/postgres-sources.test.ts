import { expect, it } from "vitest";
import { expected, original, readSource } from "../helpers/import-source.js";
import { restoredPostgres } from "../helpers/restored.js";

const { secret } = expected<{ readonly secret: string }>("better-auth/expected.json");

/** Where a row stands is said of a dump by its line, and of a database by its number. */
const told = (items: Awaited<ReturnType<typeof readSource>>) => items.map((item) => ({ ...item, where: "" }));

it.each([
  ["pgusers", "pgusers/dump.sql"],
  ["piccolo", "piccolo/dump.sql"],
  ["django", "django/postgres.sql"],
  ["better-auth", "better-auth/postgres.sql"],
])("%s of a live PostgreSQL gives what its dump gives", async (from, path) => {
  const database = await restoredPostgres(path);
  try {
    const asked = { keepSessions: true, answers: { secret } };
    const live = await readSource(from, [database.url], asked);
    const dump = await readSource(from, [original(path)], asked);
    expect(new Set(told(live))).toEqual(new Set(told(dump)));
    expect(live.length).toBe(dump.length);
  } finally {
    await database.drop();
  }
});

import { randomUUID } from "node:crypto";
import { WatchwordError } from "../../base/errors.js";
import { first, LostRace, type Operation, run } from "../sql/operation.js";
import type { Runner } from "./runner.js";

/** Callers of each race. */
const RACERS = 30;

/**
 * Lets parallel callers race on a scratch table: for one name, for one conditional change, and for a count under a row
 * lock. It finds servers that speak PostgreSQL and keep their word less, and a role that may not make tables.
 *
 * @throws WatchwordError `store-refused`
 */
export async function proveAtomicity(runner: Runner, location: string): Promise<void> {
  const table = `watchword_scratch_${randomUUID().replaceAll("-", "")}`;
  await runner.run("locks", function* () {
    yield* run(`CREATE TABLE ${table} (key text NOT NULL PRIMARY KEY, owner text, count bigint NOT NULL)`);
    yield* run(`INSERT INTO ${table} (key, count) VALUES ('shared', 0)`);
  });
  try {
    const names = await race((at) => runner.run("write", () => claim(table, `racer ${at}`)));
    if (names !== 1) throw refused(location, `${names} of ${RACERS} callers got the same name`);
    const changes = await race((at) => runner.run("write", () => change(table, `racer ${at}`)));
    if (changes !== 1)
      throw refused(location, `${changes} of ${RACERS} callers made a change that only one may make`);
    const counted = await race(() => runner.run("locks", () => count(table)));
    const total = await runner.run("look", () => readCount(table));
    if (total !== counted) throw refused(location, `of ${counted} counts ${counted - total} were lost`);
  } finally {
    await runner.run("locks", function* () {
      yield* run(`DROP TABLE IF EXISTS ${table}`);
    });
  }
}

/** How many of the callers at once are told that they won. */
async function race(call: (at: number) => Promise<boolean>): Promise<number> {
  const wins = await Promise.all(Array.from({ length: RACERS }, (_, at) => call(at)));
  return wins.filter(Boolean).length;
}

function* claim(table: string, owner: string): Operation<boolean> {
  return (
    (yield* run(
      `INSERT INTO ${table} (key, owner, count) VALUES ('name', ?, 0) ON CONFLICT DO NOTHING`,
      owner,
    )) > 0
  );
}

function* change(table: string, owner: string): Operation<boolean> {
  return (yield* run(`UPDATE ${table} SET owner = ? WHERE key = 'shared' AND owner IS NULL`, owner)) > 0;
}

/** Looks, then writes what it has seen and one more. */
function* count(table: string): Operation<boolean> {
  const row = yield* first<{ count: number }>(`SELECT count FROM ${table} WHERE key = 'shared' FOR UPDATE`);
  if (row === null) throw new LostRace();
  yield* run(`UPDATE ${table} SET count = ? WHERE key = 'shared'`, row.count + 1);
  return true;
}

function* readCount(table: string): Operation<number> {
  const row = yield* first<{ count: number }>(`SELECT count FROM ${table} WHERE key = 'shared'`);
  return row?.count ?? 0;
}

function refused(location: string, what: string): WatchwordError {
  return new WatchwordError(
    "store-refused",
    `${location} cannot be trusted with accounts: in a race on a scratch table, ${what}. It could not keep a name unique or a code single-use. Use PostgreSQL itself, 13 or newer.`,
  );
}

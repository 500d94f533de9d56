/**
 * The floor of an import: the very rows that one has written, read back and laid into empty tables with the bare driver, in
 * transactions of the same size. Only the laying counts. Reads its orders as JSON from the command line: {from, to}.
 */
import { openStore } from "#dist/space/open-store.js";
import { findPlace } from "#dist/space/place.js";
import { CopyIn } from "#dist/store/postgres/copy-in.js";
import { cellsOf } from "#dist/store/sql/new-users.js";
import { CREDENTIAL_COLUMNS } from "#dist/store/sql/passwords.js";
import { USER_COLUMNS } from "#dist/store/sql/user-rows.js";
import { KEY_COLUMNS } from "#dist/store/sql/users.js";
import { openDatabase } from "#dist/store/sqlite/driver.js";

const BATCH = 1000;
const TABLES = { keys: "identifiers", users: "users", credentials: "credentials" };
const COLUMNS = { keys: KEY_COLUMNS, users: USER_COLUMNS, credentials: CREDENTIAL_COLUMNS };
const widthOf = (kind) => COLUMNS[kind].split(", ").length;

const { from, to } = JSON.parse(process.argv[2] ?? "{}");
const target = await open(to);
await target.migrate();
await target.close();
const { lay, close } = to.startsWith("sqlite:")
  ? bareSqlite(to.slice("sqlite:".length))
  : await barePostgres(to);

const source = await open(from);
let users = 0;
let milliseconds = 0;
let processor = 0;
for (let after = null; ; ) {
  const page = await source.readRecords("users", after, BATCH);
  const last = page.at(-1);
  if (last === undefined) break;
  const cells = cellsOf(page);
  const used = process.cpuUsage();
  const start = performance.now();
  await lay(cells);
  milliseconds += performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  processor += (user + system) / 1e6;
  users += page.length;
  after = last.user.id;
}
await source.close();
await close();
console.log(JSON.stringify({ written: users, seconds: milliseconds / 1000, processor }));

function open(url) {
  return openStore(findPlace(url, {}), {}, console);
}

function bareSqlite(file) {
  const database = openDatabase(file);
  database.exec("PRAGMA synchronous = FULL");
  const statements = Object.keys(TABLES).map((kind) => {
    const marks = Array(widthOf(kind)).fill("?").join(", ");
    const sql = `INSERT INTO watchword_${TABLES[kind]} (${COLUMNS[kind]}) VALUES (${marks})`;
    return { kind, statement: database.prepare(sql) };
  });
  return {
    lay(cells) {
      database.exec("BEGIN");
      for (const { kind, statement } of statements)
        for (let at = 0, width = widthOf(kind); at < cells[kind].length; at += width)
          statement.run(...cells[kind].slice(at, at + width));
      database.exec("COMMIT");
    },
    close: () => database.close(),
  };
}

async function barePostgres(url) {
  const { default: pg } = await import("pg");
  const place = new URL(url);
  const schema = place.searchParams.get("schema");
  place.searchParams.delete("schema");
  const client = new pg.Client({ connectionString: place.href });
  await client.connect();
  return {
    async lay(cells) {
      await client.query("BEGIN");
      for (const kind of Object.keys(TABLES)) {
        const text = `COPY ${schema}.watchword_${TABLES[kind]} (${COLUMNS[kind]}) FROM STDIN`;
        await client.query(new CopyIn(text, cells[kind], widthOf(kind))).done;
      }
      await client.query("COMMIT");
    },
    close: () => client.end(),
  };
}

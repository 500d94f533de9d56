/**
 * npm run bench                            every part
 * npm run bench -- session-check sign-in   some parts
 *
 * --json prints the rows as JSON; --quick tries the bench itself with short rounds; --full imports a million users. An aim that is missed is marked and
 * is no failure: the exit code is 0 unless a part could not run.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { httpSession } from "./http-session.js";
import { imports } from "./imports.js";
import { manySessions } from "./many-sessions.js";
import type { Effort } from "./measure.js";
import { type Judged, judge, type Row, table } from "./report.js";
import { mongodbCheck, postgresCheck } from "./server-check.js";
import { sessionCheck } from "./session-check.js";
import { signIn } from "./sign-in.js";
import { signInStorm } from "./sign-in-storm.js";
import { start } from "./start.js";

const PARTS: Readonly<Record<string, (effort: Effort) => Promise<Row[]>>> = {
  "session-check": sessionCheck,
  "session-check-postgres": postgresCheck,
  "session-check-mongodb": mongodbCheck,
  "sign-in": signIn,
  "http-session": httpSession,
  "many-sessions": manySessions,
  "sign-in-storm": signInStorm,
  start,
  import: imports,
};

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, quick: { type: "boolean" }, full: { type: "boolean" } },
});
const unknown = positionals.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(", ")}. There are: ${Object.keys(PARTS).join(", ")}.`);
  process.exit(2);
}

const rows: Judged[] = [];
for (const [name, run] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.error(`${name} …`);
  rows.push(...(await run({ quick: flags.quick === true, full: flags.full === true })).map(judge));
}
const machine = `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`;
if (flags.json) console.log(JSON.stringify({ machine, rows }, null, 2));
else {
  console.log(`${machine}${flags.quick ? " (quick: these figures are worth nothing)" : ""}\n`);
  console.log(table(rows));
}

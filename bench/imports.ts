/** How quickly people come over from elsewhere, and in how much memory, against the bare driver that lays in the same rows. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { MongoClient } from "mongodb";
import pg from "pg";
import { requireMongodb, startMongodb } from "../test/servers/start-mongodb.js";
import { requirePostgres, startPostgres } from "../test/servers/start-postgres.js";
import { drawer, type Effort, median } from "./measure.js";
import type { Row } from "./report.js";
import { serverOf } from "./server-check.js";
import { ROOT } from "./workspace.js";

interface Findings {
  readonly written: number;
  readonly seconds: number;
  /** Seconds of all threads of the process; of a server's own nothing. */
  readonly processor: number;
}

interface Held extends Findings {
  /** MB, at the most: of the process's own, and with the files that it has mapped. */
  readonly anonymous: number;
  readonly resident: number;
}

interface Job {
  readonly store: string;
  readonly users: number;
  readonly rounds: number;
  /** The file with the people. */
  readonly input: string;
}

export async function imports(effort: Effort): Promise<Row[]> {
  const { quick, full } = effort;
  const users = quick ? 5000 : full ? 1_000_000 : 100_000;
  const rounds = quick || full ? 1 : 3;
  const folder = await mkdtemp(join(tmpdir(), "watchword-bench-import-"));
  try {
    const input = join(folder, "users.ndjson");
    await pipeline(Readable.from(people(users)), createWriteStream(input));
    const job = { users, rounds, input };
    return [
      ...(await intoSqlite({ ...job, store: "SQLite" }, folder)),
      ...(await intoPostgres({ ...job, store: "PostgreSQL" })),
      ...(quick || full ? [] : await intoMongodb({ ...job, store: "MongoDB" })),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function intoSqlite(job: Job, folder: string): Promise<Row[]> {
  const [ours, bare] = [join(folder, "ours.db"), join(folder, "bare.db")];
  return measure(job, `sqlite:${ours}`, `sqlite:${bare}`, async () => {
    for (const file of [ours, bare])
      for (const end of ["", "-wal", "-shm"]) await rm(`${file}${end}`, { force: true });
  });
}

async function intoPostgres(job: Job): Promise<Row[]> {
  const server = await serverOf("PostgreSQL", requirePostgres, "WATCHWORD_TEST_POSTGRES_URL", () =>
    startPostgres({ auth: "trust" }),
  );
  if (server === null) return [];
  const client = new pg.Client({ connectionString: server.url });
  const [ours, bare] = [`bench_${process.pid}`, `bench_bare_${process.pid}`];
  const urlOf = (schema: string) => {
    const url = new URL(server.url);
    url.searchParams.set("schema", schema);
    return url.href;
  };
  const clear = async () => {
    await client.query(`DROP SCHEMA IF EXISTS ${ours}, ${bare} CASCADE`);
  };
  try {
    await client.connect();
    return await measure(job, urlOf(ours), urlOf(bare), clear);
  } finally {
    await clear();
    await client.end();
    await server.remove();
  }
}

/** A tenth of the people, for comparison only: what serves MongoDB here may be a program in Java that keeps all in memory. */
async function intoMongodb(job: Job): Promise<Row[]> {
  const server = await serverOf("MongoDB", requireMongodb, "WATCHWORD_TEST_MONGODB_URL", () =>
    startMongodb(),
  );
  if (server === null) return [];
  const client = await MongoClient.connect(server.url);
  const url = new URL(server.url);
  url.pathname = `/watchword_bench_${process.pid}`;
  const users = job.users / 10;
  const input = `${job.input}-fewer.ndjson`;
  try {
    await pipeline(Readable.from(people(users)), createWriteStream(input));
    return await measure({ ...job, users, input }, url.href, null, async () => {
      await client.db(`watchword_bench_${process.pid}`).dropDatabase();
    });
  } finally {
    await client.db(`watchword_bench_${process.pid}`).dropDatabase();
    await client.close();
    await server.remove();
  }
}

/** Ours and then the floor, which lays in what ours has written; and again. */
async function measure(
  job: Job,
  ours: string,
  bare: string | null,
  clear: () => Promise<void>,
): Promise<Row[]> {
  const rounds: { readonly ours: Held; readonly bare: Findings | null }[] = [];
  for (let round = 0; round < job.rounds; round++) {
    await clear();
    const mapping = { id: "id", username: "login", email: "mail", hash: "hash", createdAt: "created" };
    const held = await run<Held>("import.mjs", job, { url: ours, input: job.input, mapping });
    rounds.push({
      ours: held,
      bare: bare === null ? null : await run<Findings>("import-floor.mjs", job, { from: ours, to: bare }),
    });
  }
  return rowsOf(
    job,
    rounds.map((round) => round.ours),
    rounds.flatMap((round) => (round.bare === null ? [] : [round.bare])),
  );
}

async function run<F extends Findings>(child: string, { store, users }: Job, orders: object): Promise<F> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`bench/children/${child}`, JSON.stringify(orders)],
    { cwd: ROOT },
  );
  const findings = JSON.parse(stdout) as F;
  if (findings.written !== users)
    throw new Error(`Of ${users} people ${findings.written} came into ${store}.`);
  return findings;
}

function rowsOf({ store, users }: Job, ours: readonly Held[], bare: readonly Findings[]): Row[] {
  const speed = (list: readonly Findings[]) =>
    ({ value: users / median(list.map(({ seconds }) => seconds)), unit: "per s" }) as const;
  const processor = (list: readonly Findings[]) =>
    ({ value: (median(list.map((one) => one.processor)) / users) * 1e6, unit: "µs" }) as const;
  const most = (field: "anonymous" | "resident") =>
    ({ value: Math.max(...ours.map((one) => one[field])), unit: "MB" }) as const;
  const hasFloor = bare.length > 0;
  return [
    {
      name: `import of ${users.toLocaleString("en")} users into ${store}${hasFloor ? " (floor: the same rows, bare driver)" : ""}`,
      ours: speed(ours),
      floor: hasFloor ? speed(bare) : null,
      aim: hasFloor ? { kind: "reach", value: 20_000 } : null,
    },
    {
      name: "  processor time of its process a user, all threads",
      ours: processor(ours),
      floor: hasFloor ? processor(bare) : null,
      aim: null,
    },
    {
      name: "  its memory at the most, mapped files aside",
      ours: most("anonymous"),
      floor: null,
      aim: { kind: "limit", value: 200 },
    },
    { name: "  and with them", ours: most("resident"), floor: null, aim: null },
  ];
}

const FIRST =
  "ada grace alan edsger barbara donald frances ken dennis linus margaret katherine radia hedy".split(" ");
const LAST =
  "lovelace hopper turing dijkstra liskov knuth allen thompson ritchie hamilton johnson lamarr".split(" ");
const HOSTS = ["gmail.com", "example.com", "example.org", "mail.example"];
const PLANS = ["free", "pro", "team"];

/** As an application has them: names in no order, which is what the indexes feel; a strong hash, which is taken as it is; some data. */
function* people(users: number): Generator<string> {
  const draw = drawer(4711);
  const one = (list: readonly string[]) => list[draw(list.length)] ?? "";
  const base64 = (bytes: number) => randomBytes(bytes).toString("base64").replaceAll("=", "");
  for (let id = 1; id <= users; id++) {
    const [first, last] = [one(FIRST), one(LAST)];
    const person = {
      id,
      login: `${first}.${last}${id}`,
      mail: `${first}${last}${id}@${one(HOSTS)}`,
      hash: `$argon2id$v=19$m=19456,t=2,p=1$${base64(16)}$${base64(32)}`,
      created: new Date(1.5e12 + id * 60_000).toISOString(),
      first_name: first,
      last_name: last,
      plan: one(PLANS),
      visits: draw(1000),
      newsletter: draw(2) === 1,
    };
    yield `${JSON.stringify(person)}\n`;
  }
}

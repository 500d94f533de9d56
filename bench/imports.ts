/** How quickly people of another system come over, and in how much memory. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import pg from "pg";
import { requirePostgres, startPostgres } from "../test/servers/start-postgres.js";
import type { Effort } from "./measure.js";
import type { Row } from "./report.js";
import { serverOf } from "./server-check.js";
import { ROOT } from "./workspace.js";

interface Findings {
  readonly written: number;
  readonly seconds: number;
  /** MB, at the most: of the process's own, and with the files that it has mapped. */
  readonly anonymous: number;
  readonly resident: number;
}

/** Of a dump of Django, as pg_dump writes it, each person with a name, an address and a hash. */
export async function imports({ quick, full }: Effort): Promise<Row[]> {
  const users = quick ? 5000 : full ? 1_000_000 : 100_000;
  const folder = await mkdtemp(join(tmpdir(), "watchword-bench-import-"));
  try {
    const input = join(folder, "django.sql");
    await pipeline(Readable.from(dump(users)), createWriteStream(input));
    const rows = rowsOf("SQLite", users, await run(`sqlite:${join(folder, "users.db")}`, input));
    const server = await serverOf("PostgreSQL", requirePostgres, "WATCHWORD_TEST_POSTGRES_URL", () =>
      startPostgres({ auth: "trust" }),
    );
    if (server === null) return rows;
    const client = new pg.Client({ connectionString: server.url });
    const schema = `bench_${process.pid}`;
    try {
      await client.connect();
      const url = new URL(server.url);
      url.searchParams.set("schema", schema);
      return [...rows, ...rowsOf("PostgreSQL", users, await run(url.href, input))];
    } finally {
      await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await client.end();
      await server.remove();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(url: string, input: string): Promise<Findings> {
  const orders = JSON.stringify({ url, from: "django", input });
  const { stdout } = await promisify(execFile)(process.execPath, ["bench/children/import.mjs", orders], {
    cwd: ROOT,
  });
  return JSON.parse(stdout) as Findings;
}

function rowsOf(store: string, users: number, findings: Findings): Row[] {
  if (findings.written !== users)
    throw new Error(`Of ${users} people ${findings.written} came into ${store}.`);
  const many = users.toLocaleString("en");
  return [
    {
      name: `import of ${many} users into ${store}`,
      ours: { value: users / findings.seconds, unit: "per s" },
      floor: null,
      aim: { kind: "reach", value: 20_000 },
    },
    {
      name: "  its memory at the most, mapped files aside",
      ours: { value: findings.anonymous, unit: "MB" },
      floor: null,
      aim: { kind: "limit", value: 200 },
    },
    {
      name: "  and with them",
      ours: { value: findings.resident, unit: "MB" },
      floor: null,
      aim: null,
    },
  ];
}

const COLUMNS =
  "id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined";

function* dump(users: number): Generator<string> {
  yield `CREATE TABLE public.auth_user (
    id integer NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL
);
COPY public.auth_user (${COLUMNS}) FROM stdin;
`;
  for (let id = 1; id <= users; id++) {
    const hash = `pbkdf2_sha256$600000$${randomBytes(11).toString("hex")}$${randomBytes(32).toString("base64")}`;
    const cells = [
      ...[id, hash, "2031-11-22 10:11:12.345678+00", "f", `user${id}`, `First${id}`, `Last${id}`],
      ...[`user${id}@example.com`, "f", "t", "2030-01-02 03:04:05.123456+00"],
    ];
    yield `${cells.join("\t")}\n`;
  }
  yield "\\.\n";
}

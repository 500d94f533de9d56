/** The session check on databases that are servers, against one bare round trip that asks for the same. */
import { MongoClient } from "mongodb";
import pg from "pg";
import { type OpenOptions, openUserSpace, type UserSpace } from "watchword";
import { NoServer } from "../test/servers/server.js";
import { requireMongodb, startMongodb } from "../test/servers/start-mongodb.js";
import { requirePostgres, startPostgres } from "../test/servers/start-postgres.js";
import { JOIN_COLUMNS, sha256 } from "./bare.js";
import { alternate, drawer, type Effort, perSecond } from "./measure.js";
import type { Row } from "./report.js";
import { createUsers } from "./workspace.js";

const SESSIONS = 2000;
const CALLERS = 8;
const OPTIONS: OpenOptions = {
  secret: "the secret of the bench, 32 characters and more",
  mail: { courier: false },
  passwords: { argon2: { memory: 64, passes: 1 } },
  sessions: { mostPerUser: SESSIONS },
};

/** `space.sessions.check` on PostgreSQL against the same join, prepared, with the bare driver. */
export async function postgresCheck(effort: Effort): Promise<Row[]> {
  const server = await serverOf("PostgreSQL", requirePostgres, "WATCHWORD_TEST_POSTGRES_URL", () =>
    startPostgres({ auth: "trust" }),
  );
  if (server === null) return [];
  const pool = new pg.Pool({ connectionString: server.url, max: CALLERS });
  const schema = `bench_${process.pid}`;
  const text = `SELECT ${JOIN_COLUMNS.join(", ")} FROM ${schema}.watchword_sessions s JOIN ${schema}.watchword_users u ON u.id = s.user_id WHERE s.token_hash = $1`;
  try {
    return await withSpace(server.url, { ...OPTIONS, postgres: { schema, poolSize: CALLERS } }, (space) =>
      measure("PostgreSQL", "SHA-256 and bare pg, same prepared join", effort, space, async (token) => {
        const query = { name: "check", text, values: [sha256(token)], rowMode: "array" as const };
        return (await pool.query(query)).rows.length === 1;
      }),
    );
  } finally {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
    await server.remove();
  }
}

/** What the check leaves out as well, so that the floor carries no more over the wire. */
const LEFT_OUT = {
  ...{ outbox: 0, outboxSince: 0, purgeAt: 0 },
  "users.keys": 0,
  "users.names": 0,
  "users.password": 0,
  "users.outbox": 0,
  "users.sortName": 0,
  "users.sortEmail": 0,
  "users.data": 0,
} as const;

/** `space.sessions.check` on MongoDB against the same `$lookup` with the bare driver. */
export async function mongodbCheck(effort: Effort): Promise<Row[]> {
  const server = await serverOf("MongoDB", requireMongodb, "WATCHWORD_TEST_MONGODB_URL", () =>
    startMongodb(),
  );
  if (server === null) return [];
  const client = await MongoClient.connect(server.url);
  const name = `watchword_bench_${process.pid}`;
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const sessions = client.db(name).collection<{ _id: string }>("watchword_sessions");
  try {
    return await withSpace(url.href, OPTIONS, (space) =>
      measure("MongoDB", "SHA-256 and bare driver, same $lookup", effort, space, async (token) => {
        const found = await sessions
          .aggregate([
            { $match: { _id: sha256(token) } },
            { $lookup: { from: "watchword_users", localField: "userId", foreignField: "_id", as: "users" } },
            { $project: LEFT_OUT },
          ])
          .toArray();
        return found.length === 1;
      }),
    );
  } finally {
    await client.db(name).dropDatabase();
    await client.close();
    await server.remove();
  }
}

/** One that was named, or one of the bench's own; null where there is neither, which is said. */
export async function serverOf(
  name: string,
  require: () => void | Promise<void>,
  variable: string,
  start: () => Promise<{ readonly url: string; remove(): Promise<void> }>,
): Promise<{ readonly url: string; remove(): Promise<void> } | null> {
  const named = process.env[variable];
  if (named) return { url: named, remove: async () => {} };
  try {
    await require();
  } catch (error) {
    if (!(error instanceof NoServer)) throw error;
    console.error(`NOT MEASURED ON ${name.toUpperCase()}: ${error.message}.`);
    return null;
  }
  return start();
}

async function withSpace<T>(
  url: string,
  options: OpenOptions,
  use: (space: UserSpace) => Promise<T>,
): Promise<T> {
  const space = await openUserSpace(url, options);
  try {
    return await use(space);
  } finally {
    await space.close();
  }
}

async function measure(
  database: string,
  floor: string,
  { quick }: Effort,
  space: UserSpace,
  bare: (token: string) => Promise<boolean>,
): Promise<Row[]> {
  const users = await createUsers(space, 8);
  const tokens: string[] = [];
  await perSecond(CALLERS, SESSIONS, async (index) => {
    tokens[index] = (await space.sessions.create({ userId: users[index % users.length] ?? "" })).token;
  });
  const draw = drawer(4711);
  const pick = () => tokens[draw(SESSIONS)] ?? "";
  const rows: Row[] = [];
  for (const callers of [1, CALLERS]) {
    const checks = quick ? 300 : 1500;
    const measured = await alternate(quick ? 1 : 7, {
      ours: () =>
        perSecond(callers, checks, async () => {
          if ((await space.sessions.check(pick())).status !== "ok")
            throw new Error("A live session is refused.");
        }),
      floor: () =>
        perSecond(callers, checks, async () => {
          if (!(await bare(pick()))) throw new Error("A session is not there.");
        }),
    });
    rows.push({
      name: `session check on ${database}, ${callers} at once (floor: ${floor})`,
      ours: { value: measured.ours, unit: "per s" },
      floor: { value: measured.floor, unit: "per s" },
      aim: { kind: "at least", ratio: 0.6 },
    });
  }
  return rows;
}

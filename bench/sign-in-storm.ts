import { setTimeout as sleep } from "node:timers/promises";
import { insertSessions, openBare, tokenOf } from "./bare.js";
import type { LoadFindings } from "./children/load.js";
import { type Effort, median } from "./measure.js";
import { type RunningServer, startLoad, withWatchword } from "./processes.js";
import type { Row } from "./report.js";
import { createUsers, PASSWORD, withWorkspace } from "./workspace.js";

const PEOPLE = 100;
const SESSIONS = 1000;

/** How long people who are signed in wait while a hundred others sign in at the same moment. */
export function signInStorm({ quick }: Effort): Promise<Row[]> {
  return withWorkspace(async ({ space, file, url }) => {
    const users = await createUsers(space, PEOPLE);
    const bare = await openBare(file);
    insertSessions(bare, users, SESSIONS);
    bare.close();
    const tokens = Array.from({ length: SESSIONS }, (_, index) => tokenOf(index));

    return withWatchword(url, ["--trust-proxy", "1"], async (server) => {
      const idle: number[] = [];
      const storm: number[] = [];
      const lengths: number[] = [];
      let failed = 0;
      for (let round = -1; round < (quick ? 1 : 5); round++) {
        const measured = await oneRound(server, tokens);
        failed += measured.failed;
        if (round < 0) continue;
        idle.push(measured.idle);
        storm.push(measured.storm);
        lengths.push(measured.length);
      }
      return [
        {
          name: `GET /api/session p99 while ${PEOPLE} sign in (floor: while nobody does)`,
          ours: { value: median(storm), unit: "ms" },
          floor: { value: median(idle), unit: "ms" },
          aim: { kind: "limit", value: 25 },
        },
        {
          name: `${PEOPLE} sign-ins at once, until the last is answered`,
          ours: { value: median(lengths), unit: "ms" },
          floor: null,
          aim: null,
        },
        {
          name: "requests of either kind that failed",
          ours: { value: failed, unit: "in all" },
          floor: null,
          aim: { kind: "limit", value: 0 },
        },
      ] satisfies Row[];
    });
  });
}

/** A calm second, then the storm; the answers to requests that left during each are looked at apart. */
async function oneRound(server: RunningServer, tokens: readonly string[]) {
  // A request a connection every few milliseconds: people who look at pages, not a load that fills a core.
  const looking = startLoad({
    port: server.port,
    path: "/api/session",
    tokens,
    connections: 8,
    seconds: 60,
    pause: 5,
    samples: true,
  });
  await looking.ready;
  await sleep(300);
  const calm = Date.now();
  await sleep(1500);
  const start = Date.now();
  const statuses = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => signInOne(server, index)));
  const end = Date.now();
  looking.stop();
  const { samples, failed } = await looking.findings;
  return {
    idle: p99Between(samples, calm, start - 50),
    storm: p99Between(samples, start, end),
    length: end - start,
    failed: failed + statuses.filter((status) => status !== 200).length,
  };
}

function p99Between(samples: LoadFindings["samples"], from: number, to: number): number {
  const times = samples.filter(([leftAt]) => leftAt >= from && leftAt < to).map(([, took]) => took);
  times.sort((a, b) => a - b);
  return times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
}

async function signInOne({ port }: RunningServer, index: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": `198.51.100.${index + 1}` },
    body: JSON.stringify({ identifier: `user${index}`, password: PASSWORD }),
  });
  await response.arrayBuffer();
  return response.status;
}

import { setTimeout as sleep } from "node:timers/promises";
import { alternate, type Effort } from "./measure.js";
import {
  type RunningServer,
  residentMegabytes,
  wholeProcess,
  withServer,
  withWatchword,
} from "./processes.js";
import type { Row } from "./report.js";
import { withWorkspace } from "./workspace.js";

/** Milliseconds after which a server that nobody asks anything counts as idle. */
const IDLE_AFTER = 5000;

/** What it costs to have Watchword at all: whole processes from start to end, and an idle server's memory. */
export async function start({ quick }: Effort): Promise<Row[]> {
  const times = await alternate(quick ? 2 : 10, {
    floor: () => wholeProcess(["-e", "0"]),
    library: () => wholeProcess(["--input-type=module", "-e", 'await import("watchword")']),
    version: () => wholeProcess(["dist/cli/main.js", "--version"]),
  });
  const memory = await idleMemory(quick ? 500 : IDLE_AFTER);
  const floor = { value: times.floor, unit: "ms" } as const;
  return [
    {
      name: 'import "watchword", whole process (floor: node -e 0)',
      ours: { value: times.library, unit: "ms" },
      floor,
      aim: { kind: "limit", value: 120 },
    },
    {
      name: "watchword --version, whole process (floor: node -e 0)",
      ours: { value: times.version, unit: "ms" },
      floor,
      aim: { kind: "limit", value: 200 },
    },
    {
      name: "memory of an idle server (floor: bare node:http)",
      ours: { value: memory.ours, unit: "MB" },
      floor: { value: memory.floor, unit: "MB" },
      aim: { kind: "limit", value: 120 },
    },
  ];
}

async function idleMemory(idleAfter: number): Promise<{ ours: number; floor: number }> {
  const afterAWhile = async ({ pid }: RunningServer): Promise<number> => {
    await sleep(idleAfter);
    return residentMegabytes(pid);
  };
  return withWorkspace(async (workspace) => ({
    ours: await withWatchword(workspace.url, [], afterAWhile),
    floor: await withServer(
      (port) => ["bench/children/plain-server.mjs", String(port)],
      {},
      "/",
      afterAWhile,
    ),
  }));
}

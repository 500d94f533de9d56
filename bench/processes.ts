import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { LoadFindings, LoadOrders } from "./children/load.js";
import { ROOT } from "./workspace.js";

const run = promisify(execFile);

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
}

/** Runs with a server in a process of its own, which has ended afterwards. `args` follow the name of the program. */
export async function withServer<T>(
  args: (port: number) => readonly string[],
  env: Readonly<Record<string, string>>,
  readyPath: string,
  use: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "watchword-bench-server-"));
  // Into a file, as services log: a pipe would make this process work for each line.
  const log = await open(join(folder, "log"), "w+");
  const child = spawn(process.execPath, args(port), {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", log.fd, log.fd],
  });
  try {
    await answers(port, readyPath, child, join(folder, "log"));
    if (child.pid === undefined) throw new Error("The server has no process id.");
    return await use({ port, pid: child.pid });
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await log.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The server as people start it: `watchword serve`. */
export function withWatchword<T>(
  databaseUrl: string,
  flags: readonly string[],
  use: (server: RunningServer) => Promise<T>,
): Promise<T> {
  return withServer(
    (port) => ["dist/cli/main.js", "serve", "--port", String(port), "--database", databaseUrl, ...flags],
    {},
    "/health/ready",
    use,
  );
}

export interface RunningLoad {
  /** Resolves when its first requests are leaving. */
  readonly ready: Promise<void>;
  readonly findings: Promise<LoadFindings>;
  /** Ends it before its time. */
  stop(): void;
}

/** Runs the load in a process of its own. */
export function startLoad(orders: LoadOrders): RunningLoad {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "bench/children/load.ts", JSON.stringify(orders)],
    { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.startsWith("ready\n")) resolve();
    });
  });
  const findings = once(child, "close").then(([code]) => {
    if (code !== 0) throw new Error(`The load ended with ${code}.`);
    return JSON.parse(text.slice("ready\n".length)) as LoadFindings;
  });
  return { ready, findings, stop: () => child.kill("SIGTERM") };
}

export function load(orders: LoadOrders): Promise<LoadFindings> {
  return startLoad(orders).findings;
}

/** Milliseconds that a whole process takes, from start to end. */
export async function wholeProcess(args: readonly string[]): Promise<number> {
  const start = process.hrtime.bigint();
  await run(process.execPath, args, { cwd: ROOT });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** The memory that a process holds (resident set), in MB of 1,000,000 bytes. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  const fromProc = status === null ? undefined : /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  const kibibytes = fromProc ?? (await run("ps", ["-o", "rss=", "-p", String(pid)])).stdout.trim();
  return (Number(kibibytes) * 1024) / 1e6;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port is free.");
  server.close();
  await once(server, "close");
  return address.port;
}

async function answers(port: number, path: string, child: ChildProcess, log: string): Promise<void> {
  const fail = async (what: string) => new Error(`${what}: ${(await readFile(log, "utf8")).slice(-2000)}`);
  const until = Date.now() + 15_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw await fail(`The server ended by itself (${child.exitCode})`);
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      await response.arrayBuffer();
      if (response.status < 500) return;
    } catch (error) {
      // Not listening yet.
      if (!(error instanceof TypeError)) throw error;
    }
    await sleep(25);
  }
  throw await fail(`The server does not answer on ${path} within 15 s`);
}

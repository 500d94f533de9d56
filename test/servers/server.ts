import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A database server of the tests, on this machine's loopback address, its data in a temporary folder. */
export interface TestServer {
  /** With user and password of somebody who may do everything. */
  readonly url: string;
  readonly port: number;
  /** Starts it again after {@link stop} or {@link kill}, at the same port. */
  start(): Promise<void>;
  /** Ends it in its own usual way. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
  /** Lets it hang: connections are accepted by the system and nobody answers. */
  pause(): void;
  resume(): void;
  /** Stops it for good and removes its folder. */
  remove(): Promise<void>;
}

/** Why there is no server to be had, for people: what to do. */
export class NoServer extends Error {
  override readonly name = "NoServer";
}

/** What a kind of server needs told. */
export interface ServerProgram {
  /** Prepares the folder, once. */
  prepare?(folder: string, port: number): Promise<void>;
  command(port: number, folder: string): readonly [program: string, ...parameters: string[]];
  /** What it prints once it takes connections. */
  readonly ready: RegExp;
  url(port: number): string;
  readonly stopSignal: NodeJS.Signals;
  /** As whom it runs; absent: as whoever runs the tests. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const LONGEST_START = 60_000;

export async function startServer(program: ServerProgram): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "watchword-server-"));
  if (program.user !== undefined) chownSync(folder, program.user.uid, program.user.gid);
  const port = await freePort();
  let child: ChildProcess | null = null;

  // A run that is broken off (Ctrl-C, a failed start) leaves neither process nor folder.
  const atExit = () => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", atExit);

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    signalAll(ending, "SIGCONT");
    ending.kill(signal);
    await ended;
    child = null;
  }

  const server: TestServer = {
    url: program.url(port),
    port,
    async start() {
      child = await startProcess(program, port, folder);
    },
    stop: () => end(program.stopSignal),
    kill: () => end("SIGKILL"),
    pause: () => signalAll(child, "SIGSTOP"),
    resume: () => signalAll(child, "SIGCONT"),
    async remove() {
      await end(program.stopSignal);
      process.off("exit", atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await program.prepare?.(folder, port);
    await server.start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}

async function startProcess(program: ServerProgram, port: number, folder: string): Promise<ChildProcess> {
  const begun = Date.now();
  for (;;) {
    const [command, ...parameters] = program.command(port, folder);
    const child = spawn(command, parameters, {
      cwd: folder,
      stdio: ["pipe", "pipe", "pipe"],
      ...program.user,
    });
    const printed = await readiness(child, program.ready);
    if (printed === null) return child;
    // After a kill -9 the memory or the port of the one before may be in use for a moment longer.
    if (!/in use/i.test(printed) || Date.now() - begun > LONGEST_START)
      throw new Error(`${command} did not start:\n${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Null: it is ready. Else what it printed before it ended. */
function readiness(child: ChildProcess, ready: RegExp): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${child.spawnfile} was not ready within ${LONGEST_START} ms:\n${printed}`));
    }, LONGEST_START);
    const look = (chunk: Buffer) => {
      // Read to the end of its life, so that a full pipe never stops it; kept until it is ready only.
      if (printed === "ready") return;
      printed += String(chunk);
      if (!ready.test(printed)) return;
      printed = "ready";
      clearTimeout(timer);
      resolve(null);
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", () => {
      clearTimeout(timer);
      resolve(printed);
    });
  });
}

/** A signal to a server and to each process that it has started: PostgreSQL has one for each connection. */
function signalAll(child: ChildProcess | null, signal: NodeJS.Signals): void {
  if (child?.pid === undefined) throw new Error("The server does not run.");
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const children = table
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === child.pid)
    .map(([pid = 0]) => pid);
  for (const pid of [child.pid, ...children])
    try {
      process.kill(pid, signal);
    } catch (error) {
      // A connection's process may end between the look and the signal.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

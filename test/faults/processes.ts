import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Store } from "#dist/store/contract.js";
import { openSqliteStore } from "#dist/store/sqlite/open.js";

/** A folder that goes when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store that is closed when the test is over. */
export async function openStore(
  file: string,
  options: Partial<Parameters<typeof openSqliteStore>[0]> = {},
): Promise<Store> {
  const store = await openSqliteStore({
    file,
    create: true,
    synchronous: "full",
    busyTimeout: 5000,
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** A script of `children/` in a process of its own, which goes when the test is over. */
export function startChild(script: string, ...args: string[]): ChildProcess {
  const path = fileURLToPath(new URL(`children/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What a script prints until it ends. */
export async function runChild(
  script: string,
  ...args: string[]
): Promise<{ readonly output: string; readonly errors: string; readonly code: number | null }> {
  const child = startChild(script, ...args);
  let [output, errors] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    output += String(chunk);
  });
  child.stderr?.on("data", (chunk) => {
    errors += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { output, errors, code };
}

/** Resolves when the script prints its first line. */
export function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("exit", (code) =>
      reject(new Error(`The child ended with ${code} before it printed anything.`)),
    );
  });
}

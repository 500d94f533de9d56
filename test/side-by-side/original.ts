import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSmtp } from "../helpers/smtp.js";
import { startMongodb } from "../servers/start-mongodb.js";
import { startPostgres } from "../servers/start-postgres.js";
import type { Answer } from "./side-by-side.js";

const run = promisify(execFile);
/** What pip installed, kept from run to run: one folder for each list of requirements. */
const CACHE = fileURLToPath(new URL("../../.cache/side-by-side", import.meta.url));
const LONGEST = 300_000;

/** Python, or the original itself, cannot be had on this machine: the message says why. */
export class NoOriginal extends Error {
  override readonly name = "NoOriginal";
}

export type ServerKind = "postgres" | "mongodb";

export function folderOf(system: string): string {
  return fileURLToPath(new URL(`./${system}`, import.meta.url));
}

/**
 * Makes the calls of `original.py` on the original, beside a database and a mail server of its own.
 * @throws NoOriginal
 */
export async function askOriginal(system: string, kind: ServerKind): Promise<readonly Answer[]> {
  const python = await installOriginal(system);
  const server = kind === "postgres" ? await startPostgres({ auth: "trust" }) : await startMongodb();
  try {
    const smtp = await startSmtp();
    try {
      return await readAnswers(python, join(folderOf(system), "original.py"), {
        ORIGINAL_URL: server.url,
        ORIGINAL_SMTP_PORT: String(smtp.port),
      });
    } finally {
      await smtp.close();
    }
  } finally {
    await server.remove();
  }
}

/** The `python` of a virtual environment with the original in it. */
async function installOriginal(system: string): Promise<string> {
  const requirements = join(folderOf(system), "requirements.txt");
  const alone = join(folderOf(system), "without-dependencies.txt");
  const list =
    (await readFile(requirements, "utf8")) + (existsSync(alone) ? await readFile(alone, "utf8") : "");
  const folder = join(CACHE, `${system}-${createHash("sha256").update(list).digest("hex").slice(0, 12)}`);
  const python = join(folder, "bin", "python");
  if (existsSync(join(folder, "done"))) return python;
  await rm(folder, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  try {
    await run("python3", ["-m", "venv", folder]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(python, [...install, "-r", requirements]);
    if (existsSync(alone)) await run(python, [...install, "--no-deps", "-r", alone]);
  } catch (error) {
    const said =
      error instanceof Error && "stderr" in error && error.stderr ? String(error.stderr) : String(error);
    throw new NoOriginal(`${system} cannot be installed here: ${said.trim().split("\n").at(-1)}`);
  }
  await mkdir(join(folder, "done"));
  return python;
}

async function readAnswers(
  python: string,
  script: string,
  env: Record<string, string>,
): Promise<readonly Answer[]> {
  const child = spawn(python, [script], {
    env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: "1", TZ: "UTC" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Answer);
}

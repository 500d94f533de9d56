import { execFile } from "node:child_process";
import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

export const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

export const env = {
  ...process.env,
  WATCHWORD_DATABASE_URL: "",
  WATCHWORD_SECRET: "",
  NODE_ENV: "",
  NO_COLOR: "1",
};

/** What a program says that it prints: `console.log(…); // this`. An ellipsis in there leaves room. */
export function promisesOf(code: string): string[] {
  return [...code.matchAll(/^.*console\.log\(.*\); \/\/ (.+)$/gm)]
    .flatMap(([, promise = ""]) => promise.split("…"))
    .map((promise) => promise.trim())
    .filter((promise) => promise !== "");
}

/** Without what Node's printing of objects adds: line breaks and the kind of quotes. */
export function bare(text: string): string {
  return text.replaceAll(/[\s'"`]/g, "");
}

/** A folder in which `watchword` is installed, as it is for users: by its name and with its command. */
export async function newProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-examples-"));
  await mkdir(join(folder, "node_modules", ".bin"), { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await symlink(ROOT, join(folder, "node_modules", "watchword"), "junction");
  await writeFile(
    join(folder, "node_modules", ".bin", "watchword"),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "dist", "cli", "main.js")}" "$@"\n`,
    { mode: 0o755 },
  );
  return folder;
}

/** Runs a program in a project and hands back what it printed; a program that fails, fails the test. */
export async function runProgram(
  folder: string,
  code: string,
  more: NodeJS.ProcessEnv = {},
): Promise<string> {
  const file = join(folder, "example.ts");
  await writeFile(file, code);
  const { stdout } = await run(process.execPath, ["--import", TSX, file], {
    cwd: folder,
    env: { ...env, ...more },
  });
  return stdout;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bare, env, newProject, promisesOf, ROOT, run, runProgram } from "./helpers/examples.js";

const readme = await readFile(join(ROOT, "README.md"), "utf8");

interface Block {
  readonly page: string;
  readonly language: string;
  readonly code: string;
}

/** The code blocks of a page, in their order. */
function blocksOf(page: string, text: string): Block[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
    page,
    language,
    code,
  }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}

/** Starts a server in a process group of its own; resolves when its standard output fits. */
async function startServer(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  ready: RegExp,
): Promise<{ readonly printed: string; stop(): Promise<void> }> {
  const child: ChildProcess = spawn(command, args, {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  let complained = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  const exited = once(child, "exit");
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (ready.test(printed)) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${printed}${complained}`)));
  });
  return {
    printed,
    async stop() {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      await exited;
    },
  };
}

describe("README", () => {
  const blocks = blocksOf("README.md", readme);
  const [commands, library, terminal, http] = blocks;
  let folder: string;

  beforeAll(async () => {
    folder = await newProject();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("opens with the two commands", () => {
    expect(blocks.map((block) => block.language)).toEqual(["sh", "ts", "sh", "ts"]);
    const lines = commands?.code.split("\n") ?? [];
    expect(lines[0]).toMatch(/^npm install && npm start\b/);
    expect(lines[1]).toMatch(/^npm install && npm test\b/);
  });

  it("starts the server with npm start: it prints its address, where the data lies and the set-up link, and answers", async () => {
    const port = await freePort();
    const file = join(folder, "start.db");
    const server = await startServer(
      "npm",
      ["start"],
      { cwd: ROOT, env: { ...env, PORT: String(port), WATCHWORD_DATABASE_URL: `sqlite:${file}` } },
      /set-up\?\S+/,
    );
    try {
      const address = `http://localhost:${port}`;
      expect(server.printed).toContain(address);
      expect(server.printed).toContain(file);
      const link = /http:\/\/\S*set-up\?\S+/.exec(server.printed)?.[0] ?? "";
      expect((await fetch(`${address}/`)).status).toBe(200);
      expect((await fetch(`${address}/health/ready`)).status).toBe(200);
      const setUp = await fetch(link);
      expect(setUp.status).toBe(200);
      expect(await setUp.text()).toMatch(/<form[^>]*method="post"/i);
    } finally {
      await server.stop();
    }
  });

  it("has a library example of five lines that runs as printed", async () => {
    const code = library?.code ?? "";
    expect(code.trimEnd().split("\n")).toHaveLength(5);
    expect(promisesOf(code)).toEqual(["signed-in"]);
    expect((await runProgram(folder, code)).trim()).toBe("signed-in");
  });

  it("has commands that run as printed, and a program that talks to the server", async () => {
    const { stdout } = await run("sh", ["-e", "-c", terminal?.code ?? "false"], { cwd: folder, env });
    expect(stdout).toContain("ada@example.com");

    const port = await freePort();
    const server = await startServer(
      join(folder, "node_modules", ".bin", "watchword"),
      ["serve", "--port", String(port)],
      { cwd: folder, env },
      /http:\/\/localhost:\d+/,
    );
    try {
      // Only the port is another one, because the printed one may be in use.
      const code = (http?.code ?? "").replaceAll("localhost:3000", `localhost:${port}`);
      expect(code).toContain(`localhost:${port}`);
      expect((await runProgram(folder, code)).trim()).toBe("ada");
    } finally {
      await server.stop();
    }
  });
});

const pages = (await readdir(join(ROOT, "docs"), { recursive: true }))
  .filter((name) => name.endsWith(".md"))
  .sort();
const examples = (
  await Promise.all(
    pages.map(async (page) => blocksOf(page, await readFile(join(ROOT, "docs", page), "utf8"))),
  )
)
  .flat()
  .filter(({ language, code }) => language === "ts" && code.startsWith("import { openUserSpace"))
  .map((block) => [block.page, block] as const);

describe("docs", () => {
  it.each(examples)("has an example in %s that runs as printed", async (_page, { code }) => {
    const folder = await newProject();
    try {
      const printed = await runProgram(folder, code);
      for (const promise of promisesOf(code)) expect(bare(printed)).toContain(bare(promise));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

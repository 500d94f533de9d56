import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { openUserSpace, type UserSpace } from "watchword";
import { newDatabase, type TestDatabase } from "../helpers/database.js";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const PATIENCE = 25_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
  /** How wide the terminal is, where there is one; 100 by default. */
  readonly columns?: number;
}

/** A folder of its own with a database that does not exist yet, and the built command line to use on it. */
export class Bench {
  readonly database: TestDatabase;
  readonly #running = new Set<ChildProcess>();

  private constructor(database: TestDatabase) {
    this.database = database;
  }

  static async open(): Promise<Bench> {
    return new Bench(await newDatabase());
  }

  get folder(): string {
    return this.database.folder;
  }

  /** Of SQLite. */
  get file(): string {
    return join(this.folder, "users.db");
  }

  get url(): string {
    return this.database.url;
  }

  /** The same space, opened in this process. */
  openSpace(): Promise<UserSpace> {
    const { options, url } = this.database;
    return openUserSpace(url, { ...options, mail: { ...options.mail, courier: false } });
  }

  /** Runs `watchword …` without a terminal, to its end. */
  async run(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
    const call = this.start(args, options);
    return call.ended;
  }

  /** Runs a command with `--json` that is to succeed, and reads what it printed. */
  async json<Answer = Record<string, unknown>>(
    args: readonly string[],
    options?: CallOptions,
  ): Promise<Answer> {
    const { code, stdout, stderr } = await this.run([...args, "--json"], options);
    if (code !== 0) throw new Error(`watchword ${args.join(" ")} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Answer;
  }

  start(args: readonly string[], options: CallOptions = {}): Call {
    return this.#spawn(process.execPath, [MAIN, ...args], options);
  }

  /** Runs a command line of the shell, with `watchword` in it standing for the built one. */
  async shell(line: string, options: CallOptions = {}): Promise<Ended> {
    const full = line.replaceAll("watchword ", `${quote(process.execPath)} ${quote(MAIN)} `);
    return this.#spawn("/bin/sh", ["-c", full], options).ended;
  }

  /** Runs `watchword …` in a terminal of its own, made by `script` of util-linux. */
  inTerminal(args: readonly string[], options: CallOptions = {}): Call {
    const line = [
      `stty cols ${options.columns ?? 100} rows 30;`,
      "exec",
      ...[process.execPath, MAIN, ...args].map(quote),
    ].join(" ");
    return this.#spawn("script", ["-qefc", line, "/dev/null"], options);
  }

  /** Ends what still runs, and removes the folder. */
  async close(): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    await this.database.drop();
  }

  #spawn(program: string, args: readonly string[], options: CallOptions): Call {
    const child = spawn(program, args, { cwd: this.folder, env: this.#environment(options.env) });
    this.#running.add(child);
    child.once("close", () => this.#running.delete(child));
    if (options.input !== undefined) child.stdin.end(options.input);
    return new Call(child);
  }

  /** Nothing of the surroundings but what a program needs to start. */
  #environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { PATH, HOME, SystemRoot } = process.env;
    return {
      ...(PATH !== undefined && { PATH }),
      ...(HOME !== undefined && { HOME }),
      ...(SystemRoot !== undefined && { SystemRoot }),
      SHELL: "/bin/sh",
      TERM: "xterm",
      WATCHWORD_DATABASE_URL: this.url,
      ...this.database.env,
      ...more,
    };
  }
}

/** A command that runs. */
export class Call {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";
  #read = 0;
  readonly #watchers = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.stdout += chunk;
      this.#tell();
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.stderr += chunk;
    });
    // A command that ends without reading its input closes the pipe, which is its right.
    child.stdin?.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        this.#tell();
      });
    });
  }

  /** Waits until stdout says something, behind what was waited for before; answers with the match. */
  async says(wanted: RegExp): Promise<RegExpExecArray> {
    const look = () => wanted.exec(stripVTControlCharacters(this.stdout).slice(this.#read));
    const found = await new Promise<RegExpExecArray>((resolve, reject) => {
      const timer = setTimeout(() => stop(null), PATIENCE);
      const stop = (match: RegExpExecArray | null) => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
        if (match === null)
          reject(new Error(`Waited for ${wanted}; there was:\n${this.stdout}\n${this.stderr}`));
        else resolve(match);
      };
      const watch = () => {
        const match = look();
        if (match !== null) stop(match);
        else if (this.child.exitCode !== null || this.child.signalCode !== null) stop(null);
      };
      this.#watchers.add(watch);
      watch();
    });
    this.#read += found.index + found[0].length;
    return found;
  }

  /** Types into the terminal. */
  type(text: string): void {
    this.child.stdin?.write(text);
  }

  #tell(): void {
    for (const watch of [...this.#watchers]) watch();
  }
}

/** Whether this machine can give a program a terminal. Where it cannot, the tests that need one say so and are skipped. */
export const hasTerminals = ((): boolean => {
  const found = spawnSync("script", ["-qefc", "exit 7", "/dev/null"], { stdio: "ignore" });
  if (found.status === 7) return true;
  console.warn("SKIPPED: tests of prompts need `script` of util-linux, which this machine does not have.");
  return false;
})();

/** The one error that a command printed as JSON. */
export function errorOf(ended: Ended): { readonly code: string; readonly message: string } {
  return (JSON.parse(ended.stderr) as { readonly error: { readonly code: string; readonly message: string } })
    .error;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { WatchwordError } from "../../base/errors.js";
import { Connection } from "./connection.js";
import { isBusy } from "./errors.js";

/** What the other process is asked to do, and what it answers. */
export type LockRequest = "begin" | "rollback";
export type LockReply = "done" | "locked" | { readonly failed: string };

/** Real milliseconds for the other process to start, and for each of its answers. */
const PATIENCE = 20_000;

/**
 * Proves that the file system under a database keeps two processes apart. SQLite itself keeps the connections of one
 * process apart, whatever the file system does, so the second one has to be a process of its own. Both work on a scratch file in the
 * same folder: where locks do not hold, a race on the database itself could damage it.
 *
 * @throws WatchwordError `store-refused`
 */
export async function proveLocks(file: string): Promise<void> {
  const scratch = `${file}.lock-proof-${randomUUID()}`;
  let own: Connection | undefined;
  let other: OtherProcess | undefined;
  try {
    own = new Connection({
      file: scratch,
      synchronous: "normal",
      busyTimeout: 0,
      cache: 64,
      map: 0,
      readOnly: false,
      sizeLimit: 0,
    });
    own.value("PRAGMA journal_mode = WAL");
    own.exec("CREATE TABLE scratch (one INTEGER)");
    other = new OtherProcess(scratch);
    await exclude(file, own, other);
  } catch (error) {
    if (error instanceof WatchwordError) throw error;
    throw refused(
      file,
      `the proof itself failed (${error instanceof Error ? error.message : String(error)})`,
      error,
    );
  } finally {
    await other?.end();
    own?.close();
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(scratch + suffix, { force: true });
  }
}

/** Each begins to write while the other does, and must be kept out; once the other is done, it must be let in. */
async function exclude(file: string, own: Connection, other: OtherProcess): Promise<void> {
  const both = "two processes could write it at once, and one would overwrite what the other wrote";
  const stuck = "a lock stayed after it was let go of";
  if (!begin(own)) throw refused(file, stuck);
  if ((await other.ask("begin")) !== "locked") throw refused(file, both);
  own.exec("ROLLBACK");
  if ((await other.ask("begin")) !== "done") throw refused(file, stuck);
  if (begin(own)) throw refused(file, both);
  await other.ask("rollback");
  if (!begin(own)) throw refused(file, stuck);
  own.exec("ROLLBACK");
}

/** False: somebody else is writing. */
export function begin(connection: Connection): boolean {
  try {
    connection.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

class OtherProcess {
  readonly #child: ChildProcess;
  #errors = "";

  constructor(scratch: string) {
    // Flags of this process (a loader, --eval) are not for that file.
    this.#child = fork(new URL("lock-proof.process.js", import.meta.url), [scratch], {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.#errors += String(chunk);
    });
  }

  ask(request: LockRequest): Promise<"done" | "locked"> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error("the second process gave no answer"))),
        PATIENCE,
      );
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#child.off("message", onMessage).off("error", onError).off("exit", onExit);
        finish();
      };
      const onMessage = (reply: LockReply) =>
        settle(() => (typeof reply === "string" ? resolve(reply) : reject(new Error(reply.failed))));
      const onError = (error: Error) => settle(() => reject(error));
      const onExit = () =>
        settle(() => reject(new Error(`the second process ended: ${this.#errors.trim()}`)));
      this.#child.on("message", onMessage).on("error", onError).on("exit", onExit);
      this.#child.send(request);
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
      return;
    const ended = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.kill();
    await ended;
  }
}

function refused(file: string, what: string, cause?: unknown): WatchwordError {
  return new WatchwordError(
    "store-refused",
    `The folder ${dirname(file)} cannot hold the database ${basename(file)}: on a scratch file there, ${what}. Put the database on a local disk: SQLite needs file locks that hold, which many network file systems lack.`,
    { cause },
  );
}

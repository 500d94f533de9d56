import { Worker } from "node:worker_threads";
import { WatchwordError } from "../../base/errors.js";
import type { Call, Calls, FromThread, Given, Taken, ToThread } from "./calls.js";
import type { ConnectionOptions } from "./connection.js";
import { explain } from "./errors.js";

export interface ThreadOptions {
  /** The worker's file, beside this one. */
  readonly script: "writer.worker.js" | "reader.worker.js";
  readonly connection: ConnectionOptions;
  /** How many calls travel together at the most. */
  readonly batch: number;
  /** Whole milliseconds without work after which the thread ends (the next call starts another); null: never. */
  readonly idle: number | null;
  readonly warn: (fields: object, message: string) => void;
}

interface Pending extends Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The main side of a worker thread: it collects calls, posts what waits as one array, and settles them when the
 * answer comes. One array is under way at a time; what comes in meanwhile makes the next one, so that arrays grow with
 * the load by themselves. The thread starts with the first call and never holds the process open while it has nothing to do.
 */
export class Thread<Served extends Calls> {
  readonly #options: ThreadOptions;
  #worker: Worker | undefined;
  #waiting: Pending[] = [];
  #underWay: readonly Pending[] = [];
  #isScheduled = false;
  #isClosing = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  call<N extends keyof Served & string>(name: N, ...args: Taken<Served[N]>): Promise<Given<Served[N]>> {
    if (this.#isClosing) return Promise.reject(closed(this.#options.connection.file));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, args, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Finishes every call that was accepted, then ends the thread. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#underWay.length > 0 || this.#waiting.length > 0)
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await this.#end();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#underWay.length > 0) return;
    this.#isScheduled = true;
    // Callers that were woken by the same answer come again within the same turn: they shall travel together.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#post();
    });
  }

  #post(): void {
    if (this.#underWay.length > 0) return;
    if (this.#waiting.length === 0) {
      this.#rest();
      return;
    }
    clearTimeout(this.#idleTimer);
    const calls = this.#waiting.splice(0, this.#options.batch);
    let worker: Worker;
    try {
      worker = this.#worker ?? this.#start();
    } catch (error) {
      // Node may forbid threads altogether (--permission without --allow-worker).
      const refusal = lost(this.#options.connection.file, String(error), error);
      for (const call of calls) call.reject(refusal);
      this.#post();
      return;
    }
    const message: ToThread = { calls: calls.map(({ name, args }) => ({ name, args })) };
    try {
      worker.postMessage(message);
    } catch (error) {
      // Something in it cannot travel between threads: a fault of the caller's, which must not hit the others.
      this.#refuseWhatCannotTravel(calls, error);
      this.#post();
      return;
    }
    this.#underWay = calls;
    worker.ref();
  }

  #refuseWhatCannotTravel(calls: readonly Pending[], error: unknown): void {
    const rest = calls.filter((call) => {
      try {
        structuredClone(call.args);
        return true;
      } catch {
        call.reject(error);
        return false;
      }
    });
    this.#waiting.unshift(...rest);
  }

  #rest(): void {
    this.#worker?.unref();
    for (const wake of this.#whenIdle.splice(0)) wake();
    const { idle } = this.#options;
    if (idle === null || this.#worker === undefined || this.#isClosing) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.#end(), idle);
    this.#idleTimer.unref();
  }

  #start(): Worker {
    const { script, connection } = this.#options;
    // Flags of the process (a loader, --eval) are not for this file.
    const worker = new Worker(new URL(script, import.meta.url), {
      workerData: connection,
      execArgv: [],
      // What a call brings lives as long as the call. Left to itself the thread held up to 48 MB of it before it looked.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker = worker;
    let failure: unknown;
    worker.on("message", (message: FromThread) => this.#settle(message));
    worker.on("error", (error) => {
      failure = error;
      // While it closes nobody waits for an answer, so that this is the only place to hear of it.
      if (this.#worker !== worker)
        this.#options.warn({ script, err: error }, "a thread of the database did not close well");
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#lose(failure);
    });
    worker.unref();
    return worker;
  }

  #settle({ outcomes }: FromThread): void {
    const calls = this.#underWay;
    this.#underWay = [];
    calls.forEach((call, at) => {
      const outcome = outcomes[at];
      if (outcome === undefined) call.reject(lost(this.#options.connection.file, "it gave no answer"));
      else if ("value" in outcome) call.resolve(outcome.value);
      else call.reject(revive(outcome.error));
    });
    if (this.#waiting.length > 0) this.#schedule();
    else this.#rest();
  }

  /** The thread died. Nobody knows what became of the calls under way; those still waiting get a new thread. */
  #lose(failure: unknown): void {
    const { connection, script, warn } = this.#options;
    this.#worker = undefined;
    const calls = this.#underWay;
    this.#underWay = [];
    const why = failure === undefined ? "it was ended from outside" : String(failure);
    warn({ script, err: failure }, `a thread of the database stopped: ${why}`);
    const known = failure === undefined ? null : explain(failure, connection.file, "work");
    const error = known === null || known.code === "internal" ? lost(connection.file, why, failure) : known;
    for (const call of calls) call.reject(error);
    this.#post();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.ref();
    const message: ToThread = "close";
    worker.postMessage(message);
    await ended;
  }
}

export function closed(file: string): WatchwordError {
  return new WatchwordError("closed", `The database ${file} was closed; open the user space again.`);
}

function lost(file: string, why: string, cause?: unknown): WatchwordError {
  return new WatchwordError(
    "store-unavailable",
    `The thread that works on the database ${file} stopped (${why}). Whether this change was kept is not known: look before you try again.`,
    cause === undefined ? {} : { cause },
  );
}

function revive({
  code,
  message,
  retryAfter,
}: {
  code: WatchwordError["code"];
  message: string;
  retryAfter?: number;
}) {
  return new WatchwordError(code, message, retryAfter === undefined ? {} : { retryAfter });
}

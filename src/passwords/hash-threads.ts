import { Worker } from "node:worker_threads";
import { WatchwordError } from "../base/errors.js";
import type { HashJob, HashReply } from "./hash.worker.js";

/** Milliseconds after which a thread with nothing to do ends, so that an idle server stays small. */
const IDLE = 30_000;

/**
 * The threads in which hashes are computed: started when there is work, kept while there is more, then ended. It
 * starts as many as there are jobs at once; the waiting line in front of it says how many that may be.
 *
 * Threads of our own because the library's asynchronous calls use the pool that Node reads files and names with.
 */
export class HashThreads {
  /** The one that rested last is taken first, so that those beyond the need grow old and end. */
  readonly #resting: HashThread[] = [];
  readonly #all = new Set<HashThread>();

  /**
   * Has one job done, in a thread that does nothing else meanwhile.
   * @throws WatchwordError `invalid-input` where the hash cannot be checked; `internal` where the thread ended or the
   * library failed, with its error as the cause.
   */
  async run(job: HashJob): Promise<string | boolean> {
    const thread = this.#resting.pop() ?? this.#start();
    const reply = await thread.run(job);
    this.#rest(thread);
    if (reply.status === "done") return reply.value;
    if (reply.status === "refused")
      throw new WatchwordError(reply.code, reply.message, { details: reply.details });
    throw new WatchwordError("internal", "The password could not be hashed. See the cause for why.", {
      cause: reply.error,
    });
  }

  /** Ends all threads at once; jobs that run are rejected. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.end()));
  }

  #start(): HashThread {
    const thread = new HashThread(() => {
      this.#all.delete(thread);
      this.#forget(thread);
    });
    this.#all.add(thread);
    return thread;
  }

  #rest(thread: HashThread): void {
    // It may have ended between its answer and now.
    if (!this.#all.has(thread)) return;
    this.#resting.push(thread);
    thread.rest(() => {
      this.#forget(thread);
      void thread.end();
    });
  }

  #forget(thread: HashThread): void {
    const index = this.#resting.indexOf(thread);
    if (index !== -1) this.#resting.splice(index, 1);
  }
}

class HashThread {
  readonly #worker: Worker;
  #job: { readonly resolve: (reply: HashReply) => void; readonly reject: (error: Error) => void } | null =
    null;
  #idle: NodeJS.Timeout | undefined;

  constructor(onEnd: () => void) {
    // Without execArgv the flags of the application would count here too, and load its TypeScript loader into each thread.
    this.#worker = new Worker(new URL("./hash.worker.js", import.meta.url), {
      name: "watchword-hash",
      execArgv: [],
    });
    let cause: unknown;
    this.#worker.on("message", (reply: HashReply) => this.#settle()?.resolve(reply));
    this.#worker.on("error", (error) => {
      cause = error;
    });
    this.#worker.on("exit", (code) => {
      onEnd();
      clearTimeout(this.#idle);
      this.#settle()?.reject(
        new WatchwordError(
          "internal",
          `The thread that hashed the password ended (exit code ${code}). Try again; a new one takes its place.`,
          { cause },
        ),
      );
    });
  }

  run(job: HashJob): Promise<HashReply> {
    clearTimeout(this.#idle);
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#job = { resolve, reject };
      this.#worker.postMessage(job);
    });
  }

  /** Does not keep the process alive meanwhile. */
  rest(onOld: () => void): void {
    this.#worker.unref();
    this.#idle = setTimeout(onOld, IDLE);
    this.#idle.unref();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle() {
    const job = this.#job;
    this.#job = null;
    return job;
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { WatchwordError } from "../../base/errors.js";
import type { Connection } from "./connection.js";
import { isPassing } from "./errors.js";

/** Real milliseconds after which a connection that nobody needed is closed. */
const IDLE = 30_000;

export interface PoolOptions {
  readonly connect: (milliseconds: number) => Promise<Connection>;
  readonly explain: (error: unknown) => WatchwordError;
  readonly size: number;
  readonly attempts: number;
  /** Whole milliseconds. */
  readonly delay: number;
  /** Whole milliseconds for one attempt. */
  readonly timeout: number;
  readonly location: string;
  readonly warn: (fields: object, message: string) => void;
}

interface Waiting {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The connections of one process. It starts empty, grows as callers wait, and closes what is idle. A connection that got
 * lost is forgotten, and the next caller makes another: nothing has to be restarted when a server comes back.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #idleTimers = new Map<Connection, NodeJS.Timeout>();
  readonly #all = new Set<Connection>();
  readonly #waiting: Waiting[] = [];
  #connecting = 0;
  #isClosed = false;
  /** Why the last attempt at connecting failed, where none has succeeded since. */
  #lastFailure: unknown = null;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A connection for so many milliseconds; whoever gets it gives it back with {@link release}. */
  async acquire(milliseconds: number): Promise<Connection> {
    const begun = performance.now();
    const connection = this.#takeIdle() ?? (await this.#wait(milliseconds));
    connection.take(Math.max(1, milliseconds - (performance.now() - begun)));
    return connection;
  }

  release(connection: Connection): void {
    connection.rest();
    if (connection.isLost) return;
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    this.#offer(connection);
  }

  /** For those that may speak to a server that takes no writes any more. */
  forgetIdle(): void {
    for (const connection of [...this.#idle]) this.#retire(connection);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#idleTimers.values()) clearTimeout(timer);
    // None of these gets lost when it ends now.
    this.#idle.length = 0;
    await Promise.all([...this.#all].map((connection) => connection.end()));
  }

  #takeIdle(): Connection | undefined {
    // The one used last is the least likely to have been closed by somebody in between.
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined) return undefined;
      this.#wake(connection);
      if (!connection.isLost) return connection;
    }
  }

  #wait(milliseconds: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(this.#tooLate(milliseconds));
      }, milliseconds);
      const waiting: Waiting = {
        resolve: (connection) => {
          clearTimeout(timer);
          resolve(connection);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.push(waiting);
      this.#grow();
    });
  }

  #grow(): void {
    if (this.#connecting >= this.#waiting.length || this.#all.size + this.#connecting >= this.#options.size)
      return;
    this.#connecting++;
    void this.#connect().then((hasFailed) => {
      this.#connecting--;
      // Who waits on after a failure waits for what others give back, where there is anybody.
      if (!hasFailed || this.#all.size === 0) this.#grow();
    });
  }

  /** True: all attempts failed, and whoever waited was told. */
  async #connect(): Promise<boolean> {
    const { connect, attempts, delay, timeout } = this.#options;
    for (let attempt = 1; ; attempt++)
      try {
        const connection = await connect(timeout);
        if (connection.isLost) throw new Error("the server closed the connection at once");
        this.#lastFailure = null;
        this.#all.add(connection);
        connection.onLost = (error) => this.#forget(connection, error);
        if (this.#isClosed) await connection.end();
        else this.#offer(connection);
        return false;
      } catch (error) {
        this.#lastFailure = error;
        if (!isPassing(error) || attempt >= attempts) {
          this.#giveUp(error);
          return true;
        }
        await sleep(delay);
        if (this.#waiting.length === 0) return false;
      }
  }

  /** Callers still get what others give back; where there is nobody to give anything back, they hear why. */
  #giveUp(error: unknown): void {
    if (this.#all.size > 0 && isPassing(error)) {
      this.#options.warn({ err: error }, "no further connection to the database can be had");
      return;
    }
    const failure = this.#options.explain(error);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(failure);
  }

  #offer(connection: Connection): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve(connection);
      return;
    }
    connection.rest();
    this.#idle.push(connection);
    const timer = setTimeout(() => this.#retire(connection), IDLE);
    timer.unref();
    this.#idleTimers.set(connection, timer);
  }

  #wake(connection: Connection): void {
    clearTimeout(this.#idleTimers.get(connection));
    this.#idleTimers.delete(connection);
  }

  #retire(connection: Connection): void {
    this.#wake(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    void connection.end();
  }

  #forget(connection: Connection, error: Error): void {
    this.#all.delete(connection);
    this.#wake(connection);
    this.#grow();
    const at = this.#idle.indexOf(connection);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#options.warn(
      { err: error },
      "a connection to the database got lost; the next one is made when it is needed",
    );
  }

  #tooLate(milliseconds: number): WatchwordError {
    const { location, size, explain } = this.#options;
    let why = "the server does not answer. Is it running, and does a firewall let this machine through?";
    if (this.#all.size >= size)
      why = `all ${size} connections of this process were in use. Raise the option poolSize, or look for what holds them (pg_stat_activity).`;
    else if (this.#lastFailure !== null) why = explain(this.#lastFailure).message;
    return new WatchwordError(
      "store-unavailable",
      `${location} could not be had within ${Math.round(milliseconds)} ms: ${why}`,
      { retryAfter: 1000, cause: this.#lastFailure ?? undefined },
    );
  }
}

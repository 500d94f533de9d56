import { setTimeout as sleep } from "node:timers/promises";
import { WatchwordError } from "../../base/errors.js";
import { LostRace, type Operation } from "../sql/operation.js";
import type { Connection } from "./connection.js";
import { codeOf, explain, isCollision, isDismissal, isDuplicate, type Place } from "./errors.js";
import type { Pool } from "./pool.js";

/**
 * How an operation is run.
 * - `look`: one statement that only reads, or does no harm when it is done twice; repeated where the connection got lost.
 * - `write`: one statement that is atomic by itself.
 * - `locks`: a transaction of several, each of which sees what others committed before it; the operation locks the
 *   rows on which it decides.
 * - `view`: several that read one unmoving view.
 * - `alone`: as if nobody else were there; repeated where that did not come out.
 */
export type Way = "look" | "write" | "locks" | "view" | "alone";

const BEGIN: { readonly [W in Exclude<Way, "look" | "write">]: string } = {
  locks: "BEGIN ISOLATION LEVEL READ COMMITTED",
  view: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  alone: "BEGIN ISOLATION LEVEL SERIALIZABLE",
};

/** A unique index that stands in the way again and again was no race. */
const MOST_DUPLICATES = 5;
const MOST_LOST = 3;
/** Whole milliseconds for what may look at, or change, every row. */
const LONG = 600_000;

export interface RunnerOptions {
  readonly pool: Pool;
  readonly place: Place;
  /** Whole milliseconds for getting and using the database. */
  readonly timeout: number;
  /** The server was not told at the connection after how long to break off: each transaction tells it. */
  readonly tellsTimeout: boolean;
}

/** Runs operations on connections of the pool, each within its deadline, and repeats those that another one was in the way of. */
export class Runner {
  readonly #options: RunnerOptions;
  #isClosed = false;
  #underWay = 0;
  #whenDone: (() => void) | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** `begin` makes the operation anew for each try. */
  run<T>(way: Way, begin: () => Operation<T>, isLong = false): Promise<T> {
    const milliseconds = isLong ? LONG : this.#options.timeout;
    return this.within(milliseconds, (deadline) => this.repeat(way, begin, deadline, isLong));
  }

  /** Work made of parts, for each of which {@link repeat} has its own deadline. */
  accept<T>(work: () => Promise<T>): Promise<T> {
    return this.within(this.#options.timeout, work);
  }

  /** One look-up by a connection of its own choice of methods. */
  look<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    return this.within(this.#options.timeout, (deadline) => this.#withFresh(deadline, ask));
  }

  /** What is under way counts as accepted: {@link close} waits for it. */
  async within<T>(milliseconds: number, work: (deadline: number) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw this.#closed();
    this.#underWay++;
    try {
      return await work(performance.now() + milliseconds);
    } catch (error) {
      throw explain(error, this.#options.place);
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#whenDone?.();
    }
  }

  /** Finishes what was accepted, and lets go of the connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#whenDone = resolve));
    await this.#options.pool.close();
  }

  /** A part of what {@link within} has accepted. */
  async repeat<T>(
    way: Way,
    begin: () => Operation<T>,
    deadline = performance.now() + this.#options.timeout,
    isLong = false,
  ): Promise<T> {
    let [duplicates, losses] = [0, 0];
    for (let attempt = 0; ; attempt++)
      try {
        if (way === "look")
          return await this.#withFresh(deadline, (connection) => driveOne(connection, begin()));
        if (way === "write") return await this.#with(deadline, (connection) => driveOne(connection, begin()));
        return await this.#with(deadline, (connection) =>
          this.#transaction(connection, BEGIN[way], begin, isLong),
        );
      } catch (error) {
        const isRace = error instanceof LostRace || isCollision(error);
        const mayRepeat =
          isRace ||
          (isDuplicate(error) && ++duplicates < MOST_DUPLICATES) ||
          (isTakenBack(error) && ++losses < MOST_LOST);
        if (!mayRepeat || performance.now() >= deadline) {
          if (error instanceof TakenBack) throw error.cause;
          throw isRace ? this.#tooBusy(error) : error;
        }
        // The first to try again shall not all meet again.
        if (attempt > 0 || !isRace)
          await sleep(
            Math.min(Math.random() * 2 ** Math.min(attempt, 7), Math.max(0, deadline - performance.now())),
          );
      }
  }

  async #transaction<T>(
    connection: Connection,
    begin: string,
    operation: () => Operation<T>,
    isLong: boolean,
  ): Promise<T> {
    const { timeout, tellsTimeout } = this.#options;
    let opening = begin;
    if (isLong) opening += `; SET LOCAL statement_timeout = ${LONG}`;
    else if (tellsTimeout) opening += `; SET LOCAL statement_timeout = ${timeout}`;
    if (tellsTimeout) opening += `; SET LOCAL idle_in_transaction_session_timeout = ${timeout}`;
    let value: T;
    try {
      await connection.exec(opening);
      value = await drive(connection, operation());
    } catch (error) {
      if (connection.isLost) throw connection.isOverdue ? this.#overdue(error) : new TakenBack(error);
      await takeBack(connection);
      throw error;
    }
    await this.#commit(connection);
    return value;
  }

  async #commit(connection: Connection): Promise<void> {
    try {
      await connection.exec("COMMIT");
    } catch (error) {
      if (connection.isOverdue) throw this.#overdue(error);
      // The server's word that it ends the connection may come before or after what it kept.
      throw connection.isLost || isDismissal(error) ? this.#unknown(error) : error;
    }
  }

  /** Reading twice does no harm, so a connection that turns out to be gone costs no error. */
  async #withFresh<T>(deadline: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let losses = 0; ; )
      try {
        return await this.#with(deadline, work, true);
      } catch (error) {
        if (!(error instanceof TakenBack) || ++losses >= MOST_LOST || performance.now() >= deadline)
          throw error instanceof TakenBack ? error.cause : error;
      }
  }

  async #with<T>(
    deadline: number,
    work: (connection: Connection) => Promise<T>,
    isReading = false,
  ): Promise<T> {
    const { pool } = this.#options;
    const connection = await pool.acquire(Math.max(1, deadline - performance.now()));
    try {
      return await work(connection);
    } catch (error) {
      if (codeOf(error) === "25006") {
        // What was the primary is one no more: other connections to it would say the same.
        pool.forgetIdle();
        connection.destroy();
        throw error;
      }
      // A server that ended one has as a rule ended all: the next try shall not find the next dead one.
      if ((connection.isLost && !connection.isOverdue) || isDismissal(error)) pool.forgetIdle();
      if (error instanceof WatchwordError || error instanceof TakenBack) throw error;
      if (isDismissal(error)) {
        connection.destroy();
        throw new TakenBack(error);
      }
      if (!connection.isLost) throw error;
      if (connection.isOverdue) throw this.#overdue(error);
      throw isReading ? new TakenBack(error) : this.#unknown(error);
    } finally {
      pool.release(connection);
    }
  }

  #overdue(cause: unknown): WatchwordError {
    const { place } = this.#options;
    return new WatchwordError(
      "store-unavailable",
      `${place.location} did not answer within ${place.timeout} ms; whether a change was kept is not known: look before you try again.`,
      { cause, retryAfter: 1000 },
    );
  }

  #unknown(cause: unknown): WatchwordError {
    return new WatchwordError(
      "store-unavailable",
      `The connection to ${this.#options.place.location} got lost in the middle of a change; whether it was kept is not known: look before you try again.`,
      { cause, retryAfter: 1000 },
    );
  }

  #tooBusy(cause: unknown): WatchwordError {
    return new WatchwordError(
      "store-unavailable",
      `${this.#options.place.location}: others changed the same rows again and again, for as long as the option timeout allows. Nothing of this was kept; try again.`,
      { cause, retryAfter: 1000 },
    );
  }

  #closed(): WatchwordError {
    return new WatchwordError(
      "closed",
      `The database ${this.#options.place.location} was closed; open the user space again.`,
    );
  }
}

/** The connection got lost, and for sure nothing was kept: it may be done again on another one. */
class TakenBack extends Error {
  override readonly name = "TakenBack";

  constructor(cause: unknown) {
    super("the connection got lost before anything was kept", { cause });
  }
}

function isTakenBack(error: unknown): boolean {
  return error instanceof TakenBack;
}

async function drive<T>(connection: Connection, operation: Operation<T>): Promise<T> {
  let step = operation.next();
  while (step.done !== true) step = operation.next(await connection.answer(step.value));
  return step.value;
}

/** Without a transaction an operation of two statements would be none. */
async function driveOne<T>(connection: Connection, operation: Operation<T>): Promise<T> {
  let step = operation.next();
  if (step.done !== true) step = operation.next(await connection.answer(step.value));
  if (step.done !== true)
    throw new Error(`More than one statement without a transaction: ${JSON.stringify(step.value)}`);
  return step.value;
}

async function takeBack(connection: Connection): Promise<void> {
  try {
    await connection.exec("ROLLBACK");
  } catch {
    // The server ends a transaction with its connection. Why it came to this is reported already.
    connection.destroy();
  }
}

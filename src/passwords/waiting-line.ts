import { WatchwordError } from "../base/errors.js";

/** Who waits: by these the places in the line are shared out. Left out, nothing but the length of the line counts. */
export interface Lane {
  /** The user, or anything that stands for one. */
  readonly account?: string;
  /** The address of the device. */
  readonly address?: string;
}

/** How much may go on at once in a {@link WaitingLine}. */
export interface WaitingLineOptions {
  /** How many run at once. */
  readonly slots: number;
  /** How many may wait besides them. */
  readonly queue: number;
  /** A clock in milliseconds that never goes back; only for the estimate in `retryAfter`. */
  readonly now?: () => number;
}

/** Of those who wait, how many may be for one account, and how many from one address. */
const PLACES_PER_ACCOUNT = 1;
const PLACES_PER_ADDRESS = 2;

/** Milliseconds that a turn is taken to last until one was measured. */
const FIRST_GUESS = 50;

/** How much the newest measurement weighs in the running mean. */
const WEIGHT = 0.1;

interface Place {
  readonly lane: Lane;
  readonly start: () => void;
}

/**
 * Lets a few tasks run and a few more wait, first come, first served, and refuses the rest at once: under a flood of
 * sign-ins those who are served are served soon, and nobody can fill the line for everyone else.
 */
export class WaitingLine {
  readonly #slots: number;
  readonly #queue: number;
  readonly #now: () => number;
  readonly #places: Place[] = [];
  readonly #accounts = new Map<string, number>();
  readonly #addresses = new Map<string, number>();
  readonly #whenEmpty: (() => void)[] = [];
  #running = 0;
  #refused = 0;
  #mean: number | null = null;

  constructor(options: WaitingLineOptions) {
    this.#slots = options.slots;
    this.#queue = options.queue;
    this.#now = options.now ?? (() => performance.now());
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#places.length;
  }

  /** How many were turned away so far. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Runs the task when its turn comes, and settles as it does.
   * @throws WatchwordError `busy`, with `retryAfter` in milliseconds, where there is no place to wait.
   */
  async run<T>(lane: Lane, task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#slots) this.#running++;
    else await this.#wait(lane);
    const started = this.#now();
    try {
      return await task();
    } finally {
      this.#measure(this.#now() - started);
      this.#passOn();
    }
  }

  /** Resolves when nothing runs or waits any more. */
  async empty(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  async #wait(lane: Lane): Promise<void> {
    this.#refuseIfFull(lane);
    count(this.#accounts, lane.account, 1);
    count(this.#addresses, lane.address, 1);
    await new Promise<void>((start) => this.#places.push({ lane, start }));
  }

  /** The slot goes straight to the next in line, so that nobody who comes in between can take it. */
  #passOn(): void {
    const next = this.#places.shift();
    if (next !== undefined) {
      count(this.#accounts, next.lane.account, -1);
      count(this.#addresses, next.lane.address, -1);
      next.start();
      return;
    }
    this.#running--;
    if (this.#running === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #refuseIfFull({ account, address }: Lane): void {
    if (this.#places.length >= this.#queue)
      throw this.#busy("queue-full", "More passwords are waiting to be checked than this server takes on.");
    if (account !== undefined && (this.#accounts.get(account) ?? 0) >= PLACES_PER_ACCOUNT)
      throw this.#busy("account-waiting", "A password for this account is waiting to be checked already.");
    if (address !== undefined && (this.#addresses.get(address) ?? 0) >= PLACES_PER_ADDRESS)
      throw this.#busy(
        "address-waiting",
        "As many passwords from this address as may wait are waiting to be checked already.",
      );
  }

  #busy(reason: string, message: string): WatchwordError {
    this.#refused++;
    const turns = (this.#places.length + this.#running) / this.#slots;
    const retryAfter = Math.max(1, Math.ceil(turns * (this.#mean ?? FIRST_GUESS)));
    return new WatchwordError("busy", `${message} Try again in ${Math.ceil(retryAfter / 1000)} s.`, {
      details: { reason },
      retryAfter,
    });
  }

  #measure(duration: number): void {
    this.#mean = this.#mean === null ? duration : this.#mean + WEIGHT * (duration - this.#mean);
  }
}

function count(places: Map<string, number>, key: string | undefined, change: 1 | -1): void {
  if (key === undefined) return;
  const next = (places.get(key) ?? 0) + change;
  if (next === 0) places.delete(key);
  else places.set(key, next);
}

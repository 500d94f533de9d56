import type { UserSpace } from "../space/contract.js";
import type { Metrics } from "./counting.js";

/** The figures of one handler, which are loaded only where somebody may read them. */
export class Figures {
  readonly #space: UserSpace;
  #loading: Promise<Metrics> | null = null;
  #metrics: Metrics | null = null;

  constructor(space: UserSpace) {
    this.#space = space;
  }

  /** Null until they are loaded; nothing is counted then. */
  get metrics(): Metrics | null {
    return this.#metrics;
  }

  /** Starts counting, if that has not happened yet. */
  load(): Promise<Metrics> {
    this.#loading ??= this.#start();
    return this.#loading;
  }

  async #start(): Promise<Metrics> {
    const { createMetrics } = await import("./metrics.js");
    this.#metrics = await createMetrics(this.#space);
    return this.#metrics;
  }
}

import { availableParallelism, totalmem } from "node:os";
import { WatchwordError } from "../base/errors.js";
import {
  ARGON2ID_CAPS,
  type Argon2idCosts,
  dummyArgon2id,
  isArgon2id,
  isWeaker,
  parseArgon2id,
} from "./argon2id.js";
import type { HashJob, LegacyQuestion } from "./hash.worker.js";
import { HashThreads } from "./hash-threads.js";
import { type Lane, WaitingLine } from "./waiting-line.js";

export type { LegacyQuestion } from "./hash.worker.js";
export { normalizePassword } from "./normalize.js";
export type { Lane } from "./waiting-line.js";

/** What {@link createHasher} takes: the costs of a new hash (`memory` in KiB), and how many are computed at once. */
export interface HasherOptions extends Argon2idCosts {
  /** How many hashes are computed at once. Default: as cores and memory allow, see {@link defaultSlots}. */
  readonly slots?: number;
  /** How many callers may wait for a slot before the next is refused. Default: 256. */
  readonly queue?: number;
}

/** Counts since the hasher was made. */
export interface HasherStatistics {
  readonly running: number;
  readonly waiting: number;
  /** Hashes that were computed, whatever for. */
  readonly done: number;
  /** Callers that were refused with `busy`. */
  readonly refused: number;
}

/**
 * Hashes and checks passwords in threads of its own, a few at once. Texts are taken as they are:
 * `normalizePassword` is the caller's to use, at setting and at checking alike.
 *
 * Each method that computes throws WatchwordError `busy` (with `retryAfter` in milliseconds) where no place to wait is
 * left, `closed` after {@link Hasher.close}, and `internal` where its thread ended.
 */
export interface Hasher {
  /**
   * The argon2id PHC string of a text, with a random salt of 16 bytes and a tag of 32 (RFC 9106).
   * @param pepper - Keys it: the secret value K of RFC 9106 §3.1.
   */
  hash(text: string, lane?: Lane, pepper?: Uint8Array | null): Promise<string>;
  /**
   * Whether a text is the one that a stored argon2id hash was made of. Where that is cheaper than a new hash, a wrong text
   * takes as long as {@link verifyNothing} all the same.
   * @throws WatchwordError `invalid-input` for a hash of an unknown or damaged form, or one that asks for absurd work.
   */
  verify(hash: string, text: string, lane?: Lane, pepper?: Uint8Array | null): Promise<boolean>;
  /**
   * Whether bytes are the password that any of these hashes of other systems was made of.
   * @param topUp - Whether a failed check shall take as long as {@link verifyNothing}. Default: false.
   * @throws WatchwordError `invalid-input` for a hash of an unknown or damaged form, or one that asks for absurd work,
   * and where something of its context is missing.
   */
  verifyLegacy(
    questions: readonly LegacyQuestion[],
    password: Uint8Array,
    lane?: Lane,
    options?: { readonly topUp?: boolean },
  ): Promise<boolean>;
  /** Costs what a verify of a new hash costs, and is false: for unknown users. */
  verifyNothing(text: string, lane?: Lane): Promise<false>;
  /** Whether a stored hash is not argon2id, unreadable, or weaker than what is made now. */
  needsUpgrade(hash: string): boolean;
  readonly statistics: HasherStatistics;
  /** Takes no more calls, finishes those that it took, and ends the threads. */
  close(): Promise<void>;
}

/**
 * Makes a {@link Hasher}. It costs nothing until its first call: threads start when they are needed.
 * @throws WatchwordError `invalid-option` that names the option.
 */
export function createHasher(options: HasherOptions): Hasher {
  const { costs, slots, queue } = checkOptions(options);
  const line = new WaitingLine({ slots, queue });
  const threads = new HashThreads();
  const dummy = dummyArgon2id(costs);
  let done = 0;
  let closing: Promise<void> | null = null;

  async function compute(job: HashJob, lane: Lane): Promise<string | boolean> {
    if (closing !== null)
      throw new WatchwordError("closed", "The user space is closed. Open it again to check passwords.");
    return line.run(lane, async () => {
      const value = await threads.run(job);
      done++;
      return value;
    });
  }

  return {
    async hash(text, lane = {}, pepper = null) {
      return String(await compute({ type: "hash", text, costs, pepper }, lane));
    },
    async verify(hash, text, lane = {}, pepper = null) {
      const { memory, passes } = parseArgon2id(hash);
      const topUp = memory * passes < costs.memory * costs.passes ? costs : null;
      return (await compute({ type: "verify", text, hash, pepper, topUp }, lane)) === true;
    },
    async verifyLegacy(questions, password, lane = {}, { topUp = false } = {}) {
      const job = { type: "legacy", questions, password, topUp: topUp ? costs : null } as const;
      return (await compute(job, lane)) === true;
    },
    async verifyNothing(text, lane = {}) {
      await compute({ type: "verify", text, hash: dummy, pepper: null, topUp: null }, lane);
      return false;
    },
    needsUpgrade(hash) {
      if (!isArgon2id(hash)) return true;
      try {
        return isWeaker(parseArgon2id(hash), costs);
      } catch (error) {
        if (error instanceof WatchwordError) return true;
        throw error;
      }
    },
    get statistics() {
      return { running: line.running, waiting: line.waiting, done, refused: line.refused };
    },
    close() {
      closing ??= line.empty().then(() => threads.close());
      return closing;
    },
  };
}

/**
 * How many hashes are computed at once unless told otherwise: one for each core (each lane takes a core of its own), and
 * no more than fit into a quarter of the memory that this process may use; at least one.
 *
 * @param memory - What one hash takes, in KiB.
 * @param lanes - How many threads the library uses for one hash.
 */
export function defaultSlots({ memory, lanes }: Argon2idCosts): number {
  // Without a limit on the process this is 0, undefined or a number beyond all memory, by the version of Node.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const fitting = Math.floor(Math.min(totalmem(), limit) / 4 / (memory * 1024));
  return Math.max(1, Math.min(Math.floor(availableParallelism() / lanes), fitting));
}

function checkOptions(options: HasherOptions) {
  const { memory, passes, lanes } = options;
  checkWhole("argon2.lanes", lanes, 1, ARGON2ID_CAPS.lanes);
  checkWhole("argon2.memory", memory, 8 * lanes, ARGON2ID_CAPS.memory);
  checkWhole("argon2.passes", passes, 1, ARGON2ID_CAPS.passes);
  const costs = { memory, passes, lanes };
  const slots = options.slots ?? defaultSlots(costs);
  const queue = options.queue ?? 256;
  checkWhole("slots", slots, 1, 1024);
  checkWhole("queue", queue, 0, 1_000_000);
  return { costs, slots, queue };
}

function checkWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new WatchwordError(
    "invalid-option",
    `The option passwords.${option} is ${value}; give a whole number from ${least} to ${most}.`,
    { details: { option: `passwords.${option}`, value } },
  );
}

import { randomBytes } from "node:crypto";
import { getPriority, setPriority } from "node:os";
import { type MessagePort, parentPort } from "node:worker_threads";
import { hashSync, verifySync } from "@node-rs/argon2";
import { type ErrorCode, WatchwordError } from "../base/errors.js";
import type { HashContext } from "../space/contract.js";
import { type Argon2idCosts, SALT_BYTES, TAG_BYTES } from "./argon2id.js";
import { wrappedText } from "./stored.js";
import { createTopUp } from "./top-up.js";

/** A hash of another system, and what was typed. */
export interface LegacyQuestion {
  /** A name in the registry of formats. */
  readonly scheme: string;
  readonly hash: string;
  readonly context: HashContext;
  /** An argon2id hash of the digest, where `hash` is without it; null: `hash` is whole. */
  readonly argon2id: string | null;
}

/** What a hash thread is asked for. */
export type HashJob =
  | {
      readonly type: "hash";
      readonly text: string;
      readonly costs: Argon2idCosts;
      readonly pepper: Uint8Array | null;
    }
  | {
      readonly type: "verify";
      readonly text: string;
      readonly hash: string;
      readonly pepper: Uint8Array | null;
      /** What a failed check shall take at the least; null: as long as it takes. */
      readonly topUp: Argon2idCosts | null;
    }
  | {
      readonly type: "legacy";
      /** Any of them may fit. */
      readonly questions: readonly LegacyQuestion[];
      readonly password: Uint8Array;
      readonly topUp: Argon2idCosts | null;
    };

/** What it answers: a hash, or whether the text fits; a refusal of the hash; or the error of the library. */
export type HashReply =
  | { readonly status: "done"; readonly value: string | boolean }
  | {
      readonly status: "refused";
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    }
  | { readonly status: "failed"; readonly error: unknown };

/** How much more polite than the rest of the process a hash thread is (nice values go up to 19). */
const POLITENESS = 5;

/**
 * Lets the main thread, which checks sessions, go first where both want the same core. On Linux a priority belongs to
 * a thread: "process" 0 is the calling thread alone (setpriority(2), "C library/kernel differences"). Elsewhere the
 * whole process would slow down, so there it is left as it is.
 */
function stepBack(): void {
  if (process.platform !== "linux") return;
  try {
    // Counted from where the process stands: without a privilege a nice value may never be lowered.
    setPriority(0, Math.min(19, getPriority(0) + POLITENESS));
  } catch (error) {
    // Some sandboxes forbid the call. Hashes are as right without it, so it is no reason to refuse sign-ins.
    if (!(error instanceof Error && "code" in error && error.code === "ERR_SYSTEM_ERROR")) throw error;
  }
}

const topUp = createTopUp();

async function answer(job: HashJob): Promise<string | boolean> {
  if (job.type === "hash")
    return hashSync(job.text, {
      memoryCost: job.costs.memory,
      timeCost: job.costs.passes,
      parallelism: job.costs.lanes,
      outputLen: TAG_BYTES,
      salt: randomBytes(SALT_BYTES),
      ...secretOf(job.pepper),
    });
  const begun = performance.now();
  const fits =
    job.type === "verify"
      ? verifySync(job.hash, job.text, secretOf(job.pepper))
      : await compareAny(job.questions, Buffer.from(job.password));
  if (!fits && job.topUp !== null) topUp(job.topUp, performance.now() - begun);
  return fits;
}

const secretOf = (pepper: Uint8Array | null) => (pepper === null ? {} : { secret: pepper });

/** One that cannot be checked does not stand in the way of the others; where none can, the first one's error is told. */
async function compareAny(questions: readonly LegacyQuestion[], password: Buffer): Promise<boolean> {
  const errors: WatchwordError[] = [];
  for (const question of questions)
    try {
      if (await compare(question, password)) return true;
    } catch (error) {
      if (!(error instanceof WatchwordError)) throw error;
      errors.push(error);
    }
  if (errors[0] !== undefined && errors.length === questions.length) throw errors[0];
  return false;
}

async function compare(
  { scheme, hash, context, argon2id }: LegacyQuestion,
  password: Buffer,
): Promise<boolean> {
  // Loaded where there is such a hash, so that a space without one pays nothing for those that there could be.
  const { formatNamed, unknownScheme } = await import("./formats/registry.js");
  const format = formatNamed(scheme);
  if (format === undefined) throw unknownScheme(scheme);
  if (argon2id === null) return format.verify(password, hash, context);
  const digests = format.wrap?.digests(password, hash, context) ?? [];
  return digests.some((digest) => verifySync(argon2id, wrappedText(digest)));
}

function serve(port: MessagePort): void {
  stepBack();
  port.on("message", (job: HashJob) => {
    void reply(job).then((message) => port.postMessage(message));
  });
}

async function reply(job: HashJob): Promise<HashReply> {
  try {
    return { status: "done", value: await answer(job) };
  } catch (error) {
    if (!(error instanceof WatchwordError)) return { status: "failed", error };
    // A copy between threads would lose what makes it one.
    return { status: "refused", code: error.code, message: error.message, details: error.details };
  }
}

if (parentPort !== null) serve(parentPort);

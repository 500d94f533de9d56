import { randomBytes } from "node:crypto";
import { getPriority, setPriority } from "node:os";
import { type MessagePort, parentPort } from "node:worker_threads";
import { hashSync, verifySync } from "@node-rs/argon2";
import { type Argon2idCosts, SALT_BYTES, TAG_BYTES } from "./argon2id.js";

/** What a hash thread is asked for. */
export type HashJob =
  | { readonly type: "hash"; readonly text: string; readonly costs: Argon2idCosts }
  | { readonly type: "verify"; readonly text: string; readonly hash: string };

/** What it answers: a hash, or whether the text fits; or the error of the library. */
export type HashReply =
  | { readonly status: "done"; readonly value: string | boolean }
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

function answer(job: HashJob): string | boolean {
  if (job.type === "verify") return verifySync(job.hash, job.text);
  return hashSync(job.text, {
    memoryCost: job.costs.memory,
    timeCost: job.costs.passes,
    parallelism: job.costs.lanes,
    outputLen: TAG_BYTES,
    salt: randomBytes(SALT_BYTES),
  });
}

function serve(port: MessagePort): void {
  stepBack();
  port.on("message", (job: HashJob) => {
    let reply: HashReply;
    try {
      reply = { status: "done", value: answer(job) };
    } catch (error) {
      reply = { status: "failed", error };
    }
    port.postMessage(reply);
  });
}

if (parentPort !== null) serve(parentPort);

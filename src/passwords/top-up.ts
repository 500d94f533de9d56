import { verifySync } from "@node-rs/argon2";
import { type Argon2idCosts, dummyArgon2id } from "./argon2id.js";

/** How much the newest measurement weighs in the running mean. */
const WEIGHT = 0.2;

/** Less than this part of a whole check is not worth topping up: it lies within what checks differ by anyway. */
const REST = 0.02;

/**
 * Makes a failed check of a cheap legacy hash take as long as one of argon2id, by computing argon2id over what is left of
 * its memory: otherwise the time alone would tell whose password still rests in an old form. Work, and not a timer, because
 * under load both take longer.
 */
export function createTopUp(
  work: (costs: Argon2idCosts) => void = computeNothing,
  now: () => number = () => performance.now(),
): (costs: Argon2idCosts, spent: number) => void {
  /** Milliseconds that one KiB in one pass takes; null: not measured yet. */
  let pace: number | null = null;

  return (costs, spent) => {
    const whole = costs.memory * costs.passes;
    const share = pace === null ? 1 : 1 - spent / (whole * pace);
    if (share < REST) return;
    const memory = Math.max(8 * costs.lanes, Math.round(costs.memory * share));
    const begun = now();
    work({ ...costs, memory });
    const measured = (now() - begun) / (memory * costs.passes);
    pace = pace === null ? measured : pace + WEIGHT * (measured - pace);
  };
}

function computeNothing(costs: Argon2idCosts): void {
  verifySync(dummyArgon2id(costs), "");
}

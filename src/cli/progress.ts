import { wantsJson } from "./output.js";

export interface Step {
  /** What is being done: `Copying users`. */
  readonly title: string;
  readonly done: number;
  /** Null: nobody knows how many there are. */
  readonly total: number | null;
}

/** A line on standard error that tells a person how far a long piece of work is. */
export interface Progress {
  show(step: Step): void;
  /** Takes the line away. */
  end(): void;
}

/** Milliseconds between two drawings. */
const EVERY = 100;
const WIDTH = 24;

/** On a terminal alone, and not with `--json`: a file or a program has no use for it. */
export function startProgress(
  stream: NodeJS.WriteStream = process.stderr,
  now = () => performance.now(),
): Progress {
  if (stream.isTTY !== true || wantsJson() || process.env.TERM === "dumb") return { show() {}, end() {} };
  let title = "";
  let since = 0;
  let first = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    show(step) {
      const time = now();
      if (step.title !== title) {
        // The rate is that of the step itself: what came before may have been quicker.
        [title, since, first] = [step.title, time, step.done];
      } else if (time - drawn < EVERY && step.done !== step.total) return;
      drawn = time;
      const line = progressLine(step, step.done - first, time - since);
      stream.write(`\r\u001B[2K${line.slice(0, Math.max(0, (stream.columns || 80) - 1))}`);
    },
    end() {
      if (title !== "") stream.write("\r\u001B[2K");
    },
  };
}

/** @param progressed - How many of `done` fell into the last `elapsed` milliseconds. */
export function progressLine({ title, done, total }: Step, progressed: number, elapsed: number): string {
  const parts = [title];
  if (total !== null && total > 0) {
    const share = Math.min(1, done / total);
    const full = Math.floor(share * WIDTH);
    parts.push(
      `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${String(Math.floor(share * 100)).padStart(3)}%`,
    );
  }
  parts.push(total === null ? count(done) : `${count(done)} of ${count(total)}`);
  // Of the first moments no rate can be told.
  if (elapsed >= 500 && progressed > 0) {
    const perMs = progressed / elapsed;
    parts.push(`${count(Math.round(perMs * 1000))} a second`);
    if (total !== null && total > done) parts.push(`${span((total - done) / perMs)} left`);
  }
  return parts.join("  ");
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function span(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

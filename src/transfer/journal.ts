import { appendFile, open, readFile, rename, writeFile } from "node:fs/promises";
import { WatchwordError } from "../base/errors.js";
import type { Counts } from "./report.js";

/** What an import is of and into: a journal of another one is never taken up. */
export interface JournalHead {
  readonly watchwordJournal: 1;
  readonly source: string;
  readonly input: string;
  readonly space: string;
  /** Whole milliseconds since 1970. */
  readonly startedAt: number;
}

export interface Mark {
  /** So many items of the source are done with. */
  readonly items: number;
  /** So long was the file of refused rows by then. */
  readonly refusedBytes: number;
  readonly counts: Counts;
  readonly finished?: boolean;
}

/**
 * How far an import is, in a file: a head, and the newest mark behind it. After a crash the import goes on behind the
 * mark; the rows between it and the crash are met again, and known by their origin.
 */
export class Journal {
  #lines = 0;

  private constructor(
    readonly path: string,
    readonly head: JournalHead,
    /** The last mark of an earlier run that did not finish; null: it came to none. */
    readonly earlier: Mark | null,
    /** Whether there was such a run. */
    readonly isTakenUp: boolean,
  ) {}

  /** @throws WatchwordError `invalid-option`: the file is the journal of another import, or none at all. */
  static async open(path: string, head: JournalHead): Promise<Journal> {
    const found = await readJournal(path);
    if (found !== null && found.mark?.finished !== true) {
      for (const field of ["source", "input", "space"] as const)
        if (found.head[field] !== head[field])
          throw new WatchwordError(
            "invalid-option",
            `${path} is the journal of another import (${field}: ${found.head[field]}). Name another file, or remove it to begin anew.`,
          );
      return new Journal(path, found.head, found.mark, true);
    }
    const journal = new Journal(path, head, null, false);
    await writeFile(path, `${JSON.stringify(head)}\n`, { mode: 0o600 });
    return journal;
  }

  /** On the disk when it resolves. */
  async mark(mark: Mark): Promise<void> {
    const line = `${JSON.stringify(mark)}\n`;
    if (++this.#lines % 1000 === 0) {
      // Only the last mark counts; the file would grow with every batch.
      const fresh = `${this.path}.new`;
      await writeFile(fresh, `${JSON.stringify(this.head)}\n${line}`, { mode: 0o600 });
      await rename(fresh, this.path);
      return;
    }
    await appendFile(this.path, line);
    const file = await open(this.path, "r+");
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

async function readJournal(path: string): Promise<{ head: JournalHead; mark: Mark | null } | null> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null || text === "") return null;
  const [first = "", ...marks] = text.split("\n");
  const head = parsed<JournalHead>(first);
  if (head?.watchwordJournal !== 1)
    throw new WatchwordError("invalid-option", `${path} is no journal of an import; name another file.`);
  // The last line may have been cut off by a crash.
  for (const line of marks.reverse()) {
    const mark = parsed<Mark>(line);
    if (mark !== null) return { head, mark };
  }
  return { head, mark: null };
}

function parsed<T>(line: string): T | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as T) : null;
  } catch {
    // Cut off: then the mark before it counts.
    return null;
  }
}

import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Where a port's command line asks and tells: its words are the original's. */
export interface Terminal {
  write(text: string): void;
  writeError(text: string): void;
  /** Asks, and takes a line. Null: the input has ended. */
  ask(prompt: string): Promise<string | null>;
  /** As {@link Terminal.ask}; what is typed does not show. */
  askHidden(prompt: string): Promise<string | null>;
  /** Lets go of the input, so that the process can end. */
  close(): void;
}

/** The person pressed Ctrl-C at a question. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** The terminal of this process. Where standard input is a pipe, its lines answer the questions in turn. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const isTerminal = stdin.isTTY === true;
  let isShown = false;
  // Readline echoes by itself; between questions and at hidden ones nothing is to show.
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (isShown) stdout.write(chunk);
      done();
    },
  });
  const waiting: { resolve(line: string | null): void; reject(error: Error): void }[] = [];
  const early: string[] = [];
  let hasEnded = false;
  let isInterrupted = false;
  let lines: ReturnType<typeof createInterface> | undefined;

  function open(): void {
    if (lines !== undefined) return;
    lines = createInterface({ input: stdin, output: echo, terminal: isTerminal, historySize: 0 });
    lines.on("line", (line) => {
      const next = waiting.shift();
      if (next === undefined) early.push(line);
      else next.resolve(line);
    });
    lines.on("close", () => {
      hasEnded = true;
      for (const one of waiting.splice(0)) one.resolve(null);
    });
    lines.on("SIGINT", () => {
      // Between two questions it ends the next one.
      isInterrupted = true;
      for (const one of waiting.splice(0)) one.reject(new Interrupted("Cancelled."));
    });
  }

  async function question(prompt: string, shown: boolean): Promise<string | null> {
    open();
    if (isInterrupted) throw new Interrupted("Cancelled.");
    stdout.write(prompt);
    const line = prompt.slice(prompt.lastIndexOf("\n") + 1);
    // What was typed ahead has been answered already; it is taken in the order in which it came.
    const typed = early.shift();
    if (typed !== undefined) {
      endLine(line);
      return typed;
    }
    if (hasEnded) {
      stdout.write("\n");
      return null;
    }
    isShown = shown && isTerminal;
    // Readline draws its own prompt again at each key; it must know how wide the line's beginning is.
    lines?.setPrompt(line);
    lines?.prompt(true);
    try {
      return await new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    } finally {
      isShown = false;
      if (!shown || !isTerminal) endLine(line);
    }
  }

  /** What was typed has not ended it. Where the prompt did, a pipe needs no empty line. */
  function endLine(line: string): void {
    if (isTerminal || line !== "") stdout.write("\n");
  }

  return {
    write: (text) => stdout.write(text),
    writeError: (text) => stderr.write(text),
    ask: (prompt) => question(prompt, true),
    askHidden: (prompt) => question(prompt, false),
    close: () => lines?.close(),
  };
}

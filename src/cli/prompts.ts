import { Writable } from "node:stream";
import { Cancelled, CommandError, UsageError } from "./errors.js";
import { hasColour } from "./output.js";

/** Sequences that set colours (ECMA-48 §8.3.117), but not those that move the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what it looks for
const SGR = /\u001B\[[\d;]*m/g;

/** Whether there is a person to ask. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

export interface Question {
  readonly message: string;
  /** The flag that gives the same value without a prompt; named where there is nobody to ask. */
  readonly flag: string;
  /** May be left empty; the answer is "" then. */
  readonly optional?: boolean;
}

export interface TextQuestion extends Question {
  /** What stands there at first, to be changed or kept. */
  readonly initial?: string;
  /** What is wrong with a text that is not empty, or null; asked before the answer is taken. */
  readonly review?: (text: string) => string | null;
}

/**
 * Asks for a line of text.
 * @throws UsageError where there is no terminal; Cancelled on Ctrl-C
 */
export async function askText(question: TextQuestion): Promise<string> {
  requireTerminal(question);
  const { text } = await import("@clack/prompts");
  const answer = await text({
    message: question.message,
    output: promptOutput(),
    ...(question.initial !== undefined && { initialValue: question.initial }),
    validate: (value) => {
      const typed = value?.trim() ?? "";
      if (typed === "") return question.optional ? undefined : "Type something.";
      return question.review?.(typed) ?? undefined;
    },
  });
  // For an empty line clack answers with undefined, whatever its types say.
  return (answered(answer) as string | undefined)?.trim() ?? "";
}

/**
 * Asks for a text that does not show; only within {@link askingHidden}.
 * @throws UsageError where there is no terminal; Cancelled on Ctrl-C
 */
export async function askHidden(question: Question): Promise<string> {
  requireTerminal(question);
  const { password } = await import("@clack/prompts");
  const answer = await password({
    message: question.message,
    output: promptOutput(),
    // One mark would tell how long the password is to whoever looks over the shoulder or finds the scroll-back.
    mask: "",
    validate: (value) => (value || question.optional ? undefined : "Type something."),
  });
  // For an empty line clack answers with undefined, whatever its types say.
  return (answered(answer) as string | undefined) ?? "";
}

/**
 * Asks yes or no, with `initial` as the answer of an empty line.
 * @throws UsageError where there is no terminal; Cancelled on Ctrl-C
 */
export async function askYesNo(question: Question, initial: boolean): Promise<boolean> {
  requireTerminal(question);
  const { confirm } = await import("@clack/prompts");
  return answered(
    await confirm({ message: question.message, output: promptOutput(), initialValue: initial }),
  );
}

/**
 * Asks whether to go on, with no as the answer of an empty line.
 * @throws UsageError where there is no terminal; Cancelled on Ctrl-C; CommandError on no
 */
export async function confirmOrCancel(question: Question): Promise<void> {
  if (!(await askYesNo(question, false)))
    throw new CommandError("declined", "Not confirmed; nothing was changed.");
}

/**
 * Keeps the terminal from showing what is typed for as long as `use` runs. Clack gives the echo back at the end of each
 * prompt, and a fast typist's password would show before the next one takes it away again.
 */
async function withoutEcho<Result>(use: () => Promise<Result>): Promise<Result> {
  const { stdin } = process;
  const setRawMode = stdin.setRawMode;
  stdin.setRawMode(true);
  stdin.setRawMode = () => stdin;
  try {
    return await use();
  } finally {
    stdin.setRawMode = setRawMode;
    stdin.setRawMode(false);
  }
}

/**
 * Runs what asks hidden questions, with nothing showing between them either. Without a terminal it just runs: the first
 * question says then which flag is missing.
 */
export function askingHidden<Result>(use: () => Promise<Result>): Promise<Result> {
  return isInteractive() ? withoutEcho(use) : use();
}

/** Says something between two questions, in their style. */
export async function sayInPrompt(message: string): Promise<void> {
  const { log } = await import("@clack/prompts");
  log.warn(message, { output: promptOutput() });
}

function requireTerminal(question: Question): void {
  if (!isInteractive()) throw new UsageError(`Give ${question.flag}: there is no terminal here to ask on.`);
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (typeof answer === "symbol") throw new Cancelled("Cancelled; nothing was changed.");
  return answer as Exclude<Answer, symbol>;
}

/** Stdout, less its colours where they are not wanted: on Node 20 clack does not look at NO_COLOR by itself. */
function promptOutput(): Writable {
  if (hasColour(process.stdout)) return process.stdout;
  const plain = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      process.stdout.write(String(chunk).replace(SGR, ""), done);
    },
  });
  return Object.assign(plain, {
    isTTY: true,
    columns: process.stdout.columns,
    rows: process.stdout.rows,
  });
}

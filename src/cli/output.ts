import { oneLine, UNSAFE } from "../base/one-line.js";

export { oneLine };

const COLOURS = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;
export type Colour = keyof typeof COLOURS;

/** Colour only where a person looks: on a terminal, and without NO_COLOR (no-color.org). */
export function hasColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}

export function paint(stream: NodeJS.WriteStream, colour: Colour, text: string): string {
  return hasColour(stream) ? `\u001B[${COLOURS[colour]}m${text}\u001B[0m` : text;
}

/** JSON for programs, with the same characters escaped, since people look at it too. Ends with a new line. */
export function toJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, null, indent).replace(UNSAFE, (character) =>
    character === "\n"
      ? character
      : Array.from({ length: character.length }, (_, i) => escapeUnit(character.charCodeAt(i))).join(""),
  );
  return `${text}\n`;
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

/** Writes to stdout, and waits until it is out; what goes wrong there comes as the stream's `error`. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

export async function printLine(line: string): Promise<void> {
  await print(`${line}\n`);
}

export async function printJson(value: unknown): Promise<void> {
  await print(toJson(value));
}

/** One line of newline-delimited JSON. */
export async function printJsonLine(value: unknown): Promise<void> {
  await print(toJson(value, 0));
}

/** Whether the command was called with `--json`: then each line on stderr is a JSON object too. */
export function wantsJson(): boolean {
  return process.argv.includes("--json");
}

/** What a person should know and a program need not: on stderr. With `--json` it has the form of a warning. */
export function note(text: string): void {
  process.stderr.write(wantsJson() ? toJson({ warning: { message: text } }, 0) : `${text}\n`);
}

export function warn(text: string): void {
  if (wantsJson()) {
    process.stderr.write(toJson({ warning: { message: text } }, 0));
    return;
  }
  process.stderr.write(`${paint(process.stderr, "yellow", "warning:")} ${oneLine(text)}\n`);
}

/** `watchword user list --all | head`: once nobody reads any more there is nothing left to do. */
export function endQuietlyOnBrokenPipe(): void {
  process.stdout.on("error", endOnBrokenPipe);
  process.stderr.on("error", ignoreBrokenPipe);
}

/** A server goes on when nobody reads its banner any more. */
export function surviveBrokenPipe(): void {
  process.stdout.off("error", endOnBrokenPipe);
  process.stdout.on("error", ignoreBrokenPipe);
}

function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  ignoreBrokenPipe(error);
  process.exit(0);
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

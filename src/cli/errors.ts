import { CommanderError } from "commander";
import { WatchwordError } from "../base/errors.js";
import { oneLine, paint, toJson } from "./output.js";

/** The command was called in a way that cannot work: exit code 2. The message names the flag that helps. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "wrong-use";
}

/** A failure of the command line itself, beside those of the library: exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: "port-in-use" | "port-refused" | "no-password" | "declined" | "file-exists" | "file-refused";

  constructor(code: CommandError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The person pressed Ctrl-C in a prompt: exit code 130, as a shell gives for SIGINT. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  readonly code = "cancelled";
}

interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
}

/**
 * Says what went wrong on stderr, in one line (with `json` a line of JSON), and answers with the exit code: 1 failed, 2 wrong
 * use, 130 cancelled. A stack shows only with WATCHWORD_DEBUG=1.
 */
export function reportError(error: unknown, options: { readonly json: boolean }): number {
  const failure = describe(error);
  if (failure === null) return 0;
  if (options.json) process.stderr.write(toJson({ error: errorBody(error, failure) }, 0));
  else
    process.stderr.write(
      `${paint(process.stderr, "red", "error:")} ${oneLine(failure.message)} (${failure.code})\n`,
    );
  if (process.env.WATCHWORD_DEBUG === "1") process.stderr.write(`${stackOf(error)}\n`);
  return failure.exitCode;
}

/** Null: no failure at all, such as `--help` and `--version`, which commander ends with an error. */
function describe(error: unknown): Failure | null {
  if (error instanceof CommanderError) return describeCommander(error);
  if (error instanceof UsageError) return { exitCode: 2, code: error.code, message: error.message };
  if (error instanceof Cancelled) return { exitCode: 130, code: error.code, message: error.message };
  if (error instanceof WatchwordError && error.details.field === "after")
    return { exitCode: 1, code: error.code, message: error.message.replace(/^after\b/, "--after") };
  if (error instanceof WatchwordError || error instanceof CommandError)
    return { exitCode: 1, code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return {
    exitCode: 1,
    code: "internal",
    message: `${message} — this was not expected; WATCHWORD_DEBUG=1 shows where it happened`,
  };
}

function describeCommander(error: CommanderError): Failure | null {
  if (error.exitCode === 0) return null;
  const said =
    error.code === "commander.help"
      ? "A command is missing; the help above lists them."
      : error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
  return { exitCode: 2, code: "wrong-use", message: said };
}

function errorBody(error: unknown, failure: Failure): object {
  const body = { code: failure.code, message: failure.message };
  if (!(error instanceof WatchwordError)) return body;
  return {
    ...body,
    ...(Object.keys(error.details).length > 0 && { details: error.details }),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
  };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(error.cause)}`;
}

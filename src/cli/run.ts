import { forgetEmptyVariables } from "./environment.js";
import { reportError } from "./errors.js";
import { endQuietlyOnBrokenPipe, wantsJson } from "./output.js";
import { buildProgram } from "./program.js";

/** Runs the command that the process was called with, and sets the exit code. */
export async function runCommandLine(): Promise<void> {
  forgetEmptyVariables(process.env);
  endQuietlyOnBrokenPipe();
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    process.exitCode = reportError(error, { json: wantsJson() });
  }
}

import type { PortCommandLine } from "../../compat/command-line.js";
import { Interrupted, processTerminal } from "../../compat/terminal.js";
import { Cancelled } from "../errors.js";
import type { GlobalFlags, Invocation } from "../invocation.js";

/** Runs the command line of a port, and takes its exit code over. */
export async function runPort(run: PortCommandLine, invocation: Invocation<GlobalFlags>): Promise<void> {
  const terminal = processTerminal();
  const database = invocation.source("database") === "default" ? undefined : invocation.flags.database;
  try {
    process.exitCode = await run({ args: invocation.args, database, terminal });
  } catch (error) {
    if (error instanceof Interrupted) throw new Cancelled(error.message);
    throw error;
  } finally {
    terminal.close();
  }
}

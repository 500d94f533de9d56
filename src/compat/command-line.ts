import type { Terminal } from "./terminal.js";

/** How `watchword compat <system> …` calls the command line of a port. */
export interface PortCall {
  /** What stands behind the system's name. */
  readonly args: readonly string[];
  /** The URL of the space, where `--database` or its variable tells one. */
  readonly database: string | undefined;
  readonly terminal: Terminal;
}

/** What the `command-line.ts` of a port exports as `run`: it answers with the exit code. */
export type PortCommandLine = (call: PortCall) => Promise<number>;

import type { Command } from "commander";

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly database: string;
}

/** Flags of every command that prints data. */
export interface JsonFlags extends GlobalFlags {
  readonly json?: boolean;
}

export type FlagSource = "option" | "environment" | "default";

/** How a command was called. */
export interface Invocation<Flags extends GlobalFlags = GlobalFlags> {
  readonly args: readonly string[];
  readonly flags: Flags;
  /** Where the value of a flag comes from. */
  source(flag: keyof Flags & string): FlagSource;
  /** The value of a flag if it stands on the command line, rather than in an environment variable or nowhere. */
  typed<Flag extends keyof Flags & string>(flag: Flag): Flags[Flag] | undefined;
}

/** What a command's file exports. */
export interface CommandModule<Flags extends GlobalFlags> {
  run(invocation: Invocation<Flags>): Promise<void>;
}

/** What commander calls them. */
const SOURCES: Readonly<Record<string, FlagSource>> = { cli: "option", env: "environment" };

/**
 * An action for commander that loads the command's file when the command is called and not before, so that
 * `watchword --version` and `--help` load nothing but the declarations.
 */
export function lazily<Flags extends GlobalFlags>(
  load: () => Promise<CommandModule<Flags>>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const { run } = await load();
    const flags = command.optsWithGlobals<Flags>();
    const source = (flag: string): FlagSource =>
      SOURCES[command.getOptionValueSourceWithGlobals(flag) ?? ""] ?? "default";
    if (source("database") === "option")
      await warnOfPassword(flags.database, "--database", "WATCHWORD_DATABASE_URL");
    await run({
      args: command.args,
      flags,
      source,
      typed: (flag) => (source(flag) === "option" ? flags[flag] : undefined),
    });
  };
}

/** The process list shows the command line to every user of the machine. */
export async function warnOfPassword(url: string, where: string, variables: string): Promise<void> {
  if (!/^[a-z+]+:\/\/[^/@]*:[^/@]+@/i.test(url)) return;
  const { warn } = await import("./output.js");
  warn(
    `The password of the database in ${where} can be seen by other users of this machine; set ${variables} instead.`,
  );
}

/** The examples of a command, for the end of its `--help`. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

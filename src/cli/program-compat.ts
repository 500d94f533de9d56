import type { Command } from "commander";
import { examples, lazily } from "./invocation.js";

/** The systems with a command line of their own. */
const SYSTEMS = {
  pgusers: {
    alias: "usermgr",
    description: "usermgr of pgusers",
    example: "watchword compat pgusers crm adduser ada@example.com ada",
    load: () => import("../compat/pgusers/command-line.js"),
  },
  minimus: {
    alias: null,
    description: "the commands of minimus-users",
    example: "watchword compat minimus --createuser",
    load: () => import("../compat/minimus-users/command-line.js"),
  },
  piccolo: {
    alias: null,
    description: "the user commands of Piccolo",
    example: "watchword compat piccolo user create",
    load: () => import("../compat/piccolo/command-line.js"),
  },
};

export function declareCompatCommands(program: Command): void {
  const compat = program
    .command("compat")
    .description("the command lines of the systems whose calls Watchword answers")
    .addHelpText("after", examples("watchword compat minimus", "watchword compat piccolo user list"));
  for (const [system, { alias, description, example, load }] of Object.entries(SYSTEMS)) {
    const command = compat
      .command(system)
      .description(`${description}; what stands behind the name is its own`)
      .argument("[args...]", "see docs/compat/")
      .allowUnknownOption()
      .addHelpText("after", examples(example))
      .action(
        lazily(async () => {
          const [{ runPort }, { run }] = await Promise.all([import("./commands/compat.js"), load()]);
          return { run: (invocation) => runPort(run, invocation) };
        }),
      );
    if (alias !== null) command.alias(alias);
  }
}

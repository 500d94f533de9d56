import { Argument, type Command } from "commander";
import { examples, lazily } from "./invocation.js";

const PARTS = ["users", "sessions", "codes", "limits", "blocks", "mails", "audit", "sequences", "all"];

export function declareDatabaseCommands(program: Command): void {
  const database = program
    .command("database")
    .description("drop and make again what the database keeps")
    .addHelpText("after", examples("watchword database reset sessions", "watchword database drop all"));
  const declare = (name: string, description: string) =>
    database
      .command(name)
      .description(description)
      .addArgument(new Argument("<part>", "all: everything of the space").choices(PARTS))
      .option("--confirm <name>", "the name of the space; without it a terminal asks for it")
      .option("--json", "print JSON")
      .addHelpText(
        "after",
        examples(`watchword database ${name} limits`, `watchword database ${name} all --confirm watchword`),
      );
  declare("drop", "remove the table or collection of a part, with all that is in it").action(
    lazily(() => import("./commands/database-drop.js")),
  );
  declare("create", "make the table or collection of a part again, empty, where there is none").action(
    lazily(() => import("./commands/database-create.js")),
  );
  declare("reset", "drop a part and make it again, empty").action(
    lazily(() => import("./commands/database-reset.js")),
  );
}

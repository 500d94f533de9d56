import { Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { declareBlockCommands } from "./program-block.js";
import { declareCodeCommands } from "./program-code.js";
import { declareCompatCommands } from "./program-compat.js";
import { declareDatabaseCommands } from "./program-database.js";
import { declareImport } from "./program-import.js";
import { declareLimitCommands } from "./program-limit.js";
import { declareMailCommands } from "./program-mail.js";
import { declarePasswordCommands } from "./program-password.js";
import { declareServe } from "./program-serve.js";
import { declareSessionCommands } from "./program-session.js";
import { declareTransferCommands } from "./program-transfer.js";
import { declareUserCommands } from "./program-user.js";
import { readVersion } from "./version.js";

/** Every command with its flags and help. What a command does stands in `commands/`, loaded when it is called. */
export function buildProgram(): Command {
  const program = new Command("watchword")
    .description("User accounts and sign-in: a server, and the commands to look after it.")
    .version(readVersion(), "--version", "print the version")
    .addOption(
      new Option("--database <url>", "where the data lies: sqlite:<file>, postgres://… or mongodb://…")
        .env("WATCHWORD_DATABASE_URL")
        .default("sqlite:watchword.db"),
    )
    .configureHelp({ showGlobalOptions: true })
    // main.ts prints all errors, commander's among them, in one form.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText(
      "after",
      examples(
        "watchword serve",
        "watchword user create --username ada --email ada@example.com --superuser",
        "watchword user list --search example.com",
        "watchword doctor",
      ),
    );
  declareServe(program);
  program
    .command("migrate")
    .description("make the database, or bring its tables up to date")
    .option("--check", "change nothing; fail where the tables are not up to date")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword migrate", "watchword migrate --check"))
    .action(lazily(() => import("./commands/migrate.js")));
  declareUserCommands(program);
  declareBlockCommands(program);
  declareCodeCommands(program);
  declareLimitCommands(program);
  declareSessionCommands(program);
  declareMailCommands(program);
  declarePasswordCommands(program);
  declareImport(program);
  program
    .command("config")
    .description("print every setting with where it came from; secrets are masked")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword config", "watchword config --json"))
    .action(lazily(() => import("./commands/config.js")));
  program
    .command("doctor")
    .description("check the machine, the database and the settings; exit code 1 where something fails")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword doctor", "NODE_ENV=production watchword doctor --json"))
    .action(lazily(() => import("./commands/doctor.js")));
  program
    .command("stats")
    .description("print how many users and sessions there are, and how many bytes they take")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword stats", "watchword stats --json"))
    .action(lazily(() => import("./commands/stats.js")));
  program
    .command("secret")
    .description("make a new secret, for WATCHWORD_SECRET")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword secret", 'export WATCHWORD_SECRET="$(watchword secret)"'))
    .action(lazily(() => import("./commands/secret.js")));
  program
    .command("cleanup")
    .description("remove what is over: old sessions, codes, limits, sign-ups, mails and audit rows")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword cleanup", "watchword cleanup --json"))
    .action(lazily(() => import("./commands/cleanup.js")));
  declareTransferCommands(program);
  declareDatabaseCommands(program);
  declareCompatCommands(program);
  program
    .command("set-up")
    .description("print a new one-time link with which the first administrator is made")
    .addOption(new Option("--base-url <url>", "where people reach the server").env("WATCHWORD_BASE_URL"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("watchword set-up", "watchword set-up --base-url https://accounts.example.com"),
    )
    .action(lazily(() => import("./commands/set-up.js")));
  return program;
}

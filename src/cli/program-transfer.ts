import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";

export function declareTransferCommands(program: Command): void {
  program
    .command("export")
    .description("print all users, one JSON object a line; or as CSV")
    .addOption(new Option("--format <format>", "of the file").choices(["ndjson", "csv"]).default("ndjson"))
    .option("--with-hashes", "password hashes too (NDJSON only): treat such a file like the database")
    .option("--output <file>", "write a new file that only you may read, not standard output")
    .option("--json", "print {users, output} when a file was written")
    .addHelpText(
      "after",
      examples(
        "watchword export | wc -l",
        "watchword export --format csv --output users.csv",
        "watchword export --with-hashes --output users.ndjson",
      ),
    )
    .action(lazily(() => import("./commands/export.js")));
  program
    .command("copy")
    .description("copy a user space with all that it keeps to another database, and compare both")
    .argument("[from]", "where it lies (default: WATCHWORD_COPY_FROM)")
    .argument("[to]", "where it shall lie (default: WATCHWORD_COPY_TO)")
    .option("--replace <name>", "the name of another space in the target, all of which is lost")
    .option("--json", "print the counts and checksums as JSON")
    .addHelpText(
      "after",
      examples(
        "watchword copy sqlite:users.db postgres://watchword@db.example.com/shop",
        'WATCHWORD_COPY_FROM="postgres://…" WATCHWORD_COPY_TO=sqlite:backup.db watchword copy',
      ),
    )
    .action(lazily(() => import("./commands/copy.js")));
}

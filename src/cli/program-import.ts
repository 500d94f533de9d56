import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { collect } from "./values.js";

export function declareImport(program: Command): void {
  program
    .command("import")
    .description("bring the users of another system over; --list tells which systems")
    .argument("[input...]", "files, a folder, or the URL of a database (default: WATCHWORD_IMPORT_URL)")
    .option("--from <source>", "the system that they come from, such as django")
    .option("--list", "tell the sources, what each takes and what it needs; no database is used")
    .option("--dry-run", "tell what would happen, and write nothing")
    .option("--with <name=value>", "something that the source needs; may be repeated", collect)
    .option("--with-stdin", "read name=value lines of what the source needs from standard input")
    .option("--secrets-id <id>", "which of passwords.legacySecrets the hashes need")
    .option("--map <field=column,…>", "which column holds what: username=login,hash=pw_digest", collect)
    .option("--scheme <name>", "the form of the hashes, for a source that takes any table")
    .option("--table <name>", "the table that holds the users")
    .option("--time-zone <zone>", "in which times without a zone were written, such as Europe/Rome")
    .option("--keep-sessions", "people stay signed in, where the tokens of the source are random")
    .option("--no-wrap", "leave weak hashes as they are until their owners sign in: faster")
    .addOption(
      new Option("--on-conflict <action>", "what becomes of people who were imported before")
        .choices(["skip", "update", "fail"])
        .default("skip"),
    )
    .option("--journal <file>", "remember how far the import is, and go on there")
    .option("--refused <file>", "write rows that did not become users here, with the reason")
    .addOption(
      new Option(
        "--identifiers <mode>",
        "for a space that is made by this: whether Ada and ada are one",
      ).choices(["folded", "exact"]),
    )
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      examples(
        "watchword import --list",
        "watchword import --from django --dry-run dump.sql",
        "watchword import --from devise --with-stdin users.sqlite3 < needs.txt",
        "watchword import --from csv --map username=login,hash=pw_digest --scheme bcrypt people.csv",
      ),
    )
    .action(lazily(() => import("./commands/import.js")));
}

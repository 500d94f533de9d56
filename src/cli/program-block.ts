import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { wholeNumber } from "./values.js";

const NAME = "a username or an email address, whether or not an account has it";

export function declareBlockCommands(program: Command): void {
  const block = program
    .command("block")
    .description("block usernames and addresses, whether or not an account has them")
    .addHelpText(
      "after",
      examples(
        "watchword block put mallory@example.com",
        "watchword block list",
        "watchword block remove mallory",
      ),
    );
  block
    .command("put")
    .description("block a name: nobody signs up with it, and whoever has it is blocked at once")
    .argument("[name]", NAME)
    .option("--reason <text>", "why; whoever has the name sees it")
    .option("--until <when>", "until a date (2031-01-31), or for a length of time (30m, 2h, 7d, 2w)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword block put mallory@example.com",
        'watchword block put mallory --reason "spam" --until 7d',
      ),
    )
    .action(lazily(() => import("./commands/block-put.js")));
  block
    .command("remove")
    .description("take the block off a name, and unblock the account that it blocked")
    .argument("[name]", NAME)
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword block remove mallory@example.com"))
    .action(lazily(() => import("./commands/block-remove.js")));
  block
    .command("show")
    .description("print the block on a name; exit code 1 where there is none")
    .argument("[name]", NAME)
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword block show mallory@example.com"))
    .action(lazily(() => import("./commands/block-show.js")));
  block
    .command("list")
    .description("print the blocks that hold now, a page at a time or all")
    .option("--limit <number>", "how many at the most, 1 to 1000 (default: 50)", wholeNumber(1, 1000))
    .option("--after <cursor>", "go on where the page before ended")
    .addOption(new Option("--all", "print all of them").conflicts(["limit", "after"]))
    .option("--json", "print {items, next}; with --all one JSON object a line")
    .addHelpText(
      "after",
      examples("watchword block list", "watchword block list --all --json > blocks.ndjson"),
    )
    .action(lazily(() => import("./commands/block-list.js")));
}

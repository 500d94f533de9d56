import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { wholeNumber } from "./values.js";

export function declareMailCommands(program: Command): void {
  const mail = program
    .command("mail")
    .description("look after the mails that wait")
    .addHelpText("after", examples("watchword mail list", "watchword mail deliver"));
  mail
    .command("list")
    .description("print the mails that wait, and those that were refused for good")
    .addOption(new Option("--state <state>", "only these").choices(["queued", "failed"]))
    .option("--limit <number>", "how many at the most, 1 to 1000 (default: 50)", wholeNumber(1, 1000))
    .option("--after <cursor>", "go on where the page before ended")
    .option("--json", "print {items, next}")
    .addHelpText("after", examples("watchword mail list", "watchword mail list --state failed --json"))
    .action(lazily(() => import("./commands/mail-list.js")));
  mail
    .command("deliver")
    .description("hand over now what is due; a running server does so by itself")
    .addOption(new Option("--smtp-url <url>", "the mail server").env("WATCHWORD_SMTP_URL"))
    .addOption(new Option("--mail-from <sender>", "the sender of mails").env("WATCHWORD_MAIL_FROM"))
    .addOption(
      new Option("--base-url <url>", "where people reach the server; links in mails begin with it").env(
        "WATCHWORD_BASE_URL",
      ),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("watchword mail deliver", "watchword mail deliver --smtp-url smtp://localhost:2525"),
    )
    .action(lazily(() => import("./commands/mail-deliver.js")));
}

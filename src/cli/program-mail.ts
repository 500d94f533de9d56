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
    .addOption(
      new Option("--templates <file>", "a JSON file with mail templates of your own").env(
        "WATCHWORD_MAIL_TEMPLATES",
      ),
    )
    .addOption(
      new Option("--links <file>", "a JSON file with where the links of mails lead").env(
        "WATCHWORD_MAIL_LINKS",
      ),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("watchword mail deliver", "watchword mail deliver --smtp-url smtp://localhost:2525"),
    )
    .action(lazily(() => import("./commands/mail-deliver.js")));
  mail
    .command("preview")
    .description("print a mail as it would be sent, with sample facts")
    .argument("<template>", "which mail, such as verify-email or new-device")
    .option("--locale <tag>", "the language, such as de or pt-BR")
    .option("--html", "print its HTML part alone")
    .option("--text", "print its text part alone")
    .addOption(
      new Option("--templates <file>", "a JSON file with mail templates of your own").env(
        "WATCHWORD_MAIL_TEMPLATES",
      ),
    )
    .addOption(
      new Option("--links <file>", "a JSON file with where the links of mails lead").env(
        "WATCHWORD_MAIL_LINKS",
      ),
    )
    .addOption(new Option("--mail-from <sender>", "the sender of mails").env("WATCHWORD_MAIL_FROM"))
    .addOption(new Option("--base-url <url>", "where people reach the server").env("WATCHWORD_BASE_URL"))
    .option("--json", "print {template, from, subject, text, html}")
    .addHelpText(
      "after",
      examples(
        "watchword mail preview verify-email",
        "watchword mail preview new-device --locale de --templates mails.json --html > mail.html",
      ),
    )
    .action(lazily(() => import("./commands/mail-preview.js")));
  mail
    .command("test")
    .description("send one mail now, and print what the mail server said")
    .argument("<address>", "whom to send it to")
    .addOption(new Option("--smtp-url <url>", "the mail server").env("WATCHWORD_SMTP_URL"))
    .addOption(new Option("--mail-from <sender>", "the sender of mails").env("WATCHWORD_MAIL_FROM"))
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword mail test ada@example.com"))
    .action(lazily(() => import("./commands/mail-test.js")));
  mail
    .command("retry")
    .description("make a mail due now, one that was given up too")
    .argument("<id>", "the mail, as `watchword mail list --json` shows it")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword mail retry 019cad00-7b00-7000-8000-000000000000"))
    .action(lazily(() => import("./commands/mail-retry.js")));
  mail
    .command("drop")
    .description("take a mail out of the queue; it is never sent")
    .argument("<id>", "the mail, as `watchword mail list --json` shows it")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword mail drop 019cad00-7b00-7000-8000-000000000000"))
    .action(lazily(() => import("./commands/mail-drop.js")));
}

import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { lengthOfTime, wholeNumber } from "./values.js";

export function declareSessionCommands(program: Command): void {
  const session = program
    .command("session")
    .description("list and end sessions, and say how long they last")
    .addHelpText("after", examples("watchword session list ada", "watchword session kill ada"));
  session
    .command("list")
    .description("print sessions, of one user or of all")
    .argument("[user]", "a username, an email address or an id")
    .addOption(new Option("--state <state>", "which").choices(["live", "expired", "all"]).default("live"))
    .option("--limit <number>", "how many at the most, 1 to 1000 (default: 50)", wholeNumber(1, 1000))
    .option("--after <cursor>", "go on where the page before ended")
    .addOption(new Option("--all", "print all of them").conflicts(["limit", "after"]))
    .option("--json", "print {items, next}; with --all one JSON object a line")
    .addHelpText(
      "after",
      examples(
        "watchword session list",
        "watchword session list ada --state all",
        "watchword session list --all --json | wc -l",
      ),
    )
    .action(lazily(() => import("./commands/session-list.js")));
  session
    .command("kill")
    .description("end one session, those of a user, or those of everyone; or remove those that are over")
    .argument("[user]", "end all sessions of this user: a username, an email address or an id")
    .option("--id <id>", "end this session, as `session list` names it")
    .option("--all", "end the sessions of everyone")
    .option("--expired", "remove the sessions that are over")
    .option("--yes", "do not ask whether you are sure (with --all)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword session kill ada",
        "watchword session kill --id 01976a2e-5b1c-7a53-9f3e-0d6a4c1f2b3a",
        "watchword session kill --all --yes",
        "watchword session kill --expired",
      ),
    )
    .action(lazily(() => import("./commands/session-kill.js")));
  session
    .command("policy")
    .description("print how long sessions last, or say it anew for all processes of the space")
    .option("--idle <time>", "how long without use, such as 30m, 12h or 10d", lengthOfTime)
    .option("--absolute <time>", "how long in any case; none: they go on while they are used", lengthOrNone)
    .option("--json", "print JSON, in milliseconds")
    .addHelpText(
      "after",
      examples("watchword session policy", "watchword session policy --idle 12h --absolute 30d"),
    )
    .action(lazily(() => import("./commands/session-policy.js")));
}

function lengthOrNone(text: string): number | "none" {
  return text === "none" ? text : lengthOfTime(text);
}

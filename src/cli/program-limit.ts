import type { Command } from "commander";
import { examples, lazily } from "./invocation.js";
import { wholeNumber } from "./values.js";

const KEY = "what is counted";
/** Ten years, the longest that the library takes of a cooldown. */
const MOST_SECONDS = 315_360_000;
const seconds = (least: number) => wholeNumber(least, MOST_SECONDS);

export function declareLimitCommands(program: Command): void {
  const limit = program
    .command("limit")
    .description("ask and count the application's own limits")
    .addHelpText(
      "after",
      examples(
        "watchword limit check-and-hit export --max 3 --window 60",
        "watchword limit time-since export",
        "watchword limit reset export",
      ),
    );
  addRule(limit.command("check").description("say whether a request would pass; exit code 1 where not"))
    .addHelpText("after", examples("watchword limit check export --max 3 --window 60"))
    .action(lazily(() => import("./commands/limit-check.js")));
  addRule(limit.command("hit").description("count a request that has happened, and refuse none"))
    .addHelpText("after", examples("watchword limit hit export --max 3 --window 60"))
    .action(lazily(() => import("./commands/limit-hit.js")));
  addRule(limit.command("check-and-hit").description("ask and count in one step; exit code 1 where refused"))
    .addHelpText(
      "after",
      examples(
        "watchword limit check-and-hit export --max 3 --window 60",
        "watchword limit check-and-hit Ada@example.com --identifier --cooldown 30 --penalty 10",
      ),
    )
    .action(lazily(() => import("./commands/limit-check-and-hit.js")));
  addKey(limit.command("time-since").description("print how long ago the last hit was"))
    .addHelpText("after", examples("watchword limit time-since export"))
    .action(lazily(() => import("./commands/limit-time-since.js")));
  addKey(limit.command("reset").description("forget all that was counted"))
    .addHelpText("after", examples("watchword limit reset export"))
    .action(lazily(() => import("./commands/limit-reset.js")));
}

function addKey(command: Command): Command {
  return command
    .argument("[key]", KEY)
    .option("--identifier", "the key is a username or address, all spellings of which are one")
    .option("--json", "print JSON");
}

function addRule(command: Command): Command {
  return addKey(command)
    .option("--max <number>", "hits that are allowed in a window", wholeNumber(1, 999_999_999))
    .option("--window <seconds>", "how long a window lasts; without it, until a reset", seconds(1))
    .option(
      "--lock <seconds>",
      "the wait after the last allowed hit, doubled with each further one",
      seconds(1),
    )
    .option("--longest-lock <seconds>", "the longest of these waits", seconds(1))
    .option("--cooldown <seconds>", "what must lie between two requests, in place of a window", seconds(1))
    .option("--penalty <seconds>", "what each refused request adds to the wait", seconds(0));
}

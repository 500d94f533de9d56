import { Argument, type Command } from "commander";
import { examples, lazily } from "./invocation.js";
import { wholeNumber } from "./values.js";

const USER = "a username, an email address or an id";
const REQUESTED = ["verify-email", "reset-password", "change-email", "sign-in", "delete-account", "unlock"];
const CONFIRMED = ["verify-email", "reset-password", "change-email", "delete-account", "unlock"];

export function declareCodeCommands(program: Command): void {
  const code = program
    .command("code")
    .description("mail a code to somebody, and use one up")
    .addHelpText(
      "after",
      examples(
        "watchword code request reset-password ada",
        "watchword code confirm verify-email ada --code 7KQ2MX",
      ),
    );
  code
    .command("request")
    .description("mail a code and print the ticket that goes with it")
    .addArgument(new Argument("<purpose>", "what it shall serve").choices(REQUESTED))
    .argument("[user]", USER)
    .option("--new-email <address>", "of change-email: the code goes there, not to the present address")
    .option(
      "--length <number>",
      "how many characters it has (default: as the space has it)",
      wholeNumber(1, 32),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword code request reset-password ada",
        "watchword code request change-email ada --new-email ada@example.org",
      ),
    )
    .action(lazily(() => import("./commands/code-request.js")));
  code
    .command("confirm")
    .description("use a code or link up, for what it was asked for; exit code 1 where it is not taken")
    .addArgument(new Argument("<purpose>", "what it was asked for").choices(CONFIRMED))
    .argument("[user]", `whose code it is, where there is no ticket: ${USER}`)
    .option("--code <text>", "the code of the mail")
    .option("--ticket <text>", "what the request answered with")
    .option("--link <text>", "what stands behind link= in the mail, in place of a code")
    .option("--new-email <address>", "of change-email, with a code from the present address")
    .option(
      "--password-stdin",
      "read a password from standard input: the new one of reset-password, else the present one",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword code confirm verify-email ada --code 7KQ2MX",
        "watchword code confirm reset-password ada --code 7KQ2MX --password-stdin < new-password.txt",
      ),
    )
    .action(lazily(() => import("./commands/code-confirm.js")));
}

import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { wholeNumber } from "./values.js";

const HASH = "a stored hash; left out, it is read from standard input, where the shell changes no $ in it";

export function declarePasswordCommands(program: Command): void {
  const password = program
    .command("password")
    .description("look at password hashes of other systems, and check passwords against them")
    .addHelpText(
      "after",
      examples("watchword password identify < hash.txt", "watchword password verify --batch < rows.ndjson"),
    );
  password
    .command("verify")
    .description("check a password against a stored hash of any known form; no database is needed")
    .argument("[hash]", "a stored hash, in single quotes")
    .option("--password-stdin", "read the password from standard input")
    .option("--scheme <name>", "the form of the hash, such as sha512_crypt")
    .option("--source <system>", "the system that the hash comes from, such as django")
    .option("--context <json>", 'what the form needs besides, such as {"user":"ada"}')
    .addOption(
      new Option("--batch", "read rows of newline-delimited JSON, and answer each with a row").conflicts([
        "scheme",
        "source",
        "context",
      ]),
    )
    .option(
      "--slots <number>",
      "how many hashes are computed at once (default: one a core)",
      wholeNumber(1, 1024),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword password verify '$1$XLF4z2V2$ysGdM1x3Vz1o10jGSDahs0'",
        "watchword password verify --source wordpress 9cc2ae8a1ba7a93da39b46fc1019c481 --password-stdin < password.txt",
        `echo '{"password":"x","hash":"{MD5}nd3urqzMEOHe9VG4VvzRpg==","scheme":"ldap_md5"}' | watchword password verify --batch`,
      ),
    )
    .action(lazily(() => import("./commands/password-verify.js")));
  password
    .command("identify")
    .description("tell what a stored hash is, who stores it, and how well it withstands guessing")
    .argument("[hash]", HASH)
    .option("--source <system>", "the system that the hash comes from, such as django")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword password identify 9cc2ae8a1ba7a93da39b46fc1019c481",
        "watchword password identify --source wordpress < hash.txt",
      ),
    )
    .action(lazily(() => import("./commands/password-identify.js")));
}

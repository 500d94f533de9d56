import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { wholeNumber } from "./values.js";

const port = wholeNumber(0, 65_535);

export function declareServe(program: Command): void {
  program
    .command("serve")
    .description("run the server; it makes the database where there is none")
    .addOption(
      new Option("--port <number>", "where to listen; 0 picks a free port")
        .env("PORT")
        .default(3000)
        .argParser(port),
    )
    .addOption(
      new Option("--host <address>", "the address of this machine to listen on")
        .env("HOST")
        .default("127.0.0.1"),
    )
    .addOption(
      new Option("--base-url <url>", "where people reach the server (default: http://localhost:<port>)").env(
        "WATCHWORD_BASE_URL",
      ),
    )
    .addOption(
      new Option("--trust-proxy <number>", "how many proxies in front of the server are yours")
        .env("WATCHWORD_TRUST_PROXY")
        .default(0)
        .argParser(wholeNumber(0, 32)),
    )
    .option("--metrics-port <number>", "serve /metrics on a port of its own, without a token", port)
    .addOption(new Option("--smtp-url <url>", "the mail server").env("WATCHWORD_SMTP_URL"))
    .addOption(new Option("--mail-from <sender>", "the sender of mails").env("WATCHWORD_MAIL_FROM"))
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
    .addOption(
      new Option("--log-level <level>", "how much to log, as JSON lines on stderr")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("info"),
    )
    .addHelpText(
      "after",
      examples(
        "watchword serve",
        "watchword serve --port 8080 --log-level warn",
        "watchword serve --host 0.0.0.0 --base-url https://accounts.example.com --trust-proxy 1",
      ),
    )
    .action(lazily(() => import("./commands/serve.js")));
}

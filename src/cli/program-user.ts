import { type Command, Option } from "commander";
import { examples, lazily } from "./invocation.js";
import { collect, wholeNumber } from "./values.js";

const USER = "a username, an email address or an id";

export function declareUserCommands(program: Command): void {
  const user = program
    .command("user")
    .description("create, find, change and delete users")
    .addHelpText(
      "after",
      examples("watchword user create", "watchword user list", "watchword user show ada"),
    );
  declareCreate(user);
  declareList(user);
  user
    .command("show")
    .description("print everything about one user")
    .argument("[user]", USER)
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword user show ada", "watchword user show ada@example.com --json"))
    .action(lazily(() => import("./commands/user-show.js")));
  declareUpdate(user);
  user
    .command("delete")
    .description("delete a user, with sessions and codes; this cannot be undone")
    .argument("[user]", USER)
    .option("--yes", "do not ask whether you are sure")
    .option("--remove-blocks", "free the names of a blocked user; they stay blocked otherwise")
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword user delete ada", "watchword user delete ada --yes"))
    .action(lazily(() => import("./commands/user-delete.js")));
  addPasswordFlags(
    user
      .command("change-password")
      .description("set a new password; it ends every session of the user")
      .argument("[user]", USER),
  )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword user change-password ada",
        "watchword user change-password ada --password-stdin < password.txt",
      ),
    )
    .action(lazily(() => import("./commands/user-change-password.js")));
  declareChangePermissions(user);
  user
    .command("set-second-factor")
    .description("choose whether a sign-in asks for a mailed code besides the password")
    .argument("[user]", USER)
    .option("--mail", "ask for a mailed code")
    .option("--none", "ask for the password alone")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("watchword user set-second-factor ada --mail", "watchword user set-second-factor ada --none"),
    )
    .action(lazily(() => import("./commands/user-set-second-factor.js")));
  user
    .command("block")
    .description("keep a user from signing in, and end every session")
    .argument("[user]", USER)
    .option("--reason <text>", "why; the user sees it")
    .option("--until <when>", "until a date (2031-01-31), or for a length of time (30m, 2h, 7d, 2w)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword user block ada",
        'watchword user block ada --reason "spam" --until 7d',
        "watchword user block ada --until 2031-01-31T12:00Z",
      ),
    )
    .action(lazily(() => import("./commands/user-block.js")));
  user
    .command("unblock")
    .description("let a blocked user sign in again")
    .argument("[user]", USER)
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword user unblock ada"))
    .action(lazily(() => import("./commands/user-unblock.js")));
  user
    .command("unlock")
    .description("forget the failed passwords of a user, and the waits that they brought")
    .argument("[user]", USER)
    .option("--json", "print JSON")
    .addHelpText("after", examples("watchword user unlock ada"))
    .action(lazily(() => import("./commands/user-unlock.js")));
}

function declareCreate(user: Command): void {
  addPasswordFlags(
    user
      .command("create")
      .description("create a user; it makes the database where there is none")
      .option("--username <name>", "the username")
      .option("--email <address>", "the email address"),
  )
    .option("--no-password", "make a user that cannot sign in by password")
    .option("--verified", "the address is known to be this person's")
    .option("--admin", "may look after users")
    .option("--superuser", "may do everything")
    .option("--role <role>", "a role of your application (may be given several times)", collect)
    .option("--locale <tag>", "the user's language, such as en")
    .option("--data <json>", "what your application keeps on the user, a JSON object")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword user create",
        "watchword user create --username ada --email ada@example.com --verified --superuser",
        "watchword user create --email bob@example.com --role editor --password-stdin < password.txt",
        `watchword user create --username robot --no-password --data '{"plan":"free"}' --json`,
      ),
    )
    .action(lazily(() => import("./commands/user-create.js")));
}

function declareList(user: Command): void {
  user
    .command("list")
    .description("print users, a page at a time or all")
    .option("--search <text>", "any part of the username or email address")
    .option("--active", "only those who may sign in")
    .option("--no-active", "only those who are switched off")
    .option("--admin", "only administrators")
    .option("--no-admin", "only those who are no administrators")
    .option("--superuser", "only superusers")
    .option("--no-superuser", "only those who are no superusers")
    .option("--verified", "only those whose address is verified")
    .option("--no-verified", "only those whose address is not verified")
    .option("--blocked", "only those who are blocked now")
    .option("--no-blocked", "only those who are not blocked now")
    .option("--role <role>", "only those who have this role")
    .addOption(
      new Option("--order <order>", "in which order").choices(["created", "username"]).default("created"),
    )
    .option("--limit <number>", "how many at the most, 1 to 1000 (default: 50)", wholeNumber(1, 1000))
    .option("--after <cursor>", "go on where the page before ended")
    .addOption(new Option("--all", "print all of them").conflicts(["limit", "after"]))
    .option("--json", "print {items, next}; with --all one JSON object a line")
    .addHelpText(
      "after",
      examples(
        "watchword user list",
        "watchword user list --search example.com --no-verified",
        "watchword user list --limit 100 --json",
        "watchword user list --all --json > users.ndjson",
      ),
    )
    .action(lazily(() => import("./commands/user-list.js")));
}

function declareUpdate(user: Command): void {
  user
    .command("update")
    .description("change a user's names, language or data")
    .argument("[user]", USER)
    .option("--username <name>", "a new username")
    .option("--no-username", "take the username away")
    .option("--email <address>", "a new email address, unverified unless --verified is given")
    .option("--no-email", "take the email address away")
    .option("--verified", "the address is known to be this person's")
    .option("--no-verified", "the address is not known to be this person's")
    .option("--locale <tag>", "the user's language, such as en")
    .option("--no-locale", "forget the user's language")
    .option(
      "--data <field=value>",
      "set a field of the data, to JSON or else text; null removes it (may be given several times)",
      collect,
    )
    .addOption(
      new Option("--replace-data <json>", "the whole of the data, in place of all there was").conflicts(
        "data",
      ),
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword user update ada --email ada@example.org --verified",
        "watchword user update ada --no-username",
        "watchword user update ada --data plan=paid --data seats=5 --data trial=null",
        `watchword user update ada --replace-data '{"plan":"paid"}'`,
      ),
    )
    .action(lazily(() => import("./commands/user-update.js")));
}

function declareChangePermissions(user: Command): void {
  user
    .command("change-permissions")
    .description("change what a user may do; taking rights away ends the user's sessions")
    .argument("[user]", USER)
    .option("--active", "may sign in")
    .option("--no-active", "may not sign in")
    .option("--admin", "may look after users")
    .option("--no-admin", "may not look after users")
    .option("--superuser", "may do everything")
    .option("--no-superuser", "may not do everything")
    .option("--role <role>", "the roles, in place of all there were (may be given several times)", collect)
    .option("--no-role", "take all roles away")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "watchword user change-permissions ada --admin",
        "watchword user change-permissions ada --role editor --role author",
        "watchword user change-permissions ada --no-active",
      ),
    )
    .action(lazily(() => import("./commands/user-change-permissions.js")));
}

function addPasswordFlags(command: Command): Command {
  return command
    .addOption(new Option("--password-stdin", "read the password from standard input").conflicts("password"))
    .option("--password <text>", "the password; other users of this machine may see it, so better not");
}

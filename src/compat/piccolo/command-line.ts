import { userInfo } from "node:os";
import { WatchwordError } from "../../base/errors.js";
import { oneLine } from "../../base/one-line.js";
import type { Logger, OpenOptions } from "../../index.js";
import type { PortCall, PortCommandLine } from "../command-line.js";
import type { Terminal } from "../terminal.js";
import { CommandFailed, type Parameters, readArguments, usageOf } from "./arguments.js";
import { PASSWORD_LENGTHS, setPassword } from "./base-user.js";
import { openPiccolo, type Piccolo } from "./index.js";
import { COLUMNS, listRows, tableOf } from "./listing.js";

interface Command {
  /** How it is called, its own name first. */
  readonly names: readonly string[];
  readonly does: string;
  readonly takes: Parameters;
  run(call: PortCall): Promise<number>;
}

const CREATE = {
  username: "text",
  email: "text",
  password: "text",
  is_admin: "boolean",
  is_superuser: "boolean",
  is_active: "boolean",
} as const;
const LIST = { limit: "number", page: "number", order_by: "text" } as const;
const PERMISSIONS = { username: "text", admin: "boolean", superuser: "boolean", active: "boolean" } as const;
const FORWARDS = { app_name: "text" } as const;

const COMMANDS: readonly Command[] = [
  { names: ["user create", "user new"], does: "Create a new user.", takes: CREATE, run: create },
  { names: ["user list", "user ls"], does: "List existing users.", takes: LIST, run: list },
  {
    names: ["user change_password", "user password", "user pass"],
    does: "Change a user's password.",
    takes: {},
    run: changePassword,
  },
  {
    names: ["user change_permissions", "user perm", "user perms"],
    does: "Change a user's permissions.",
    takes: PERMISSIONS,
    run: changePermissions,
  },
  {
    names: ["migrations forwards"],
    does: "Make the database, or bring it up to date.",
    takes: FORWARDS,
    run: forwards,
  },
];

/** Piccolo's `user` commands and `migrations forwards user`, with their prompts, words and exit codes. */
export const run: PortCommandLine = async (call) => {
  const { terminal, args } = call;
  const wanted = args.slice(0, 2).join(" ");
  if (wanted === "") {
    terminal.write(helpText());
    return 0;
  }
  const command = COMMANDS.find(({ names }) => names.includes(wanted));
  if (command === undefined) {
    terminal.writeError(`Unrecognised command - ${oneLine(args[1] ?? wanted)}\n\n${helpText()}`);
    return 1;
  }
  try {
    return await command.run({ ...call, args: args.slice(2) });
  } catch (error) {
    if (!(error instanceof CommandFailed) && !(error instanceof WatchwordError)) throw error;
    const code = error instanceof WatchwordError ? ` (${error.code})` : "";
    terminal.writeError(`The command failed.\n${oneLine(error.message)}${code}\n`);
    return 1;
  }
};

function helpText(): string {
  return COMMANDS.map(({ names, does, takes }) =>
    [names[0], usageOf(takes)].join(" ").trimEnd().concat(`\n  ${does}\n`),
  ).join("\n");
}

async function create(call: PortCall): Promise<number> {
  const { terminal } = call;
  const given = readArguments(call.args, CREATE);
  if (given.password !== undefined)
    terminal.writeError(
      "Warning: a password on the command line stays in the shell's history, and other users of this machine can see it. Leave --password out to be asked.\n",
    );
  const username = given.username ?? (await askUsername(terminal));
  const email = given.email ?? (await ask(terminal, "Enter email:"));
  const password = given.password ?? (await askPasswordTwice(terminal));
  if (password === null) return 1;
  const admin = given.is_admin ?? (await askYesNo(terminal, "Admin user?"));
  const superuser = given.is_superuser ?? (await askYesNo(terminal, "Superuser?"));
  const active = given.is_active ?? (await askYesNo(terminal, "Active?"));
  return withPiccolo(call, { create: true, migrate: true }, async ({ BaseUser }) => {
    const user = await BaseUser.createUser({ username, password, email, admin, superuser, active });
    terminal.write(`Created User ${user.id}\n`);
    return 0;
  });
}

async function list(call: PortCall): Promise<number> {
  const { limit = 20, page = 1, order_by = "username" } = readArguments(call.args, LIST);
  if (page < 1) throw new CommandFailed("The page number must > 0.");
  if (limit < 1) throw new CommandFailed("The limit number must be > 0.");
  const descending = order_by.startsWith("-");
  const column = order_by.slice(descending ? 1 : 0);
  if (!COLUMNS.includes(column))
    throw new CommandFailed(`The order_by argument must be one of the following: ${COLUMNS.join(", ")}`);
  return withPiccolo(call, {}, async ({ space }) => {
    const rows = await listRows(space, { limit, page, column, descending });
    call.terminal.write(rows.length === 0 ? "No data\n" : tableOf(rows));
    return 0;
  });
}

async function changePassword(call: PortCall): Promise<number> {
  const { terminal } = call;
  readArguments(call.args, {});
  const username = await askUsername(terminal);
  const password = await askPasswordTwice(terminal);
  if (password === null) return 1;
  return withPiccolo(call, {}, async ({ space }) => {
    if (!(await setPassword(space, username, password))) return tellUnknown(terminal, username);
    terminal.write(
      `Updated password for ${oneLine(username)}\nIf using session auth, we recommend invalidating this user's session.\n`,
    );
    return 0;
  });
}

async function changePermissions(call: PortCall): Promise<number> {
  const { terminal } = call;
  const { username, ...permissions } = readArguments(call.args, PERMISSIONS);
  if (username === undefined)
    throw new CommandFailed("Name the user: user change_permissions <username> --admin=true.");
  return withPiccolo(call, {}, async ({ space }) => {
    const user = await space.users.find({ username });
    if (user === null) return tellUnknown(terminal, username);
    if (Object.keys(permissions).length === 0) {
      terminal.write("No changes detected\n");
      return 0;
    }
    await space.users.changePermissions(user.id, permissions);
    terminal.write(`Updated permissions for ${oneLine(username)}\n`);
    return 0;
  });
}

async function forwards(call: PortCall): Promise<number> {
  const { app_name: app } = readArguments(call.args, FORWARDS);
  if (app !== "user" && app !== "all")
    throw new CommandFailed("There is one app here: migrations forwards user.");
  return withPiccolo(call, { create: true, migrate: true }, async ({ space }) => {
    const { version } = await space.database.schema();
    call.terminal.write(`${space.database.location} is up to date (schema version ${version}).\n`);
    return 0;
  });
}

function tellUnknown(terminal: Terminal, username: string): number {
  terminal.writeError(`User ${oneLine(username)} doesn't exist!\n`);
  return 1;
}

/** A command that looks must neither make a database nor bring one up to date, unless that is what it is for. */
async function withPiccolo(
  { database, terminal }: PortCall,
  options: OpenOptions,
  use: (piccolo: Piccolo) => Promise<number>,
): Promise<number> {
  if (database === undefined)
    throw new CommandFailed(
      "Which database? Give --database <url> before the word compat, or set WATCHWORD_DATABASE_URL.",
    );
  const say = (_fields: object, message: string) => terminal.writeError(`Warning: ${oneLine(message)}\n`);
  const logger: Logger = { debug() {}, info() {}, warn: say, error: say };
  const piccolo = await openPiccolo({
    url: database,
    watchword: {
      create: false,
      migrate: false,
      ...options,
      // Said in full, they need not be logged at every command.
      passwords: { ...PASSWORD_LENGTHS, refuseCommon: false, refusePersonal: false },
      mail: { courier: false },
      logger,
    },
  });
  try {
    return await use(piccolo);
  } finally {
    await piccolo.close();
  }
}

async function answered(answer: Promise<string | null>): Promise<string> {
  const text = await answer;
  if (text === null) throw new CommandFailed("The input ended before all was answered; nothing was changed.");
  return text;
}

function ask(terminal: Terminal, question: string): Promise<string> {
  return answered(terminal.ask(`${question}\n`));
}

/** Whoever answers with nothing means the name under which they work on this machine. */
async function askUsername(terminal: Terminal): Promise<string> {
  const own = ownName();
  return (await ask(terminal, `Enter username${own === "" ? "" : ` (${oneLine(own)})`}:`)) || own;
}

/** In a container a process may run under a number that has no name; then none is offered. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SYSTEM_ERROR") return "";
    throw error;
  }
}

/** Null: the two are not the same, which has been told. */
async function askPasswordTwice(terminal: Terminal): Promise<string | null> {
  const password = await answered(terminal.askHidden("Enter password:\n"));
  if ((await answered(terminal.askHidden("Confirm password:\n"))) === password) return password;
  terminal.writeError("Passwords don't match!\n");
  return null;
}

async function askYesNo(terminal: Terminal, question: string): Promise<boolean> {
  for (;;) {
    const answer = await ask(terminal, `${question} Enter y or n:`);
    if (answer === "y" || answer === "n") return answer === "y";
    terminal.write("Unrecognised option\n");
  }
}

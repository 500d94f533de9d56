import { WatchwordError } from "../../base/errors.js";
import { toTaggedJson } from "../../base/javascript-values.js";
import { UNSAFE } from "../../base/one-line.js";
import type { Logger, OpenOptions } from "../../index.js";
import type { PortCommandLine } from "../command-line.js";
import { processTerminal, type Terminal } from "../terminal.js";
import { close, initialize, initializeAt, openedSpace } from "./opening.js";
import { createUser, deleteUser, getUsers, updateUser } from "./users.js";

/** One command; answers with its exit code. */
type Service = (terminal: Terminal) => Promise<number>;

/** In the order in which the original looks for them. */
const SERVICES: ReadonlyMap<string, Service> = new Map([
  ["--createuser", create],
  ["--deleteuser", remove],
  ["--listusers", list],
  ["--listuser", list],
  ["--updateuser", update],
]);
const LIST = "user services:\n  --createuser\n  --deleteuser\n  --listusers\n  --updateuser\n";

/**
 * The command line of a program's own: asks on the terminal for what a command needs, and tells what came of it. The
 * database must be open.
 *
 * @param args - `process.argv` from the program's name on: `process.argv.slice(1)`.
 * @returns Whether there was a command (or any other argument, which prints the list of commands): then the program ends.
 * @throws WatchwordError `closed` before `initialize`; an error named `Interrupted` for Ctrl-C at a question
 * @example
 * ```ts
 * await initialize("userdata");
 * if (await userServicesCli(process.argv.slice(1))) await close();
 * ```
 */
export async function userServicesCli(args: readonly string[]): Promise<boolean> {
  openedSpace();
  const terminal = processTerminal();
  try {
    const service = serviceOf(args) ?? (args.length > 1 ? tellList : undefined);
    await service?.(terminal);
    return service !== undefined;
  } finally {
    terminal.close();
  }
}

/** Mails wait for the server, and nobody is told at each call that there is no policy. */
const OPTIONS: OpenOptions = {
  mail: { courier: false },
  passwords: { minLength: 0, maxLength: 4096, refuseCommon: false, refusePersonal: false },
};

/** `watchword compat minimus …`. Only `--createuser` makes a database where there is none. */
export const run: PortCommandLine = async ({ args, database, terminal }) => {
  const service = serviceOf(args);
  if (service === undefined) return tellList(terminal);
  const makes = service === create;
  const options = { ...OPTIONS, create: makes, migrate: makes, logger: loggerTo(terminal) };
  await (database === undefined
    ? initialize(undefined, { watchword: options })
    : initializeAt(database, options));
  try {
    return await service(terminal);
  } finally {
    await close();
  }
};

function loggerTo(terminal: Terminal): Logger {
  return {
    debug() {},
    info() {},
    warn: (_fields, message) => terminal.writeError(`warning: ${safe(message)}\n`),
    error: (_fields, message) => terminal.writeError(`error: ${safe(message)}\n`),
  };
}

const DONE = 0;
const FAILED = 1;
const WRONG_USE = 2;

function serviceOf(args: readonly string[]): Service | undefined {
  for (const [name, service] of SERVICES) if (args.includes(name)) return service;
  return undefined;
}

async function tellList(terminal: Terminal): Promise<number> {
  terminal.write(LIST);
  return WRONG_USE;
}

interface Answers {
  readonly username: string;
  readonly realname: string;
  readonly email: string;
  readonly password: string;
}

/** The original's questions. Null: the input ended before they were answered, and nothing is done. */
async function askAll(terminal: Terminal): Promise<Answers | null> {
  const username = await terminal.ask("Username (required): ");
  const realname = username === null ? null : await terminal.ask("Real Name: ");
  const email = realname === null ? null : await terminal.ask("Email: ");
  const password = email === null ? null : await terminal.askHidden("Password (required):");
  if (username === null || realname === null || email === null || password === null) return null;
  return { username, realname, email, password };
}

async function create(terminal: Terminal): Promise<number> {
  const answers = await askAll(terminal);
  if (answers === null) return unanswered(terminal);
  const { username, password, ...fields } = answers;
  if (username.trim() === "" || password === "")
    return refuse(terminal, "A user needs a username and a password; nobody was created.");
  return telling(terminal, async () =>
    (await createUser(username, password, fields))
      ? tell(terminal, `Created user ${quote(username)}.`)
      : refuse(terminal, `There is a user ${quote(username)} already; nothing was changed.`),
  );
}

async function update(terminal: Terminal): Promise<number> {
  const answers = await askAll(terminal);
  if (answers === null) return unanswered(terminal);
  const { username, ...fields } = answers;
  const given = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ""));
  return telling(terminal, async () =>
    (await updateUser(username, given))
      ? tell(terminal, `Updated user ${quote(username)}.`)
      : refuse(terminal, `There is no user ${quote(username)}; nothing was changed.`),
  );
}

async function remove(terminal: Terminal): Promise<number> {
  const username = await terminal.ask("Username (required): ");
  if (username === null) return unanswered(terminal);
  return (await deleteUser({ username })) === null
    ? refuse(terminal, `There is no user ${quote(username)}; nothing was changed.`)
    : tell(terminal, `Deleted user ${quote(username)}.`);
}

/** A record a line, as JSON, with what JSON lacks in the form in which it is stored. */
async function list(terminal: Terminal): Promise<number> {
  const records = await getUsers();
  for (const record of records) tell(terminal, safe(JSON.stringify(toTaggedJson(record))));
  if (records.length === 0) terminal.writeError("There are no users yet.\n");
  return DONE;
}

/** What cannot be done for what was typed is told in a line; what went wrong besides is thrown. */
async function telling(terminal: Terminal, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WatchwordError) || error.status >= 500) throw error;
    return refuse(terminal, error.message);
  }
}

function tell(terminal: Terminal, line: string): number {
  terminal.write(`${line}\n`);
  return DONE;
}

function refuse(terminal: Terminal, line: string): number {
  terminal.writeError(`${safe(line)}\n`);
  return FAILED;
}

function unanswered(terminal: Terminal): number {
  return refuse(terminal, "The input ended before all was answered; nothing was changed.");
}

function quote(text: string): string {
  return safe(JSON.stringify(text));
}

/** Stored text must not steer the terminal that shows it. */
function safe(text: string): string {
  return text.replace(UNSAFE, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

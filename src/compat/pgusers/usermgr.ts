import { oneLine } from "../../base/one-line.js";
import type { Terminal } from "../terminal.js";
import type { Arguments, CommandName } from "./arguments.js";
import { prettyPython } from "./python-literal.js";
import type { FoundUser, UserSpace } from "./user-space.js";

/** One call of `usermgr` on an open userspace. */
export interface Call {
  readonly users: UserSpace;
  readonly terminal: Terminal;
  readonly words: readonly string[];
  readonly flags: Arguments["flags"];
}

/** Answers with the exit code. */
export type Usermgr = (call: Call) => Promise<number>;

/** What `usermgr` does, by the names of its commands; its words are the original's. */
export const USERMGR: { readonly [Name in CommandName]: Usermgr } = {
  adduser,
  setadmin,
  cpasswd,
  delete: deleteUser,
  list,
  info,
  listsessions,
  killsessions,
};

/** As the original looked at one, which is hardly at all. */
const ADDRESS = /^[\p{L}\p{N}_.-]+@[\p{L}\p{N}_.-]+\.[\p{L}\p{N}_]/u;

async function adduser({ users, terminal, words, flags }: Call): Promise<number> {
  const [email = "", username = email] = words;
  if (!ADDRESS.test(email)) return say(terminal, `Not a valid emai address: '${email}'`, 1);
  const password = await askPassword(terminal, username);
  if (password === null) return say(terminal, "Too many retries. Exiting.", 1);
  const userid = await users.createUser(username, password, email, { admin: flags.has("admin") });
  return say(terminal, `User '${username}' created with uid: ${userid}`);
}

async function setadmin({ users, terminal, words, flags }: Call): Promise<number> {
  const [name = ""] = words;
  const user = await findNamed(users, name);
  if (user === null) return say(terminal, `${name} not found.`, 1);
  const admin = !flags.has("remove");
  await users.setAdmin(user.userid, admin);
  return say(terminal, `${user.username} is now ${admin ? "an admin" : "a regular user"}`);
}

async function cpasswd({ users, terminal, words }: Call): Promise<number> {
  const [name = ""] = words;
  const user = await findNamed(users, name);
  if (user === null) return say(terminal, `User '${name}' not found.`, 1);
  const password = await askPassword(terminal, user.username ?? name);
  if (password === null) return say(terminal, "Too many retries. Exiting.", 1);
  await users.changePassword(user.userid, password);
  return say(terminal, `Password changed for '${name}'`);
}

async function deleteUser({ users, terminal, words }: Call): Promise<number> {
  const [name = ""] = words;
  const user = await findNamed(users, name);
  if (user === null) return say(terminal, `User '${name}' not found.`, 1);
  await users.deleteUser({ userid: user.userid });
  return say(terminal, `User '${user.username}' deleted.`);
}

async function list({ users, terminal }: Call): Promise<number> {
  const table = new Table(terminal, [5, 20, 3, 30]);
  for await (const [userid, username, email, admin] of users.allUsers()) {
    table.begin(["uid", "username", "adm", "email"]);
    table.row([String(userid).padStart(5), username ?? "", admin ? "yes" : "", email ?? ""]);
  }
  return 0;
}

async function info({ users, terminal, words }: Call): Promise<number> {
  return say(terminal, prettyPython(await findNamed(users, words[0] ?? "")));
}

async function listsessions(call: Call): Promise<number> {
  const { users, terminal, flags } = call;
  const uid = await whose(call);
  if (uid === null) return 1;
  // Wider than the original's 32: ids of sessions are UUIDs.
  const table = new Table(terminal, [10, 36, 30]);
  for await (const [username, key, expiration] of users.listSessions(uid, flags.has("expired"))) {
    table.begin(["user", "key", "expiration"]);
    table.row([username ?? "", key, localTime(expiration)]);
  }
  return 0;
}

async function killsessions(call: Call): Promise<number> {
  const uid = await whose(call);
  if (uid === null) return 1;
  await call.users.killSessions(uid, call.flags.has("expired"));
  return 0;
}

/** 0: everybody's. Null: it was not said in a way that can be understood, and that was told. */
async function whose({ users, terminal, words, flags }: Call): Promise<number | null> {
  const [name] = words;
  const refuse = (why: string) => {
    say(terminal, why);
    return null;
  };
  if (flags.has("all"))
    return name === undefined ? 0 : refuse("A user cannot be specified with --all option.");
  if (name === undefined) return refuse("Eithe user or --all must be specified");
  const user = await findNamed(users, name);
  return user?.userid ?? refuse(`User '${name}' not found.`);
}

/** By username, else by email. */
async function findNamed(users: UserSpace, name: string): Promise<FoundUser | null> {
  return (await users.findUser({ username: name })) ?? (await users.findUser({ email: name }));
}

const TRIES = 3;

/** Null: it was never typed the same twice. */
async function askPassword(terminal: Terminal, username: string): Promise<string | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const first = await terminal.askHidden(`Enter password for ${username}: `);
    const second = await terminal.askHidden(`Repeat password for ${username}: `);
    // The input has ended: nobody is there to be asked again.
    if (first === null || second === null) return null;
    if (first === second) return first;
    terminal.write("Passwords don't match.\n\n");
  }
  return null;
}

function say(terminal: Terminal, text: string, exitCode = 0): number {
  terminal.write(`${text}\n`);
  return exitCode;
}

/** Columns of fixed width; nothing at all where there are no rows. */
class Table {
  #hasBegun = false;

  constructor(
    readonly terminal: Terminal,
    readonly widths: readonly number[],
  ) {}

  begin(titles: readonly string[]): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.row(titles);
    this.terminal.write(`${this.widths.map((width) => "=".repeat(width)).join("+")}\n`);
  }

  row(cells: readonly string[]): void {
    // What people or imports wrote must not steer the terminal.
    const plain = cells.map(oneLine);
    const padded = plain.map((cell, index) => cell + " ".repeat(this.#missing(cell, index)));
    this.terminal.write(`${padded.join("|")}\n`);
  }

  #missing(cell: string, index: number): number {
    return Math.max(0, (this.widths[index] ?? 0) - [...cell].length);
  }
}

/** `13:05:09.250000 24/12/2026`, by the clock on the wall. */
function localTime(unixSeconds: number): string {
  const time = new Date(unixSeconds * 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [time.getDate(), time.getMonth() + 1].map(two).join("/");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${clock}.${String(time.getMilliseconds() * 1000).padStart(6, "0")} ${day}/${time.getFullYear()}`;
}

import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

const FLAGS = {
  admin: { type: "boolean", short: "a" },
  remove: { type: "boolean", short: "r" },
  all: { type: "boolean", short: "a" },
  expired: { type: "boolean", short: "x" },
} as const satisfies Options;

type Flag = keyof typeof FLAGS;

/** What each command takes behind its name; `[…]` may be left out. */
const COMMANDS = {
  adduser: { flags: ["admin"], words: ["email", "[userid]"] },
  setadmin: { flags: ["remove"], words: ["user"] },
  cpasswd: { flags: [], words: ["user"] },
  delete: { flags: [], words: ["user"] },
  list: { flags: [], words: [] },
  info: { flags: [], words: ["user"] },
  listsessions: { flags: ["all", "expired"], words: ["[user]"] },
  killsessions: { flags: ["all", "expired"], words: ["[user]"] },
} as const satisfies Readonly<
  Record<string, { readonly flags: readonly Flag[]; readonly words: readonly string[] }>
>;

export type CommandName = keyof typeof COMMANDS;

/** How `usermgr` was called. */
export interface Arguments {
  readonly userspace: string;
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly flags: ReadonlySet<Flag>;
  /** Where the userspace lies, as far as it is said. */
  readonly server: Readonly<Partial<Record<"user" | "password" | "host" | "port", string>>>;
}

/** `usermgr` was called in a way that cannot work. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
  constructor(
    message: string,
    /** Where no command is named at all, the original ended with 1. */
    readonly exitCode: 1 | 2 = 2,
    readonly usage = USAGE,
  ) {
    super(message);
  }
}

const NAMES = Object.keys(COMMANDS).join(",");
const USAGE = `usage: usermgr [-h] [--version] [--dbuser DBUSER] [--dbpasswd PASSWD]
               [--dbhost HOST] [--dbport PORT]
               userspace
               {${NAMES}}
               ...`;

const SERVER = {
  dbuser: { type: "string", short: "u" },
  dbpasswd: { type: "string", short: "p" },
  dbhost: { type: "string", short: "s" },
  dbport: { type: "string", short: "t" },
  version: { type: "boolean", short: "v" },
} as const satisfies Options;

const TAKES_NEXT = /^(?:-[upst]|--db(?:user|passwd|host|port))$/;

/**
 * Reads what stands behind the name of the program. Options of the server stand before the command, and those of the
 * command behind it.
 *
 * @returns `"version"` where that is asked for.
 * @throws WrongUse
 */
export function readArguments(args: readonly string[]): Arguments | "version" {
  const at = placeOfCommand(args);
  const { values, positionals } = parse(args.slice(0, at), SERVER, USAGE);
  if (values.version === true) return "version";
  const [userspace] = positionals;
  if (userspace === undefined) throw new WrongUse("the following arguments are required: userspace");
  const command = args[at];
  if (command === undefined) throw new WrongUse(`a command is missing: choose from ${NAMES}`, 1);
  if (!isCommand(command)) throw new WrongUse(`invalid choice: '${command}' (choose from ${NAMES})`);
  const { dbuser: user, dbpasswd: password, dbhost: host, dbport: port } = values;
  const server = Object.fromEntries(
    Object.entries({ user, password, host, port }).filter(([, value]) => value !== undefined),
  );
  return { userspace, command, server, ...readCommand(command, args.slice(at + 1)) };
}

/** The second word that belongs to no option. */
function placeOfCommand(args: readonly string[]): number {
  let words = 0;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (TAKES_NEXT.test(word)) at++;
    else if (!/^-./.test(word) && ++words === 2) return at;
  }
  return args.length;
}

function readCommand(command: CommandName, args: readonly string[]): Pick<Arguments, "words" | "flags"> {
  const { flags, words } = COMMANDS[command];
  const options = flags.map((flag) => [flag, FLAGS[flag]] as const);
  const shown = [...flags.map((flag) => `[--${flag}]`), ...words].join(" ");
  const usage = `usage: usermgr userspace ${command} ${shown}`.trimEnd();
  const { values, positionals } = parse(args, Object.fromEntries(options), usage);
  const missing = words.filter((word, index) => !word.startsWith("[") && positionals[index] === undefined);
  if (missing.length > 0)
    throw new WrongUse(`the following arguments are required: ${missing.join(", ")}`, 2, usage);
  const [tooMuch] = positionals.slice(words.length);
  if (tooMuch !== undefined) throw new WrongUse(`unrecognized arguments: ${tooMuch}`, 2, usage);
  return { words: positionals, flags: new Set(flags.filter((flag) => values[flag] === true)) };
}

function parse<Known extends Options>(args: readonly string[], options: Known, usage: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (error instanceof TypeError && "code" in error && /^ERR_PARSE_ARGS/.test(String(error.code)))
      throw new WrongUse(error.message.split(". ")[0] ?? error.message, 2, usage);
    throw error;
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

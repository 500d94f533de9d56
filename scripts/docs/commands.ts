import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { compare, type Drift, ROOT, readPage, sectionsOf } from "./markdown.js";

const PAGE = "docs/cli.md";
const PROGRAM = "watchword";

interface Command {
  /** `watchword user create`; the program itself is `watchword`. */
  readonly name: string;
  readonly flags: ReadonlySet<string>;
  readonly isGroup: boolean;
}

/**
 * docs/cli.md has a heading `## watchword <command>` for each command, and the flags of a command stand in its
 * section, those that every command takes at the head of the page.
 */
export async function checkCommands(): Promise<Drift[]> {
  const commands = await readCommands([]);
  const leaves = commands.filter((command) => !command.isGroup);
  const shared = new Set(
    [...(leaves[0]?.flags ?? [])].filter((flag) => leaves.every((command) => command.flags.has(flag))),
  );
  const known = new Set(commands.flatMap((command) => [...command.flags]));
  const { chapters, rest } = readChapters();

  const drift = compare(
    new Set(leaves.map((command) => command.name)),
    new Set([...chapters.keys()].filter((name) => !commands.some((one) => one.isGroup && one.name === name))),
    PAGE,
    "command",
  );
  for (const flag of shared)
    if (!rest.has(flag)) drift.push({ where: PAGE, what: `lacks \`${flag}\`, which every command takes` });
  for (const flag of rest)
    if (!known.has(flag)) drift.push({ where: PAGE, what: `names \`${flag}\`, which no command takes` });
  for (const command of leaves) {
    const told = chapters.get(command.name);
    if (told === undefined) continue;
    for (const flag of command.flags)
      if (!shared.has(flag) && !told.has(flag))
        drift.push({ where: PAGE, what: `lacks \`${flag}\` below "${command.name}"` });
    for (const flag of told)
      if (!command.flags.has(flag))
        drift.push({
          where: PAGE,
          what: `names \`${flag}\` below "${command.name}", which does not take it`,
        });
  }
  return drift;
}

/** The flags named below each command's heading, and those named elsewhere on the page. */
function readChapters(): { chapters: Map<string, Set<string>>; rest: Set<string> } {
  const chapters = new Map<string, Set<string>>();
  const rest = new Set<string>();
  let current = rest;
  let level = 0;
  for (const section of sectionsOf(readPage(PAGE))) {
    const command = /^`?(watchword [a-z][a-z -]*?)`?$/.exec(section.text)?.[1];
    if (command !== undefined) {
      current = chapters.get(command) ?? new Set();
      chapters.set(command, current);
      level = section.level;
    } else if (section.level <= level) current = rest;
    for (const flag of flagsIn(section.body)) current.add(flag);
  }
  return { chapters, rest };
}

/** Asks the built program itself, command by command. */
async function readCommands(path: readonly string[]): Promise<Command[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`${ROOT}dist/cli/main.js`, ...path, "--help"],
    { env: { ...process.env, NO_COLOR: "1", COLUMNS: "200" } },
  );
  const children = [...part(stdout, "Commands").matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map((match) => match[1] ?? "")
    .filter((name) => name !== "help" && name !== "");
  const options = [part(stdout, "Options"), part(stdout, "Global Options")].join("\n");
  const flags = new Set(
    [...options.matchAll(/^ {2}(?:-\w, )?(--[a-z][a-z-]*)/gm)].map((match) => match[1] ?? ""),
  );
  const own = { name: [PROGRAM, ...path].join(" "), flags, isGroup: children.length > 0 };
  const below = await Promise.all(children.map((child) => readCommands([...path, child])));
  return [own, ...below.flat()];
}

/** What stands below `Title:` in a help text, up to the next such line. */
function part(help: string, title: string): string {
  const lines = help.split("\n");
  const start = lines.indexOf(`${title}:`);
  if (start < 0) return "";
  const end = lines.findIndex((line, index) => index > start && /^\S/.test(line));
  return lines.slice(start + 1, end < 0 ? undefined : end).join("\n");
}

function flagsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
}

import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { buildProgram } from "#dist/cli/program.js";
import { Bench } from "./command-line.js";

const COMMANDS = [
  "block",
  "block list",
  "block put",
  "block remove",
  "block show",
  "cleanup",
  "code",
  "code confirm",
  "code request",
  "compat",
  "compat minimus",
  "compat pgusers",
  "compat piccolo",
  "config",
  "copy",
  "database",
  "database create",
  "database drop",
  "database reset",
  "doctor",
  "export",
  "import",
  "limit",
  "limit check",
  "limit check-and-hit",
  "limit hit",
  "limit reset",
  "limit time-since",
  "mail",
  "mail deliver",
  "mail drop",
  "mail list",
  "mail preview",
  "mail retry",
  "mail test",
  "migrate",
  "password",
  "password identify",
  "password verify",
  "secret",
  "serve",
  "session",
  "session kill",
  "session list",
  "session policy",
  "set-up",
  "stats",
  "user",
  "user block",
  "user change-password",
  "user change-permissions",
  "user create",
  "user delete",
  "user list",
  "user set-second-factor",
  "user show",
  "user unblock",
  "user unlock",
  "user update",
];

function walk(command: Command, path: readonly string[] = []): [string, Command][] {
  return command.commands.flatMap((child): [string, Command][] => {
    const own = [...path, child.name()];
    return [[own.join(" "), child], ...walk(child, own)];
  });
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe("help", () => {
  const program = buildProgram();

  it("knows all commands", () => {
    expect(
      walk(program)
        .map(([path]) => path)
        .sort(),
    ).toEqual(COMMANDS);
  });

  it.each(walk(program))("of %s says what it does and shows an example", (path, command) => {
    const help = helpOf(command);
    expect(help).toContain(`Usage: watchword ${path}`);
    expect(command.description()).not.toBe("");
    expect(help).toMatch(new RegExp(`Examples:\\n(.*\\n)*.*watchword ${path}`));
    expect(help).toContain("--database <url>");
  });

  it("and version come from the built program with exit code 0, on stdout", async () => {
    const bench = await Bench.open();
    try {
      const help = await bench.run(["user", "create", "--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toContain("Usage: watchword user create");
      const version = await bench.run(["--version"]);
      expect(version).toMatchObject({ code: 0, stderr: "" });
      expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
    } finally {
      await bench.close();
    }
  });
});

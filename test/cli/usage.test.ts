import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench, errorOf } from "./command-line.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

describe("wrong use ends with 2, names what helps, and makes no database", () => {
  it.each([
    [["user", "list", "--databse", "x"], /unknown option '--databse'.*--database/],
    [["user", "lst"], /unknown command 'lst'.*list/],
    [["user"], /command is missing/],
    [["user", "show"], /Give a user .*no terminal/],
    [["user", "show", "ada", "bob"], /too many arguments/],
    [["user", "create", "--no-password"], /--username/],
    [["user", "create", "--username", "ada"], /--password-stdin.*--no-password/],
    [["user", "create", "--username", "ada", "--no-password", "--data", "plan"], /--data/],
    [["user", "create", "--username", "ada", "--password", "x", "--password-stdin"], /cannot be used with/],
    [["user", "update", "ada"], /--username/],
    [["user", "update", "ada", "--email", ""], /--no-email/],
    [["user", "change-permissions", "ada"], /--active/],
    [["user", "block", "ada", "--until", "soon"], /--until/],
    [["user", "list", "--limit", "0"], /1 to 1000/],
    [["user", "list", "--all", "--limit", "5"], /--limit/],
    [["session", "kill"], /--expired/],
    [["session", "kill", "ada", "--all"], /exactly one/],
    [["session", "kill", "--all"], /--yes/],
    [["session", "list", "--state", "dead"], /live, expired, all/],
    [["serve", "--port", "65536"], /--port/],
    [["serve", "--host", "0.0.0.0"], /--base-url/],
  ])("%j", async (args, message) => {
    const ended = await bench.run(args, { input: "" });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr.trimEnd().split("\n").at(-1)).toMatch(/^error: .*\(wrong-use\)$/);
    expect(ended.stderr).toMatch(message);
    expect(await bench.database.dump()).toBe("");
  });

  it("names the environment variable whose value is wrong", async () => {
    const ended = await bench.run(["serve"], { env: { PORT: "http" } });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/env 'PORT'/);
  });

  it("is JSON on stderr with --json", async () => {
    const ended = await bench.run(["user", "list", "--jsn", "--json"]);
    expect(ended.code).toBe(2);
    expect(errorOf(ended)).toEqual({
      code: "wrong-use",
      message: "unknown option '--jsn' (Did you mean --json?)",
    });
  });
});

describe("a database that does not exist", () => {
  it.each([
    [["user", "list"]],
    [["user", "update", "ada", "--locale", "en"]],
    [["stats"]],
    [["set-up"]],
    [["migrate", "--check"]],
  ])("is not made by %j", async (args) => {
    const ended = await bench.run(args);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(bench.database.name);
    expect(ended.stderr).toMatch(/^error: .*watchword migrate/);
    expect(ended.stderr).not.toContain("    at ");
    expect(await bench.database.dump()).toBe("");
  });

  it("shows where the error comes from with WATCHWORD_DEBUG=1", async () => {
    const ended = await bench.run(["user", "list"], { env: { WATCHWORD_DEBUG: "1" } });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("    at ");
  });
});

it("makes secrets, each one new, without a database", async () => {
  const secrets = await Promise.all([bench.run(["secret"]), bench.run(["secret"])]);
  for (const { code, stdout } of secrets) {
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\w-]{43}\n$/);
  }
  expect(secrets[0].stdout).not.toBe(secrets[1].stdout);
});

it.each([[[]], [["--json"]]])(
  "says in one line that Node is too old, before anything else (%j)",
  async (more) => {
    const old = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.18.3"}})';
    const ended = await bench.run(["user", "lst", ...more], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` },
    });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(
      /^[^\n]*Node 20\.18\.3 is too old; Watchword needs 20\.19 or newer\.[^\n]*\n$/,
    );
    expect(ended.stderr).toContain("node-too-old");
  },
);

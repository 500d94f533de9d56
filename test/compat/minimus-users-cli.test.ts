import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  authenticate,
  close,
  createUser,
  getUser,
  getUsers,
  initialize,
} from "watchword/compat/minimus-users";
import { Bench, type Ended, hasTerminals } from "../cli/command-line.js";
import { STORE } from "../helpers/database.js";
import { newProject } from "../helpers/examples.js";

const CTRL_C = "\u0003";
const ENTER = "\r";
const LIST = "user services:\n  --createuser\n  --deleteuser\n  --listusers\n  --updateuser\n";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(async () => {
  await close();
  await bench.close();
});

/** The calls of the port on the bench's database, in this process. */
async function opened(): Promise<void> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const passwords = { argon2: { memory: 64, passes: 1, lanes: 1 } };
  await initialize(bench.url, { watchword: { ...bench.database.options, logger, passwords } });
}

const minimus = (args: readonly string[], input = ""): Promise<Ended> =>
  bench.run(["compat", "minimus", ...args], { input });

describe.skipIf(!hasTerminals)("on a terminal", () => {
  it("asks as the original did, but hides the password, and tells what came of it", async () => {
    const call = bench.inTerminal(["compat", "minimus", "--createuser"]);
    await call.says(/Username \(required\): $/);
    call.type(`ada${ENTER}`);
    await call.says(/Real Name: $/);
    call.type(`Ada Lovelace${ENTER}`);
    await call.says(/Email: $/);
    call.type(`ada@example.com${ENTER}`);
    await call.says(/Password \(required\):$/);
    call.type(`the engine${ENTER}`);
    await call.says(/Created user "ada"\./);
    const ended = await call.ended;
    expect(ended.code).toBe(0);
    const shown = stripVTControlCharacters(ended.stdout);
    expect(shown).toContain("Ada Lovelace");
    expect(shown).not.toContain("engine");
    await opened();
    expect(await authenticate("ada", "the engine")).toBe(true);
    expect(await getUser({ username: "ada" })).toMatchObject({
      realname: "Ada Lovelace",
      email: "ada@example.com",
    });
  });

  const QUESTIONS = [/Username \(required\): $/, /Real Name: $/, /Email: $/, /Password \(required\):$/];

  it.each([
    ["--createuser", QUESTIONS],
    ["--updateuser", QUESTIONS],
    ["--deleteuser", QUESTIONS.slice(0, 1)],
  ])("ends %s with 130 and nothing changed for Ctrl-C at each question", async (command, questions) => {
    await opened();
    await createUser("ada", "engine", { nick: "a" });
    const before = await getUsers();
    await close();
    for (const last of questions) {
      const call = bench.inTerminal(["compat", "minimus", command]);
      for (const question of questions) {
        await call.says(question);
        call.type(question === last ? CTRL_C : `ada${ENTER}`);
        if (question === last) break;
      }
      expect((await call.ended).code).toBe(130);
    }
    await opened();
    expect(await getUsers()).toEqual(before);
    expect(await authenticate("ada", "engine")).toBe(true);
  });
});

it.skipIf(!hasTerminals)("Ctrl-C that comes before its question ends it, too", async () => {
  const call = bench.inTerminal(["compat", "minimus", "--createuser"]);
  await call.says(/Username \(required\): $/);
  call.type(`ada${ENTER}${CTRL_C}`);
  expect((await call.ended).code).toBe(130);
});

describe("--createuser", () => {
  it("takes its answers from a pipe", async () => {
    const ended = await minimus(["--createuser"], "ada\nAda Lovelace\n\nthe engine\n");
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('Created user "ada".\n');
    expect(ended.stdout).not.toContain("engine");
    await opened();
    const { _id, ...record } = (await getUser({ username: "ada" })) ?? {};
    expect(record).toEqual({ username: "ada", realname: "Ada Lovelace", email: "" });
    expect(await authenticate("ada", "the engine")).toBe(true);
  });

  it("fails for a name that is taken, empty or impossible, and for no password", async () => {
    await minimus(["--createuser"], "ada\n\n\nengine\n");
    for (const [answers, told] of [
      ["ada\n\n\nanother\n", 'There is a user "ada" already'],
      ["\n\n\nanother\n", "A user needs a username and a password"],
      ["bob\n\n\n\n", "A user needs a username and a password"],
      ["a\u202eb\n\n\nanother\n", "a\\u202eb"],
      [`bob\n\n\n${"x".repeat(4097)}\n`, "4096"],
      ["bob\nBob\n", "The input ended"],
      ["", "The input ended"],
    ] as const) {
      const ended = await minimus(["--createuser"], answers);
      expect([answers, ended.code]).toEqual([answers, 1]);
      expect(ended.stderr).toContain(told);
      expect(ended.stderr).not.toMatch(/\n\s+at /);
    }
    await opened();
    expect((await getUsers()).map(({ username }) => username)).toEqual(["ada"]);
    expect(await authenticate("ada", "engine")).toBe(true);
  });
});

describe("--updateuser", () => {
  it("changes what was answered and leaves the rest", async () => {
    await opened();
    await createUser("ada", "engine", { realname: "Ada", email: "ada@example.com", nick: "a" });
    await close();
    expect(await minimus(["--updateuser"], "ada\nAda Lovelace\n\n\n")).toMatchObject({ code: 0 });
    const ended = await minimus(["--updateuser"], "ada\n\nlovelace@example.com\na new engine\n");
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('Updated user "ada".\n');
    await opened();
    expect(await getUser({ username: "ada" })).toMatchObject({
      realname: "Ada Lovelace",
      email: "lovelace@example.com",
      nick: "a",
    });
    expect([await authenticate("ada", "engine"), await authenticate("ada", "a new engine")]).toEqual([
      false,
      true,
    ]);
  });

  it("fails for nobody", async () => {
    await opened();
    await close();
    const ended = await minimus(["--updateuser"], "zoe\nZoe\n\n\n");
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no user "zoe"') });
  });
});

describe("--deleteuser", () => {
  it("deletes, and fails for nobody", async () => {
    await opened();
    await createUser("ada", "engine");
    await createUser("bob", "builder");
    await close();
    const ended = await minimus(["--deleteuser"], "ada\n");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toContain('Deleted user "ada".\n');
    for (const nobody of ["ada\n", "\n", ""])
      expect(await minimus(["--deleteuser"], nobody)).toMatchObject({ code: 1 });
    await opened();
    expect((await getUsers()).map(({ username }) => username)).toEqual(["bob"]);
  });
});

describe("--listusers", () => {
  it("prints a record a line, never with a hash, nothing of which steers a terminal", async () => {
    await opened();
    const fields = { joined: new Date(1000), note: "red\u001b[31m \u009b31m \u202eabc" };
    await createUser("ada", "engine", fields);
    await createUser("bob", "builder");
    const ids = new Map((await getUsers()).map(({ _id, username }) => [username, _id]));
    await close();
    for (const command of ["--listusers", "--listuser"]) {
      const { code, stdout, stderr } = await minimus([command]);
      expect([code, stderr]).toEqual([0, ""]);
      const printable = /^[\x20-\x7e\n]*$/;
      expect(stdout).toMatch(printable);
      expect(stdout).not.toContain("argon2");
      const records = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(records.sort((one, other) => (one.username < other.username ? -1 : 1))).toEqual([
        { ...fields, _id: ids.get("ada"), username: "ada", joined: { $date: { $numberLong: "1000" } } },
        { _id: ids.get("bob"), username: "bob" },
      ]);
    }
  });

  it("says where there is nobody yet, and makes no database by looking", async () => {
    expect(await minimus(["--listusers"])).toMatchObject({ code: 1 });
    expect(await bench.database.dump()).toBe("");
    await opened();
    await close();
    expect(await minimus(["--listusers"])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "There are no users yet.\n",
    });
  });
});

it("any other argument, or none, prints the list of commands as wrong use", async () => {
  for (const args of [["--creatuser"], ["something"], []])
    expect(await minimus(args)).toMatchObject({ code: 2, stdout: LIST });
});

it.skipIf(STORE !== "sqlite")("keeps to the folder userdata where no database is named", async () => {
  const env = { WATCHWORD_DATABASE_URL: "" };
  const inFolder = (command: string, input: string) =>
    bench.run(["compat", "minimus", command], { env, input });
  expect(await inFolder("--listusers", "")).toMatchObject({ code: 1 });
  expect(await readdir(bench.folder)).toEqual([]);
  expect(await inFolder("--createuser", "ada\n\n\nengine\n")).toMatchObject({ code: 0 });
  expect(await readdir(join(bench.folder, "userdata"))).toContain("users.db");
  expect((await inFolder("--listusers", "")).stdout).toContain('"ada"');
});

it.skipIf(STORE !== "sqlite")("says what to do about a folder of MontyDB", async () => {
  await mkdir(join(bench.folder, "userdata"));
  await writeFile(join(bench.folder, "userdata", ".monty.storage"), "flatfile");
  const ended = await bench.run(["compat", "minimus", "--listusers"], {
    env: { WATCHWORD_DATABASE_URL: "" },
  });
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("watchword import") });
});

describe("userServicesCli in a program of one's own", () => {
  const PROGRAM = `
import { close, initialize, userServicesCli } from "watchword/compat/minimus-users";
await initialize(process.env.DATABASE, { watchword: JSON.parse(process.env.OPTIONS ?? "{}") });
console.log("command:", await userServicesCli(process.argv.slice(1)));
await close();
`;
  let folder: string;
  beforeEach(async () => {
    folder = await newProject();
    await writeFile(join(folder, "app.js"), PROGRAM);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Standard output of `node app.js …`. */
  const app = (args: readonly string[], input = ""): Promise<string> =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, DATABASE: bench.url, OPTIONS: JSON.stringify(bench.database.options) };
      const child = execFile(process.execPath, ["app.js", ...args], { cwd: folder, env }, (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      );
      child.stdin?.end(input);
    });

  it("does what the arguments say, and tells whether there was a command", async () => {
    expect(await app([])).toBe("command: false\n");
    expect(await app(["--help"])).toBe(`${LIST}command: true\n`);
    expect(await app(["--createuser"], "ada\nAda\n\nengine\n")).toMatch(
      /Created user "ada"\.\ncommand: true\n$/,
    );
    expect(await app(["run", "--listusers"])).toMatch(/^\{.*"username":"ada".*\}\ncommand: true\n$/);
    expect(await app(["--createuser"], "ada\nAda\n\nengine\n")).toMatch(/command: true\n$/);
    expect(await app(["--updateuser"], "ada\n\n\nanother\n")).toMatch(/Updated user "ada"/);
    await opened();
    expect(await authenticate("ada", "another")).toBe(true);
    await close();
    expect(await app(["--deleteuser"], "ada\n")).toMatch(/Deleted user "ada"\.\ncommand: true\n$/);
    expect(await app(["--listusers"])).toBe("command: true\n");
  });
});

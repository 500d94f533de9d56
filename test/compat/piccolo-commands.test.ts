import { userInfo } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPiccolo, type Piccolo } from "watchword/compat/piccolo";
import { Bench, type CallOptions, type Ended, hasTerminals } from "../cli/command-line.js";
import { portOptions } from "../helpers/compat.js";

const ENTER = "\r";
const CTRL_C = "\u0003";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

/** Runs `watchword compat piccolo …` with these lines as its input. */
function piccolo(args: readonly string[], lines: readonly string[] = [], options: CallOptions = {}) {
  const input = lines.map((line) => `${line}\n`).join("");
  return bench.run(["compat", "piccolo", ...args], { input, ...options });
}

async function using<Result>(use: (port: Piccolo) => Promise<Result>): Promise<Result> {
  const { database } = bench;
  const port = await openPiccolo({
    url: database.url,
    watchword: portOptions(database, Date.UTC(2026, 2, 2, 9, 30)),
  });
  try {
    return await use(port);
  } finally {
    await port.close();
  }
}

const login = (username: string, password: string) =>
  using(({ BaseUser }) => BaseUser.login({ username, password }));

const find = (username: string) => using(({ space }) => space.users.find({ username }));

function failed(ended: Ended, why: string | RegExp): void {
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(why);
  expect(ended.stderr).not.toMatch(/\n\s+at |internal/);
}

describe("migrations forwards user", () => {
  it("makes the database, once", async () => {
    for (const app of ["user", "user", "all"]) {
      const ended = await piccolo(["migrations", "forwards", app]);
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      expect(ended.stdout).toMatch(/is up to date \(schema version \d+\)\.\n$/);
    }
    expect(await using(async ({ space }) => space.identifiers)).toBe("exact");
    expect((await bench.run(["migrate", "--check"])).code).toBe(0);
  });

  it("knows one app", async () => {
    failed(
      await piccolo(["migrations", "forwards", "band"]),
      "There is one app here: migrations forwards user.",
    );
    failed(await piccolo(["migrations", "forwards"]), "There is one app here");
    expect(await bench.database.dump()).toBe("");
  });
});

describe("user create", () => {
  const flags = (more: readonly string[] = []) => [
    ...["user", "create", "--username=bob", "--email=bob@example.com", "--password=bob123"],
    ...["--is_admin=t", "--is_superuser=false", "--is_active"],
    ...more,
  ];

  it("takes everything as arguments, and warns of the password among them", async () => {
    const ended = await piccolo(flags());
    expect(ended).toMatchObject({ code: 0, stdout: "Created User 1\n" });
    expect(ended.stderr).toMatch(/^Warning: a password on the command line stays in the shell's history/);
    expect(await find("bob")).toMatchObject({
      email: "bob@example.com",
      admin: true,
      superuser: false,
      active: true,
    });
    expect(await login("bob", "bob123")).toBe(1);
  });

  it.each([
    ["--is_admin=t", true],
    ["--is_admin=true", true],
    ["--is_admin=True", true],
    ["--is_admin", true],
    ["--is_admin=f", false],
    ["--is_admin=false", false],
    ["--is_admin=False", false],
  ])("takes %s", async (flag, admin) => {
    const ended = await piccolo(flags([flag]));
    expect(ended.code).toBe(0);
    expect((await find("bob"))?.admin).toBe(admin);
  });

  it("asks a pipe for what was not given, in the words of the original", async () => {
    const ended = await piccolo(
      ["user", "new"],
      ["bob", "bob@example.com", "bob123", "bob123", "yes", "y", "n", "y"],
    );
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout.split("\n")).toEqual([
      `Enter username (${userInfo().username}):`,
      "Enter email:",
      "Enter password:",
      "Confirm password:",
      "Admin user? Enter y or n:",
      "Unrecognised option",
      "Admin user? Enter y or n:",
      "Superuser? Enter y or n:",
      "Active? Enter y or n:",
      "Created User 1",
      "",
    ]);
    expect(await find("bob")).toMatchObject({ admin: true, superuser: false, active: true });
    expect(await login("bob", "bob123")).toBe(1);
  });

  it("asks for the password alone where that alone is missing, and takes one's own name for an empty one", async () => {
    const rest = ["--email=", "--is_admin=f", "--is_superuser=f", "--is_active=f"];
    const ended = await piccolo(["user", "create", ...rest], ["", "secret", "secret"]);
    expect(ended.stdout).toMatch(/Created User 1\n$/);
    expect(await find(userInfo().username)).toMatchObject({ email: null, active: false });
  });

  it("makes nobody where the two passwords differ", async () => {
    const ended = await piccolo(
      ["user", "create"],
      ["bob", "bob@example.com", "bob123", "bob124", "y", "y", "y"],
    );
    expect(ended).toMatchObject({ code: 1, stderr: "Passwords don't match!\n" });
    expect(await bench.database.dump()).toBe("");
  });

  it.each([
    [["--password=short"], "The password is too short. (min 6) (password-refused)"],
    [["--password=pbkdf2_sha256$1"], "Do not pass a hashed password. (password-refused)"],
    [["--username="], "A username must be provided. (invalid-identifier)"],
    [["--is_admin=maybe"], "--is_admin takes true or false; it was given maybe."],
    [["--nosuch=1"], "There is no place for --nosuch=1; it takes [--username=X]"],
    [["--username"], "--username needs a value"],
    [["--constructor=1"], "There is no place for --constructor=1"],
  ])("refuses %j", async (more, why) => {
    const ended = await piccolo(flags(more));
    failed(ended, /The command failed\.\n/);
    expect(ended.stderr).toContain(why);
    expect(ended.stdout).toBe("");
  });

  it("tells of a taken name and of a taken address with their codes", async () => {
    await piccolo(flags());
    failed(await piccolo(flags(["--email=b@example.com"])), /username.*\(username-taken\)\n$/);
    failed(await piccolo(flags(["--username=rob"])), /email address.*\(email-taken\)\n$/);
    expect(await using(({ space }) => space.users.count())).toBe(1);
  });

  it("ends where its input does", async () => {
    failed(await piccolo(["user", "create"], ["bob"]), "The input ended before all was answered");
    expect(await bench.database.dump()).toBe("");
  });
});

describe.skipIf(!hasTerminals)("on a terminal", () => {
  it("user create asks for everything, the password hidden and twice", async () => {
    const call = bench.inTerminal(["compat", "piccolo", "user", "create"]);
    await call.says(/Enter username \(\w+\):\r?\n/);
    call.type(`bob${ENTER}`);
    await call.says(/Enter email:\r?\n/);
    call.type(`bob@example.com${ENTER}`);
    await call.says(/Enter password:\r?\n/);
    call.type(`bob's secret${ENTER}`);
    await call.says(/Confirm password:\r?\n/);
    call.type(`bob's secret${ENTER}`);
    await call.says(/Admin user\? Enter y or n:\r?\n/);
    call.type(`perhaps${ENTER}`);
    await call.says(/Unrecognised option\r?\nAdmin user\? Enter y or n:\r?\n/);
    call.type(`y${ENTER}`);
    await call.says(/Superuser\? Enter y or n:\r?\n/);
    call.type(`n${ENTER}`);
    await call.says(/Active\? Enter y or n:\r?\n/);
    call.type(`y${ENTER}`);
    await call.says(/Created User 1\r?\n/);
    const ended = await call.ended;
    expect(ended.code).toBe(0);
    const shown = stripVTControlCharacters(ended.stdout);
    expect(shown).toContain("bob@example.com");
    expect(shown).not.toContain("secret");
    expect(shown.match(/Enter email:/g)).toHaveLength(1);
    expect(await login("bob", "bob's secret")).toBe(1);
  });

  it("user change_password asks for the name and twice for the password", async () => {
    await using(({ BaseUser }) => BaseUser.createUser({ username: "bob", password: "bob123" }));
    const call = bench.inTerminal(["compat", "piccolo", "user", "change_password"]);
    await call.says(/Enter username/);
    call.type(`bob${ENTER}`);
    await call.says(/Enter password/);
    call.type(`another${ENTER}`);
    await call.says(/Confirm password/);
    call.type(`another${ENTER}`);
    await call.says(
      /Updated password for bob\r?\nIf using session auth, we recommend invalidating this user's session\./,
    );
    expect((await call.ended).code).toBe(0);
    expect([await login("bob", "bob123"), await login("bob", "another")]).toEqual([null, 1]);
  });

  it("Ctrl-C changes nothing", async () => {
    const call = bench.inTerminal(["compat", "piccolo", "user", "create"]);
    await call.says(/Enter username/);
    call.type(CTRL_C);
    expect((await call.ended).code).toBe(130);
    expect(await bench.database.dump()).toBe("");
  });
});

describe("user list", () => {
  const people = [
    { username: "carol", email: "z@example.com", first_name: "Carol", active: true },
    { username: "Bob", email: "", first_name: "bob", admin: true },
    { username: "alice", email: "m@example.com", first_name: null, superuser: true },
  ];

  async function fill(): Promise<void> {
    await using(async ({ BaseUser }) => {
      for (const person of people) await BaseUser.createUser({ ...person, password: "secret" });
      await BaseUser.login({ username: "carol", password: "secret" });
    });
  }

  async function names(...args: string[]): Promise<readonly string[]> {
    const { stdout } = await piccolo(["user", "list", ...args]);
    return stdout
      .split("\n")
      .slice(2, -1)
      .map((line) => line.split(" | ")[1]?.trim() ?? "");
  }

  it("shows everybody by username, in the original's table, and never a hash", async () => {
    await fill();
    const ended = await piccolo(["user", "list"]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toBe(
      [
        "id | username | first_name | last_name | email         | active | admin | superuser | last_login             ",
        "---+----------+------------+-----------+---------------+--------+-------+-----------+------------------------",
        "3  | alice    | None       |           | m@example.com | False  | False | True      | None                   ",
        "2  | Bob      | bob        |           |               | False  | True  | False     | None                   ",
        "1  | carol    | Carol      |           | z@example.com | True   | False | False     | 2026-03-02 09:30:00.000",
        "",
      ].join("\n"),
    );
  });

  it("orders by any column, both ways, and shows a page", async () => {
    await fill();
    expect(await names()).toEqual(["alice", "Bob", "carol"]);
    expect(await names("--order_by=-username")).toEqual(["carol", "Bob", "alice"]);
    expect(await names("--order_by=id")).toEqual(["carol", "Bob", "alice"]);
    expect(await names("--order_by=-id")).toEqual(["alice", "Bob", "carol"]);
    expect(await names("--order_by=email")).toEqual(["Bob", "alice", "carol"]);
    expect(await names("--order_by=first_name")).toEqual(["Bob", "carol", "alice"]);
    expect(await names("--order_by=-active")).toEqual(["carol", "alice", "Bob"]);
    expect(await names("--order_by=admin")).toEqual(["alice", "carol", "Bob"]);
    expect(await names("--order_by=superuser")).toEqual(["Bob", "carol", "alice"]);
    expect(await names("--order_by=last_login")).toEqual(["carol", "alice", "Bob"]);
    expect(await names("--limit=2")).toEqual(["alice", "Bob"]);
    expect(await names("--limit=2", "--page=2")).toEqual(["carol"]);
    expect(await names("--limit=1", "--page=2", "--order_by=-id")).toEqual(["Bob"]);
    expect(await names("1", "3", "id")).toEqual(["alice"]);
  });

  it("shows 20 a page, and says No data behind the last and where there is nobody", async () => {
    await piccolo(["migrations", "forwards", "user"]);
    expect(await piccolo(["user", "ls"])).toMatchObject({ code: 0, stdout: "No data\n" });
    await using(async ({ BaseUser }) => {
      for (let i = 10; i < 33; i++) await BaseUser.createUser({ username: `user${i}`, password: "secret" });
    });
    expect(await names()).toHaveLength(20);
    expect(await names("--page=2")).toEqual(["user30", "user31", "user32"]);
    expect(await names("--page=2", "--order_by=-username")).toEqual(["user12", "user11", "user10"]);
    expect(await piccolo(["user", "list", "--page=3"])).toMatchObject({ code: 0, stdout: "No data\n" });
    const far = ["user", "list", "--page=999999999999999", "--limit=999999999999999", "--order_by=email"];
    expect(await piccolo(far)).toMatchObject({ code: 0, stdout: "No data\n" });
  });

  it.each([
    ["--page=0", "The page number must > 0."],
    ["--page=-1", "The page number must > 0."],
    ["--limit=0", "The limit number must be > 0."],
    ["--limit=many", "--limit takes a whole number; it was given many."],
    [
      "--order_by=password",
      "must be one of the following: id, username, first_name, last_name, email, active, admin, superuser, last_login",
    ],
    ["--order_by=--id", "The order_by argument must be one of the following: id"],
  ])("refuses %s", async (flag, why) => {
    const ended = await piccolo(["user", "list", flag]);
    failed(ended, /^The command failed\./);
    expect(ended.stderr).toContain(why);
    expect(ended.stdout).toBe("");
  });

  it("lets what is stored neither steer the terminal nor break the table", async () => {
    await using(({ BaseUser }) =>
      BaseUser.createUser({ username: "bob", password: "secret", first_name: "\u001B[2J\nroot\u202E" }),
    );
    const { stdout } = await piccolo(["user", "list"]);
    expect(stdout.split("\n")).toHaveLength(4);
    for (const character of ["\u001B", "\u202E"]) expect(stdout).not.toContain(character);
  });

  it("shows users who were not made by the port without a number", async () => {
    await using(({ space }) => space.users.create({ email: "ada@example.com" }));
    expect((await piccolo(["user", "list"])).stdout).toMatch(
      /\nNone \| None +\| None +\| None +\| ada@example\.com/,
    );
  });
});

describe("user change_password", () => {
  beforeEach(() => using(({ BaseUser }) => BaseUser.createUser({ username: "bob", password: "bob123" })));

  it("changes it, with the original's advice", async () => {
    const ended = await piccolo(["user", "pass"], ["bob", "another", "another"]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(
      /Updated password for bob\nIf using session auth, we recommend invalidating this user's session\.\n$/,
    );
    expect([await login("bob", "bob123"), await login("bob", "another")]).toEqual([null, 1]);
  });

  it("tells of a user who is not there", async () => {
    const ended = await piccolo(["user", "change_password"], ["zz", "another", "another"]);
    expect(ended).toMatchObject({ code: 1, stderr: "User zz doesn't exist!\n" });
    expect(ended.stdout).not.toContain("Updated");
  });

  it("refuses two that differ, and one that is too short", async () => {
    const different = await piccolo(["user", "change_password"], ["bob", "another", "an other"]);
    expect(different).toMatchObject({ code: 1, stderr: "Passwords don't match!\n" });
    const short = await piccolo(["user", "password"], ["bob", "short", "short"]);
    failed(short, /The password is too short\. \(min 6\)/);
    expect(await login("bob", "bob123")).toBe(1);
  });
});

describe("user change_permissions", () => {
  beforeEach(() =>
    using(({ BaseUser }) => BaseUser.createUser({ username: "bob", password: "bob123", active: true })),
  );

  it("changes those that are given, and no other", async () => {
    const ended = await piccolo(["user", "change_permissions", "bob", "--admin", "--superuser=true"]);
    expect(ended).toMatchObject({ code: 0, stdout: "Updated permissions for bob\n", stderr: "" });
    expect(await find("bob")).toMatchObject({ active: true, admin: true, superuser: true });
    await piccolo(["user", "perms", "--active=false", "--username=bob", "--admin=f"]);
    expect(await find("bob")).toMatchObject({ active: false, admin: false, superuser: true });
  });

  it("says so where none is given", async () => {
    const ended = await piccolo(["user", "perm", "bob"]);
    expect(ended).toMatchObject({ code: 0, stdout: "No changes detected\n" });
  });

  it("tells of a user who is not there, and of none that was named", async () => {
    for (const more of [[], ["--admin"]]) {
      const ended = await piccolo(["user", "change_permissions", "zz", ...more]);
      expect(ended).toMatchObject({ code: 1, stdout: "", stderr: "User zz doesn't exist!\n" });
    }
    failed(await piccolo(["user", "change_permissions"]), "Name the user");
    failed(await piccolo(["user", "change_permissions", "bob", "--active=perhaps"]), "takes true or false");
    expect((await find("bob"))?.active).toBe(true);
  });
});

describe("the command line", () => {
  it("lists its commands where none is named, and refuses one that there is not", async () => {
    const help = await piccolo([]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const command of ["user create", "user list", "user change_password", "user change_permissions"])
      expect(help.stdout).toContain(command);
    failed(await piccolo(["user", "nosuch"]), "Unrecognised command - nosuch");
    failed(await piccolo(["user"]), "Unrecognised command - user");
  });

  it("makes no database by looking", async () => {
    for (const args of [
      ["user", "list"],
      ["user", "change_permissions", "bob", "--admin"],
    ])
      failed(await piccolo(args), /The command failed\.\n.+\n$/);
    expect(await bench.database.dump()).toBe("");
  });

  it("wants to know the database, and takes it from --database too", async () => {
    const env = { WATCHWORD_DATABASE_URL: "" };
    failed(await piccolo(["user", "list"], [], { env }), "Which database?");
    await piccolo(["migrations", "forwards", "user"]);
    const named = await bench.run(["--database", bench.url, "compat", "piccolo", "user", "list"], { env });
    expect(named).toMatchObject({ code: 0, stdout: "No data\n" });
  });
});

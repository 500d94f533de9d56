import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UserSpace } from "watchword";
import { Bench, hasTerminals } from "../cli/command-line.js";

const ENTER = "\r";
const CTRL_C = "\u0003";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

/** `usermgr <userspace> …`, as it is called now. */
const usermgr = (args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}) =>
  bench.run(["compat", "pgusers", ...args], { input, env: { TZ: "UTC", ...env } });

/** What it printed where it went well. */
async function says(args: readonly string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await usermgr(["crm", ...args], input);
  expect([args.join(" "), code, stderr]).toEqual([args.join(" "), 0, ""]);
  return stdout;
}

/** What it printed, and its exit code, where it refused. */
async function refuses(args: readonly string[], input = ""): Promise<readonly [string, number | null]> {
  const { code, stdout, stderr } = await usermgr(["crm", ...args], input);
  expect(stdout + stderr).not.toMatch(/^ +at |Traceback|\.js:\d/m);
  return [`${stdout}${stderr}`.trim().split("\n").at(-1) ?? "", code];
}

/** Twice, as it is asked for. */
const typed = (password: string) => `${password}\n${password}\n`;

async function withSpace<Result>(use: (space: UserSpace) => Promise<Result>): Promise<Result> {
  const space = await bench.openSpace();
  try {
    return await use(space);
  } finally {
    await space.close();
  }
}

const passwordFits = (username: string, password: string) =>
  withSpace(async (space) =>
    space.passwords.check((await space.users.find({ username }))?.id ?? null, password),
  );

describe("usermgr, with pipes", () => {
  it("tells of nobody in an empty userspace", async () => {
    expect(await says(["list"])).toBe("");
    expect(await says(["listsessions", "--all"])).toBe("");
    expect(await says(["info", "nobody"])).toBe("None\n");
  });

  it("lets no stored text steer the terminal", async () => {
    await says(["adduser", "dan@x.org", "dan"], typed("secret"));
    await withSpace(async (space) => {
      const dan = await space.users.find({ username: "dan" });
      await space.users.update(dan?.id ?? "", { email: null });
      await space.users.data.merge(dan?.id ?? "", { email: "\u001b]0;owned\u0007" });
    });
    const listed = await says(["list"]);
    expect(listed).toContain("owned");
    expect(listed).not.toContain("\u001b");
  });

  it("adds users, lists them and tells of one", async () => {
    expect(await says(["adduser", "dan@x.org", "dan"], typed("secret"))).toContain(
      "User 'dan' created with uid: 1\n",
    );
    // No userid: the email is the username.
    expect(await says(["adduser", "--admin", "carol@x.org"], typed("hers"))).toContain(
      "User 'carol@x.org' created with uid: 2\n",
    );
    expect(await passwordFits("dan", "secret")).toBe(true);
    expect(await says(["list"])).toBe(
      [
        "uid  |username            |adm|email                         ",
        "=====+====================+===+==============================",
        "    2|carol@x.org         |yes|carol@x.org                   ",
        "    1|dan                 |   |dan@x.org                     ",
        "",
      ].join("\n"),
    );
    const record = [
      "{'admin': False,",
      " 'email': 'dan@x.org',",
      " 'extra_data': None,",
      " 'userid': 1,",
      " 'username': 'dan'}",
      "",
    ].join("\n");
    expect(await says(["info", "dan"])).toBe(record);
    expect(await says(["info", "dan@x.org"])).toBe(record);
  });

  it("asks for a password twice, and three times at the most", async () => {
    expect(await says(["adduser", "dan@x.org"], `a\nb\n${typed("right")}`)).toContain(
      "Passwords don't match.\n\n",
    );
    expect(await passwordFits("dan@x.org", "right")).toBe(true);
    expect(await refuses(["adduser", "eve@x.org"], "1\n2\n3\n4\n5\n6\n")).toEqual([
      "Too many retries. Exiting.",
      1,
    ]);
    expect(await refuses(["cpasswd", "dan@x.org"], "1\n2\n")).toEqual(["Too many retries. Exiting.", 1]);
    expect(await passwordFits("dan@x.org", "right")).toBe(true);
  });

  it("refuses what is no address before it asks, and taken or long names after it, without a stack", async () => {
    expect(await refuses(["adduser", "notmail"])).toEqual(["Not a valid emai address: 'notmail'", 1]);
    await says(["adduser", "dan@x.org", "dan"], typed("secret"));
    expect(await refuses(["adduser", "other@x.org", "dan"], typed("secret"))).toEqual([
      "User 'dan' already in database",
      1,
    ]);
    expect(await refuses(["adduser", "dan@x.org", "dan2"], typed("secret"))).toEqual([
      "Email 'dan@x.org' already in database",
      1,
    ]);
    const [long, code] = await refuses(["adduser", "long@x.org", "l".repeat(21)], typed("secret"));
    expect(long).toContain("longer than 20 characters");
    expect(code).toBe(1);
  });

  it("makes administrators and unmakes them, changes passwords and deletes, by username or email", async () => {
    await says(["adduser", "dan@x.org", "dan"], typed("secret"));
    expect(await says(["setadmin", "dan@x.org"])).toBe("dan is now an admin\n");
    expect(await withSpace(async (space) => (await space.users.find({ number: 1 }))?.admin)).toBe(true);
    expect(await says(["setadmin", "--remove", "dan"])).toBe("dan is now a regular user\n");
    expect(await says(["setadmin", "dan", "-r"])).toBe("dan is now a regular user\n");
    expect(await withSpace(async (space) => (await space.users.find({ number: 1 }))?.admin)).toBe(false);
    expect(await says(["cpasswd", "dan@x.org"], typed("newer"))).toContain(
      "Enter password for dan: \nRepeat password for dan: \nPassword changed for 'dan@x.org'\n",
    );
    expect(await passwordFits("dan", "newer")).toBe(true);
    expect(await says(["delete", "dan@x.org"])).toBe("User 'dan' deleted.\n");
    expect(await says(["list"])).toBe("");
    expect(await refuses(["setadmin", "zz"])).toEqual(["zz not found.", 1]);
    for (const command of ["cpasswd", "delete", "listsessions", "killsessions"])
      expect(await refuses([command, "zz"])).toEqual(["User 'zz' not found.", 1]);
  });

  it("lists and kills sessions, of one or of all, the expired ones alone or not", async () => {
    await says(["adduser", "dan@x.org", "dan"], typed("secret"));
    await says(["adduser", "eve@x.org", "eve"], typed("secret"));
    const [dan, eve] = await withSpace(async (space) => {
      const make = async (username: string) =>
        (await space.sessions.create({ userId: (await space.users.find({ username }))?.id ?? "" })).session;
      return [await make("dan"), await make("eve")] as const;
    });
    const line = (name: string, { id, expiresAt }: { readonly id: string; readonly expiresAt: Date }) => {
      const [day, time] = expiresAt.toISOString().split(/[TZ]/) as [string, string];
      const when = `${time}000 ${day.split("-").reverse().join("/")}`;
      return `${name.padEnd(10)}|${id}|${when.padEnd(30)}`;
    };
    const table = (...lines: readonly string[]) =>
      [
        `user      |${"key".padEnd(36)}|${"expiration".padEnd(30)}`,
        `${"=".repeat(10)}+${"=".repeat(36)}+${"=".repeat(30)}`,
        ...lines,
        "",
      ].join("\n");
    expect(await says(["listsessions", "--all"])).toBe(table(line("dan", dan), line("eve", eve)));
    expect(await says(["listsessions", "-a", "-x"])).toBe("");
    expect(await says(["listsessions", "eve@x.org"])).toBe(table(line("eve", eve)));
    expect(await says(["killsessions", "--all", "--expired"])).toBe("");
    expect(await says(["killsessions", "dan"])).toBe("");
    expect(await says(["listsessions", "-a"])).toBe(table(line("eve", eve)));
    await says(["killsessions", "-a"]);
    expect(await says(["listsessions", "-a"])).toBe("");
    for (const command of ["listsessions", "killsessions"]) {
      expect(await refuses([command])).toEqual(["Eithe user or --all must be specified", 1]);
      expect(await refuses([command, "--all", "dan"])).toEqual([
        "A user cannot be specified with --all option.",
        1,
      ]);
    }
  });

  it("says how it is called where it is called otherwise", async () => {
    expect(await refuses([])).toEqual([expect.stringContaining("a command is missing"), 1]);
    expect(await refuses(["nonsense"])).toEqual([
      expect.stringContaining("usermgr: error: invalid choice: 'nonsense'"),
      2,
    ]);
    for (const args of [["adduser"], ["adduser", "a@x.org", "a", "b"], ["list", "--admin"], ["info"]])
      expect(await refuses(args)).toEqual([expect.stringContaining("usermgr: error: "), 2]);
    expect((await usermgr([])).code).toBe(2);
    expect((await usermgr(["-u"])).code).toBe(2);
    expect((await usermgr(["-v"])).stdout).toMatch(/^pgusers 0\.9\.4/);
  });

  it("wants the database named once: by a URL, or by the server", async () => {
    const { code, stderr } = await usermgr(["-s", "localhost", "crm", "list"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("leave one of them out")]);
    const env = { WATCHWORD_DATABASE_URL: "" };
    expect((await usermgr(["--database", bench.url, "crm", "list"], "", env)).code).toBe(0);
    // Nobody listens there; the parameters of the server are used, and the failure is told in a line.
    const away = await usermgr(["-s", "127.0.0.1", "-t1", "-u", "me", "--dbpasswd=x", "crm", "list"], "", {
      ...env,
      WATCHWORD_CONNECT_ATTEMPTS: "1",
      WATCHWORD_SECRET: "a secret of 32 characters or more",
    });
    expect(away.code).toBe(1);
    expect(away.stderr).toMatch(/^error: .*\(store-unavailable\)\n$/);
  });
});

describe.skipIf(!hasTerminals)("usermgr, on a terminal", () => {
  const inTerminal = (args: readonly string[]) => bench.inTerminal(["compat", "pgusers", "crm", ...args]);

  it("asks for the password twice and shows nothing of it", async () => {
    const call = inTerminal(["adduser", "-a", "dan@x.org", "dan"]);
    await call.says(/^Enter password for dan: /m);
    call.type(`first try${ENTER}`);
    await call.says(/^Repeat password for dan: /m);
    call.type(`second try${ENTER}`);
    await call.says(/Passwords don't match\.\s+Enter password for dan: /);
    call.type(`hidden words${ENTER}`);
    await call.says(/Repeat password for dan: /);
    call.type(`hidden words${ENTER}`);
    await call.says(/User 'dan' created with uid: 1/);
    const { code, stdout } = await call.ended;
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/try|hidden/);
    expect(await passwordFits("dan", "hidden words")).toBe(true);
    expect(await withSpace(async (space) => (await space.users.find({ number: 1 }))?.admin)).toBe(true);
  });

  it("gives up after three pairs that differ", async () => {
    const call = inTerminal(["adduser", "dan@x.org"]);
    for (let tries = 0; tries < 3; tries++) {
      await call.says(/Enter password for dan@x\.org: /);
      call.type(`a${ENTER}`);
      await call.says(/Repeat password for dan@x\.org: /);
      call.type(`b${ENTER}`);
    }
    await call.says(/Too many retries\. Exiting\./);
    expect((await call.ended).code).toBe(1);
    expect(await says(["list"])).toBe("");
  });

  it("ends at Ctrl-C, and nobody is made", async () => {
    const call = inTerminal(["adduser", "dan@x.org"]);
    await call.says(/Enter password for dan@x\.org: /);
    call.type(CTRL_C);
    expect((await call.ended).code).toBe(130);
    expect(await says(["list"])).toBe("");
  });

  it("lists in columns that fit", async () => {
    await says(["adduser", "dan@x.org", "dän"], typed("secret"));
    const call = inTerminal(["list"]);
    await call.says(/^ {4}1\|dän {17}\| {3}\|dan@x\.org {21}\r?$/m);
    expect((await call.ended).code).toBe(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench, errorOf } from "./command-line.js";

const PASSWORD = "correct horse battery staple";

interface User {
  readonly id: string;
  readonly username: string | null;
  readonly [field: string]: unknown;
}
interface Page {
  readonly items: readonly User[];
  readonly next: string | null;
}

describe("the life of a user", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open();
  });
  afterAll(() => bench.close());

  it("is created, with the database, by a password from a pipe", async () => {
    const ada = await bench.json<User>(
      [
        ...["user", "create", "--username", "Ada", "--email", "ada@example.com", "--verified", "--admin"],
        ...["--role", "editor", "--role", "author", "--locale", "en", "--data", '{"plan":"free"}'],
        "--password-stdin",
      ],
      { input: `${PASSWORD}\r\n` },
    );
    expect(ada).toMatchObject({
      username: "Ada",
      email: "ada@example.com",
      emailVerifiedAt: expect.stringMatching(/Z$/),
      locale: "en",
      admin: true,
      superuser: false,
      roles: ["editor", "author"],
      data: { plan: "free" },
    });
    const space = await bench.openSpace();
    try {
      expect(await space.passwords.check(ada.id, PASSWORD)).toBe(true);
    } finally {
      await space.close();
    }
  });

  it("is refused under a taken name, in one line, with exit code 1", async () => {
    const again = await bench.run(["user", "create", "--username", "ADA", "--no-password"]);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toMatch(/^error: .*\(username-taken\)\n$/);
    const json = await bench.run(["user", "create", "--username", "ADA", "--no-password", "--json"]);
    expect(json.code).toBe(1);
    expect(errorOf(json).code).toBe("username-taken");
  });

  it("is refused with a poor password", async () => {
    const poor = await bench.run(["user", "create", "--username", "bob", "--password-stdin"], {
      input: "short",
    });
    expect(poor).toMatchObject({ code: 1, stdout: "" });
    expect(poor.stderr).toContain("(password-refused)");
  });

  it("is found by username, email address and id", async () => {
    const { id } = await bench.json<User>(["user", "show", "ada"]);
    for (const named of ["ada@example.com", id, id.toUpperCase()])
      expect((await bench.json<User>(["user", "show", named])).id).toBe(id);
    const nobody = await bench.run(["user", "show", "nobody"]);
    expect(nobody).toMatchObject({ code: 1, stdout: "" });
    expect(nobody.stderr).toMatch(/^error: There is no user called "nobody".*\(not-found\)\n$/);
  });

  it("shows a number where somebody has one, and is as it was where nobody has", async () => {
    const [shown, listed] = [await bench.run(["user", "show", "ada"]), await bench.run(["user", "list"])];
    expect(shown.stdout).not.toMatch(/^Number/m);
    expect(listed.stdout).toMatch(/^USERNAME /);
    const space = await bench.openSpace();
    try {
      const number = await space.users.assignNumber((await space.users.find({ username: "ada" }))?.id ?? "");
      expect(number).toBe(1);
    } finally {
      await space.close();
    }
    expect((await bench.run(["user", "show", "ada"])).stdout).toMatch(/^Number +1$/m);
    expect((await bench.run(["user", "list"])).stdout).toMatch(/^NUMBER +USERNAME .*\n1 +Ada /);
    expect(await bench.json(["user", "show", "ada"])).toMatchObject({ number: 1 });
    expect(await bench.json(["user", "list"])).toMatchObject({ items: [{ number: 1 }] });
  });

  it("is updated: names, language, fields of the data", async () => {
    await bench.json([
      "user",
      "update",
      "ada",
      "--email",
      "ada@example.org",
      "--data",
      "seats=5",
      "--data",
      "plan=null",
    ]);
    expect(await bench.json(["user", "show", "ada"])).toMatchObject({
      username: "Ada",
      email: "ada@example.org",
      emailVerifiedAt: null,
      data: { seats: 5 },
    });
    await bench.json(["user", "update", "ada", "--verified", "--no-locale"]);
    const changed = await bench.json(["user", "show", "ada"]);
    expect(changed).toMatchObject({ email: "ada@example.org", locale: null, data: { seats: 5 } });
    expect(changed.emailVerifiedAt).not.toBeNull();
  });

  it("changes permissions, and says so", async () => {
    const ended = await bench.run([
      "user",
      "change-permissions",
      "ada",
      "--no-admin",
      "--superuser",
      "--role",
      "boss",
    ]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^Ada \(\S+\) is active; rights: superuser, boss\.\n$/);
    expect(await bench.json(["user", "change-permissions", "ada", "--no-role"])).toMatchObject({
      admin: false,
      superuser: true,
      roles: [],
    });
  });

  it("is blocked for a time and unblocked", async () => {
    const before = Date.now();
    const blocked = await bench.json<{ blocked: { until: string; reason: string } }>([
      ...["user", "block", "ada", "--reason", "spam", "--until", "2h"],
    ]);
    expect(blocked.blocked.reason).toBe("spam");
    const until = Date.parse(blocked.blocked.until) - before;
    expect(until).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(until).toBeLessThan(2 * 3_600_000 + 60_000);
    expect((await bench.json<Page>(["user", "list", "--blocked"])).items).toHaveLength(1);
    expect(await bench.json(["user", "unblock", "ada"])).toMatchObject({ blocked: null });
    expect((await bench.json<Page>(["user", "list", "--blocked"])).items).toHaveLength(0);
  });

  it("is unlocked after failed passwords", async () => {
    const space = await bench.openSpace();
    try {
      const signIn = () => space.signIn({ identifier: "ada", password: "not hers", ip: "192.0.2.1" });
      for (let tries = 0; tries < 6; tries++) await signIn();
      expect((await signIn()).status).toBe("limited");
      const told = await bench.run(["user", "unlock", "ada"]);
      expect(told).toMatchObject({ code: 0, stderr: "" });
      expect(told.stdout).toMatch(/^Unlocked Ada \(\S+\): failed passwords are forgotten\.\n$/);
      expect((await signIn()).status).toBe("wrong-credentials");
      expect(await bench.json(["user", "unlock", "ADA"])).toMatchObject({ username: "Ada" });
      expect((await bench.run(["user", "unlock", "nobody"])).code).toBe(1);
    } finally {
      await space.close();
    }
  });

  it("gets a new password, which ends the sessions, and no password shows anywhere", async () => {
    const { id } = await bench.json<User>(["user", "show", "ada"]);
    const next = "another long passphrase";
    const space = await bench.openSpace();
    try {
      const { token } = await space.sessions.create({ userId: id });
      const ended = await bench.run(["user", "change-password", "ada", "--password", next]);
      expect(ended.code).toBe(0);
      expect(ended.stderr).toMatch(/^warning: A password on the command line can be seen/);
      expect(ended.stdout + ended.stderr).not.toContain(next);
      expect(await space.passwords.check(id, next)).toBe(true);
      expect((await space.sessions.check(token)).status).not.toBe("ok");
    } finally {
      await space.close();
    }
  });

  it("is deleted only when that was confirmed", async () => {
    const unsure = await bench.run(["user", "delete", "ada"], { input: "y\n" });
    expect(unsure.code).toBe(2);
    expect(unsure.stderr).toContain("--yes");
    const { id } = await bench.json<User>(["user", "show", "ada"]);
    expect(await bench.json(["user", "delete", "ada", "--yes"])).toEqual({ deleted: id });
    expect((await bench.run(["user", "show", "ada"])).code).toBe(1);
  });
});

it("says so when the last superuser goes, and what helps", async () => {
  const bench = await Bench.open();
  try {
    for (const name of ["ada", "bob"])
      await bench.json(["user", "create", "--username", name, "--no-password", "--superuser"]);
    expect((await bench.run(["user", "delete", "bob", "--yes"])).stderr).toBe("");
    const off = await bench.run(["user", "change-permissions", "ada", "--no-active"]);
    expect(off.code).toBe(0);
    expect(off.stderr).toMatch(/^There is no superuser left who may sign in; `watchword set-up`/);
    await bench.json(["user", "change-permissions", "ada", "--active"]);
    const plain = await bench.run(["user", "change-permissions", "ada", "--no-superuser"]);
    expect(plain.code).toBe(0);
    expect(plain.stderr).toMatch(/^There is no superuser left who may sign in; `watchword set-up`/);
    expect((await bench.run(["set-up"])).code).toBe(0);
    await bench.json(["user", "change-permissions", "ada", "--superuser"]);
    const deleted = await bench.run(["user", "delete", "ada", "--yes", "--json"]);
    expect(deleted.code).toBe(0);
    expect(JSON.parse(deleted.stderr)).toEqual({
      warning: { message: expect.stringContaining("watchword set-up") },
    });
  } finally {
    await bench.close();
  }
});

describe("lists", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open();
    const space = await bench.openSpace();
    for (let i = 0; i < 7; i++)
      await space.users.create({ username: `user-${i}`, email: `user-${i}@example.com`, admin: i < 2 });
    await space.users.create({ username: "evil", data: { note: "\u001B[2J" } });
    for (let i = 0; i < 3; i++) {
      const user = await space.users.findByIdentifier(`user-${i}`);
      if (user === null) throw new Error("no such user");
      await space.sessions.create({
        userId: user.id,
        ip: "192.0.2.7",
        userAgent: "Browser \u001B]0;owned\u0007",
      });
    }
    await space.close();
  });
  afterAll(() => bench.close());

  it("go on page by page until there is no next", async () => {
    const names: (string | null)[] = [];
    let page = await bench.json<Page>(["user", "list", "--limit", "3", "--order", "username"]);
    names.push(...page.items.map((user) => user.username));
    while (page.next !== null) {
      page = await bench.json<Page>([
        "user",
        "list",
        "--limit",
        "3",
        "--order",
        "username",
        "--after",
        page.next,
      ]);
      names.push(...page.items.map((user) => user.username));
    }
    expect(names).toEqual(["evil", ...Array.from({ length: 7 }, (_, i) => `user-${i}`)]);
  });

  it("name --after where its cursor is none", async () => {
    const ended = await bench.run(["user", "list", "--after", "zzz"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^error: --after is not .*\(invalid-input\)\n$/);
  });

  it("print all, one JSON object a line", async () => {
    const { stdout } = await bench.run(["user", "list", "--all", "--json"]);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as User).username),
    ).toHaveLength(8);
  });

  it("are filtered", async () => {
    expect(
      (await bench.json<Page>(["user", "list", "--search", "USER-3"])).items.map((u) => u.username),
    ).toEqual(["user-3"]);
    expect((await bench.json<Page>(["user", "list", "--admin"])).items).toHaveLength(2);
    expect((await bench.json<Page>(["user", "list", "--no-admin"])).items).toHaveLength(6);
  });

  it("are tables for people, whole in a pipe and without colour", async () => {
    const { code, stdout, stderr } = await bench.run(["user", "list", "--limit", "2"]);
    const lines = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^USERNAME +EMAIL +STATE +RIGHTS/);
    expect(lines[1]).toContain("user-0@example.com (unverified)");
    expect(stdout).not.toContain("\u001B");
    expect(stderr).toMatch(/--after \S+/);
  });

  it("of sessions name the users, and let no user agent steer the terminal", async () => {
    const { stdout } = await bench.run(["session", "list"]);
    expect(stdout).toContain("user-2");
    expect(stdout).toContain("Browser \\u{1b}]0;owned\\u{7}");
    expect(stdout).not.toContain("\u001B");
    const page = await bench.json<{ items: { userAgent: string }[] }>(["session", "list", "user-1"]);
    expect(page.items.map((session) => session.userAgent)).toEqual(["Browser \u001B]0;owned\u0007"]);
  });

  it("end quietly when nobody reads on", async () => {
    const ended = await bench.shell("watchword user list --all --json | head -n 1; echo read");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^\{.*\}\nread\n$/);
    // A reader that is gone before the first line is written.
    const gone = await bench.shell("{ watchword user list --all --json; echo $? >&2; } | :");
    expect(gone.stderr).toBe("0\n");
  });

  it("of sessions shrink as they are killed: one, a user's, everyone's", async () => {
    const page = await bench.json<{ items: { id: string }[] }>(["session", "list", "user-0"]);
    const id = page.items[0]?.id ?? "";
    expect(await bench.json(["session", "kill", "--id", id])).toEqual({ ended: 1 });
    const again = await bench.run(["session", "kill", "--id", id]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("(not-found)");
    expect(await bench.json(["session", "kill", "user-1"])).toEqual({ ended: 1 });
    expect(await bench.json(["session", "kill", "--all", "--yes"])).toEqual({ ended: 1 });
    expect(await bench.json(["session", "kill", "--expired"])).toEqual({ ended: 0 });
    expect((await bench.run(["session", "list"])).stderr).toBe("No sessions.\n");
  });
});

it("lets exactly one of eight processes have a name, on a database that none of them found", async () => {
  const bench = await Bench.open();
  try {
    const ended = await Promise.all(
      Array.from({ length: 8 }, () => bench.run(["user", "create", "--username", "ada", "--no-password"])),
    );
    const codes = ended.map(({ code }) => code).sort();
    expect(codes, ended.map(({ stderr }) => stderr).join("")).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
    for (const { code, stderr } of ended) if (code === 1) expect(stderr).toContain("(username-taken)");
    expect((await bench.json<Page>(["user", "list"])).items).toHaveLength(1);
  } finally {
    await bench.close();
  }
});

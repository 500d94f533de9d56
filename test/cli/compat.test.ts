import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openUserSpace } from "watchword";
import { Bench, type Ended, hasTerminals } from "./command-line.js";

/** A user who is made by the command line of each port, and how it shows them. */
const PORTS = [
  {
    system: "pgusers",
    create: ["crm", "adduser", "ada@example.com", "ada"],
    answers: "the engine\nthe engine\n",
    firstQuestion: /Enter password for /,
    list: ["crm", "list"],
  },
  {
    system: "minimus",
    create: ["--createuser"],
    answers: "ada\nAda Lovelace\nada@example.com\nthe engine\n",
    firstQuestion: /Username \(required\): /,
    list: ["--listusers"],
  },
  {
    system: "piccolo",
    create: ["user", "create"],
    answers: "ada\nada@example.com\nthe engine\nthe engine\nn\nn\ny\n",
    firstQuestion: /Enter username/,
    list: ["user", "list"],
  },
] as const;

const CTRL_C = "\u0003";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

describe.each(PORTS)("watchword compat $system", ({ system, create, answers, firstQuestion, list }) => {
  const call = (args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    bench.run(args, { input, env });

  it("makes and shows users of the space that WATCHWORD_DATABASE_URL names", async () => {
    expect(await call(["compat", system, ...create], answers)).toMatchObject({ code: 0 });
    const space = await bench.openSpace();
    try {
      const ada = await space.users.find({ username: "ada" });
      expect(await space.passwords.check(ada?.id ?? null, "the engine")).toBe(true);
      expect(await space.users.count()).toBe(1);
    } finally {
      await space.close();
    }
    const listed = await call(["compat", system, ...list]);
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining("ada") });
    expect(listed.stdout).not.toContain("argon2");
  });

  it("takes --database before and behind its name, and rather than the variable", async () => {
    const folder = join(bench.folder, "elsewhere");
    await mkdir(folder);
    const other = `sqlite:${join(folder, "users.db")}`;
    expect(await call(["--database", other, "compat", system, ...create], answers)).toMatchObject({
      code: 0,
    });
    expect((await call(["compat", system, ...list, "--database", other])).stdout).toContain("ada");
    const space = await openUserSpace(other, bench.database.options);
    expect(await space.users.count()).toBe(1);
    await space.close();
    expect(await bench.database.dump()).toBe("");
  });

  it("fails for a database that cannot be, in words and without a stack", async () => {
    const ended = await call(["--database", "nowhere", "compat", system, ...create], answers);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/sqlite:/);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });

  it.skipIf(!hasTerminals)("ends with 130 for Ctrl-C in a question, and makes nobody", async () => {
    const asking = bench.inTerminal(["compat", system, ...create]);
    await asking.says(firstQuestion);
    asking.type(CTRL_C);
    const ended = await asking.ended;
    expect(ended.code).toBe(130);
    expect(ended.stdout).not.toMatch(/^\s+at /m);
    const space = await bench.openSpace();
    try {
      expect(await space.users.count()).toBe(0);
    } finally {
      await space.close();
    }
  });
});

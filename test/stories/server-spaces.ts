import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { type OpenOptions, openUserSpace, type UserSpace } from "watchword";
import { Bench } from "../cli/command-line.js";
import { newDatabase, type TestDatabase } from "../helpers/database.js";

/**
 * What is true of a space on a server and not of one in a file.
 *
 * @param part The option that gives a space its own place in a database.
 */
export function serverSpacesSuite(name: string, part: (value: string) => OpenOptions): void {
  async function database(): Promise<TestDatabase> {
    const made = await newDatabase();
    onTestFinished(() => made.drop());
    return made;
  }

  async function open(url: string, options: OpenOptions): Promise<UserSpace> {
    const space = await openUserSpace(url, { ...options, mail: { ...options.mail, courier: false } });
    onTestFinished(() => space.close());
    return space;
  }

  describe(`spaces on ${name}`, () => {
    it("ask for a secret before anything is made, and say how to get one", async () => {
      const { url, options, dump } = await database();
      const { secret: _left, ...without } = options;
      await expect(openUserSpace(url, without)).rejects.toMatchObject({
        code: "secret-missing",
        message: expect.stringContaining("watchword secret"),
      });
      expect(await dump()).toBe("");
    });

    it("are one object for each way to write the same place, and never name the password", async () => {
      const { url, options } = await database();
      const space = await open(url, options);
      const other = new URL(url);
      other.username = "ada";
      other.password = "hunter2";
      expect(await open(other.href, {})).toBe(space);
      await expect(openUserSpace(other.href, { siteName: "Another" })).rejects.toSatisfy(
        (error: Error) => /open in this process/.test(error.message) && !/hunter2|ada/.test(error.message),
      );
      expect(space.database.location).not.toContain("hunter2");
      expect(JSON.stringify(space.config)).not.toContain("hunter2");
    });

    it("share a database without seeing each other", async () => {
      const { url, options } = await database();
      const bare = url.replace(/[?&]schema=\w+/, "");
      const names = ["one", "two"].map((each) => `test_${process.pid}_${Date.now().toString(36)}_${each}`);
      const [one, two] = await Promise.all(
        names.map((each) => open(bare, { ...options, ...part(`${each}_`) })),
      );
      if (one === undefined || two === undefined) throw new Error("two were opened");
      expect(one).not.toBe(two);
      expect(one.id).not.toBe(two.id);
      onTestFinished(async () => {
        for (const space of [one, two]) await space.database.drop("all", { confirm: space.name });
      });
      const ada = await one.users.create({ username: "ada" });
      await two.users.create({ username: "ada" });
      const { token } = await one.sessions.create({ userId: ada.id });
      expect(await two.sessions.check(token)).toEqual({ status: "not-found" });
      await one.database.reset("all", { confirm: one.name });
      expect([await one.users.count(), await two.users.count()]).toEqual([0, 1]);
    });

    it("go by the database's clock, on a machine whose own is two hours slow", async () => {
      const bench = await Bench.open();
      onTestFinished(() => bench.close());
      const slow = join(bench.folder, "slow.mjs");
      await writeFile(slow, "const now = Date.now; Date.now = () => now() - 7_200_000;");
      const ended = await bench.run(["user", "create", "--username", "ada", "--no-password"], {
        env: { NODE_OPTIONS: `--import=${pathToFileURL(slow).href}` },
      });
      expect(ended).toMatchObject({ code: 0 });
      expect(ended.stderr).toMatch(/^warning: the clock of this machine is 7\d\d\d s behind/);
      const space = await bench.openSpace();
      onTestFinished(() => space.close());
      const ada = await space.users.find({ username: "ada" });
      expect(Math.abs((ada?.createdAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it("lay mails into a folder of the working directory where there is no mail server", async () => {
      const bench = await Bench.open();
      onTestFinished(() => bench.close());
      await bench.json([
        "user",
        "create",
        "--username",
        "ada",
        "--email",
        "ada@example.com",
        "--no-password",
      ]);
      await bench.json(["user", "change-password", "ada", "--password-stdin"], {
        input: "correct horse battery staple",
      });
      expect(await bench.json(["mail", "deliver"])).toMatchObject({ transport: "outbox", sent: 1 });
      const folders = (await readdir(bench.folder)).filter((each) => each.endsWith(".outbox"));
      expect(folders).toEqual([`${bench.database.name}.outbox`]);
    });
  });

  it(`commands on ${name} find the place by variables too`, async () => {
    const bench = await Bench.open();
    onTestFinished(() => bench.close());
    const mine = `test_${process.pid}_${Date.now().toString(36)}_mine_`;
    const env = {
      WATCHWORD_POSTGRES_SCHEMA: mine,
      WATCHWORD_MONGODB_PREFIX: mine,
      WATCHWORD_CONNECT_TIMEOUT: "9000",
    };
    await bench.json(["user", "create", "--username", "ada", "--no-password"], { env });
    const entries = await bench.json<{ name: string; value: string; origin: string }[]>(["config"], { env });
    expect(entries).toContainEqual(expect.objectContaining({ value: mine, origin: "environment" }));
    expect(entries).toContainEqual(
      expect.objectContaining({ name: "connect.timeout", value: "9000", origin: "environment" }),
    );
    // Where the variable is not set there is nothing.
    expect((await bench.run(["stats"])).stderr).toContain("(store-refused)");
    await bench.json(["database", "drop", "all", "--confirm", "watchword"], { env });
  });
}

import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openUserSpace } from "watchword";
import { progressLine, startProgress } from "#dist/cli/progress.js";
import { Bench, type Ended, errorOf, hasTerminals } from "./command-line.js";

const PASSWORD = "correct horse battery staple";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
  const space = await bench.openSpace();
  await space.users.create({ username: "ada", email: "ada@example.com", password: PASSWORD });
  await space.users.create({ username: '=cmd|"/c calc"!A1' });
  await space.close();
});
afterEach(() => bench.close());

async function auditOf(action: string): Promise<readonly unknown[]> {
  const space = await bench.openSpace();
  try {
    return (await space.audit.list({ action })).items.map(({ details }) => details);
  } finally {
    await space.close();
  }
}

describe("watchword export", () => {
  it("prints users as lines of JSON, with hashes only where asked, and the audit tells", async () => {
    const plain = await bench.run(["export"]);
    expect(plain).toMatchObject({ code: 0, stderr: "" });
    const users = plain.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(users.map(({ username }) => username)).toEqual(["ada", '=cmd|"/c calc"!A1']);
    expect(users[0]).toMatchObject({ email: "ada@example.com", hasPassword: true });
    expect(plain.stdout).not.toContain("$argon2id$");
    const full = await bench.run(["export", "--with-hashes"]);
    expect(JSON.parse(full.stdout.split("\n")[0] ?? "").password.hash).toMatch(/^\$argon2id\$/);
    expect(await auditOf("users.exported")).toEqual([
      { format: "ndjson", hashes: true },
      { format: "ndjson", hashes: false },
    ]);
  });

  it("writes a file that nobody else may read, and never over another", async () => {
    const output = join(bench.folder, "users.csv");
    const first = await bench.json(["export", "--format", "csv", "--output", output]);
    expect(first).toEqual({ users: 2, output });
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    const text = await readFile(output, "utf8");
    expect(text.split("\r\n")).toHaveLength(4);
    expect(text).toContain(`"'=cmd|""/c calc""!A1"`);
    const again = await bench.run(["export", "--output", output, "--json"]);
    expect(again.code).toBe(1);
    expect(errorOf(again).code).toBe("file-exists");
    expect(await readFile(output, "utf8")).toBe(text);
    const nowhere = await bench.run(["export", "--output", join(bench.folder, "none", "x"), "--json"]);
    expect(errorOf(nowhere).code).toBe("file-refused");
    expect((await readdir(bench.folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("gives no hashes as CSV", async () => {
    const ended = await bench.run(["export", "--format", "csv", "--with-hashes"]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(await auditOf("users.exported")).toEqual([]);
  });
});

/** The address of a server may hold a password, which a line before the error warns of. */
function failureOf(ended: Ended): ReturnType<typeof errorOf> {
  return errorOf({ ...ended, stderr: ended.stderr.trimEnd().split("\n").at(-1) ?? "" });
}

describe("watchword copy", () => {
  it("copies the space to a file and back, compares both, and people sign in there", async () => {
    const file = join(bench.folder, "copy.db");
    const report = await bench.json<{
      from: string;
      to: string;
      kinds: { kind: string; records: number; checksum: string }[];
    }>(["copy", bench.url, `sqlite:${file}`]);
    expect(report.from).toContain(bench.database.name);
    expect(report.to).toContain("copy.db");
    const users = report.kinds.find(({ kind }) => kind === "users");
    expect(users).toMatchObject({ records: 2, checksum: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect((await readFile(`${file}.secret`, "utf8")).trim()).toBe(await bench.database.secret());
    // Both hold the row that tells of the copy.
    expect(await auditOf("space.copied")).toHaveLength(1);

    const env = { WATCHWORD_COPY_FROM: bench.url, WATCHWORD_COPY_TO: `sqlite:${file}` };
    const again = await bench.run(["copy"], { env });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(new RegExp(`^users +2 +${users?.checksum}$`, "m"));
    expect(again.stderr).toContain("WATCHWORD_SECRET");
    const listed = await bench.run(["--database", `sqlite:${file}`, "user", "list", "--json"]);
    expect(JSON.parse(listed.stdout).items.map(({ email }: { email: string }) => email)).toContain(
      "ada@example.com",
    );
  });

  it("takes no place that is somebody's, unless its name is given", async () => {
    const theirs = `sqlite:${join(bench.folder, "theirs.db")}`;
    const space = await openUserSpace(theirs, { name: "shop", secret: "s".repeat(40) });
    await space.users.create({ username: "theirs" });
    await space.close();
    const refused = await bench.run(["copy", bench.url, theirs, "--json"]);
    expect(refused.code).toBe(1);
    expect(failureOf(refused)).toMatchObject({
      code: "settings-contradict",
      message: expect.stringContaining("--replace"),
    });
    const countOf = async (secret: string) => {
      const env = { WATCHWORD_DATABASE_URL: theirs, WATCHWORD_SECRET: secret };
      return (await bench.json<{ users: number }>(["stats"], { env })).users;
    };
    expect(await countOf("s".repeat(40))).toBe(1);
    await bench.json(["copy", bench.url, theirs, "--replace", "shop"]);
    expect(await countOf(await bench.database.secret())).toBe(2);
  });

  it("writes nothing where the secret beside the target is another's", async () => {
    const file = join(bench.folder, "copy.db");
    await writeFile(`${file}.secret`, "x".repeat(40));
    const ended = await bench.run(["copy", bench.url, `sqlite:${file}`, "--json"]);
    expect(failureOf(ended).code).toBe("wrong-secret");
    expect(await readdir(bench.folder)).not.toContain("copy.db");
    expect(await readFile(`${file}.secret`, "utf8")).toBe("x".repeat(40));
  });

  it("asks for two addresses, and warns of a password in one", async () => {
    const one = await bench.run(["copy", bench.url]);
    expect(one).toMatchObject({ code: 2, stdout: "" });
    expect(one.stderr).toContain("WATCHWORD_COPY_FROM");
    const env = { WATCHWORD_CONNECT_ATTEMPTS: "1" };
    const shown = await bench.run(["copy", "postgres://a:hunter2@127.0.0.1:1/x", bench.url], { env });
    expect(shown.code).toBe(1);
    expect(shown.stderr).toContain("WATCHWORD_COPY_TO");
    expect(shown.stderr).not.toContain("hunter2");
    const same = await bench.run(["copy", bench.url, bench.url, "--json"]);
    expect(failureOf(same).code).toBe("invalid-option");
    const nothing = await bench.run(["copy", `sqlite:${join(bench.folder, "none.db")}`, bench.url]);
    expect(nothing.code).toBe(1);
    expect(await readdir(bench.folder)).not.toContain("none.db");
  });

  it.runIf(hasTerminals)("shows on a terminal how far it is", async () => {
    const call = bench.inTerminal(["copy", bench.url, `sqlite:${join(bench.folder, "copy.db")}`]);
    const { code, stdout } = await call.ended;
    expect(code).toBe(0);
    const text = stripVTControlCharacters(stdout);
    expect(text).toContain("Copying users");
    expect(text).toContain("Comparing audit");
    expect(text).toMatch(/█{24} 100% {2}2 of 2/);
  });
});

describe("progress", () => {
  it("tells the share, the rate and the time that is left", () => {
    const step = { title: "Importing", done: 500, total: 2000 };
    expect(progressLine(step, 500, 1000)).toBe(
      `Importing  ${"█".repeat(6)}${"░".repeat(18)}  25%  500 of 2,000  500 a second  3 s left`,
    );
    expect(progressLine({ ...step, total: 1_000_000 }, 500, 1000)).toMatch(/ {2}33 min 19 s left$/);
    expect(progressLine({ ...step, total: null }, 500, 1000)).toBe("Importing  500  500 a second");
    expect(progressLine(step, 1, 10)).not.toContain("a second");
  });

  it("draws on a terminal alone, and no oftener than ten times a second", () => {
    const written: string[] = [];
    const stream = (isTTY: boolean) =>
      ({ isTTY, columns: 200, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream;
    startProgress(stream(false)).show({ title: "x", done: 1, total: 2 });
    expect(written).toEqual([]);
    let time = 0;
    const progress = startProgress(stream(true), () => time);
    for (let done = 1; done <= 1000; done++) {
      time++;
      progress.show({ title: "x", done, total: 2000 });
    }
    progress.end();
    expect(written.length).toBe(11);
    expect(written.at(-1)).toBe("\r\u001B[2K");
  });
});

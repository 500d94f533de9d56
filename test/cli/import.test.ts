import { readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImportReport, ImportSourceInfo } from "watchword";
import { openStoreOf } from "../helpers/database.js";
import { expected, original } from "../helpers/import-source.js";
import { Bench } from "./command-line.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const devise = ["import", "--from", "devise", original("devise/users.sqlite3")];
const told = expected<{
  readonly pepper: string;
  readonly users: readonly { readonly email: string; readonly password: string | null }[];
}>("devise/expected.json");
const agnes = told.users[0];

async function signsIn(): Promise<string> {
  const space = await bench.openSpace();
  try {
    const result = await space.signIn({ identifier: agnes?.email ?? "", password: agnes?.password ?? "" });
    return result.status;
  } finally {
    await space.close();
  }
}

describe("watchword import", () => {
  it("tells the sources and what each needs, without a database", async () => {
    const sources = await bench.json<readonly ImportSourceInfo[]>(["import", "--list"]);
    expect(sources.length).toBeGreaterThanOrEqual(27);
    const { stdout } = await bench.run(["import", "--list"]);
    for (const { name, needs } of sources) {
      expect(stdout).toContain(`${name}: `);
      for (const need of needs) expect(stdout).toContain(`--with ${need.name}=…`);
    }
    expect((await bench.run(["user", "list"])).code).toBe(1);
  });

  it("makes the space and brings everybody over, once", async () => {
    const input = `pepper=${told.pepper}\n`;
    const first = await bench.json<ImportReport>([...devise, "--with-stdin"], { input });
    expect(first).toMatchObject({ people: told.users.length, written: told.users.length, refused: 0 });
    const again = await bench.json<ImportReport>([...devise, "--with-stdin"], { input });
    expect(again).toMatchObject({ written: 0, there: told.users.length });
    expect(await signsIn()).toBe("signed-in");
    const fail = await bench.run([...devise, "--with-stdin", "--on-conflict", "fail", "--json"], { input });
    expect(fail).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(fail.stderr)).toMatchObject({ error: { code: "conflict" } });
  });

  it("takes what a source needs from the environment or a flag, and never prints it", async () => {
    const env = { WATCHWORD_IMPORT_ANSWERS: JSON.stringify({ pepper: told.pepper }) };
    const quiet = await bench.run(devise, { env });
    expect(quiet).toMatchObject({ code: 0, stderr: "" });
    expect(quiet.stdout).toMatch(/Came over +16/);
    const loud = await bench.run([...devise, "--with", `pepper=${told.pepper}`]);
    expect(loud.stderr).toContain("can be seen by other users");
    expect(`${quiet.stdout}${loud.stdout}${loud.stderr}`).not.toContain(told.pepper);
  });

  it("tells in a dry run what would happen, and leaves no database behind", async () => {
    const report = await bench.json<ImportReport>([...devise, "--dry-run"]);
    expect(report).toMatchObject({ dryRun: true, written: told.users.length });
    expect(report.events["need-missing"]).toBeGreaterThan(10);
    const { stdout } = await bench.run([...devise, "--dry-run"]);
    expect(stdout).toContain("nothing was written");
    expect(stdout).toMatch(/need-missing: \d+/);
    const users = await bench.run(["user", "list", "--json"]);
    if (users.code === 0) expect(JSON.parse(users.stdout)).toMatchObject({ items: [] });
  });

  it("makes no tables on a dry run in a database that is there and empty", async () => {
    const versionOf = async () => {
      const store = await openStoreOf(bench.database);
      const { version } = await store.schema();
      await store.close();
      return version;
    };
    expect(await versionOf()).toBe(0);
    expect(await bench.json([...devise, "--dry-run"])).toMatchObject({ written: told.users.length });
    expect(await versionOf()).toBe(0);
    expect((await bench.run(["user", "list"])).stderr).toContain("watchword migrate");
    expect(await versionOf()).toBe(0);
  });

  it("maps the columns of any table, and keeps refused rows with the reason", async () => {
    const file = join(bench.folder, "people.csv");
    await writeFile(
      file,
      "login,pw_digest\nada,$2b$12$J8teELcP7FzDwCSZrd1s2OaidWX.nxUFAt7nrE8O41juzkwtlhy4G\n,nobody\n",
    );
    const refused = join(bench.folder, "refused.ndjson");
    const report = await bench.json<ImportReport>([
      ...["import", "--from", "csv", "--map", "username=login,hash=pw_digest", "--scheme", "bcrypt"],
      ...["--refused", refused, "--identifiers", "exact", "--journal", join(bench.folder, "journal"), file],
    ]);
    expect(report).toMatchObject({ people: 2, written: 1, refused: 1 });
    expect(JSON.parse(readFileSync(refused, "utf8"))).toMatchObject({
      why: expect.stringContaining("neither"),
    });
    expect(statSync(refused).mode & 0o777).toBe(0o600);
    const space = await bench.openSpace();
    expect(space.identifiers).toBe("exact");
    await space.close();
  });

  it.each([
    [[], "--from"],
    [["--from", "nothing", "x"], "There is no import source nothing"],
    [["--from", "devise"], "Name what to import"],
    [["--from", "devise", "--with", "peper=x", "x"], "asks for no peper"],
    [["--from", "devise", "--with", "pepper", "x"], "--with takes name=value"],
    [["--from", "csv", "--map", "login=username", "x"], "--map knows no field login"],
  ])("refuses %j as wrong use", async (args, said) => {
    const { code, stderr } = await bench.run(["import", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    const env = { WATCHWORD_IMPORT_ANSWERS: "pepper" };
    const broken = await bench.run(["import", "--from", "devise", "x"], { env });
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining("takes a JSON object")]);
  });

  it("asks on a terminal for what is missing, without showing it, and shows how far it is", async () => {
    const call = bench.inTerminal(devise);
    await call.says(/pepper: config\.pepper/);
    call.child.stdin?.write(`${told.pepper}\r`);
    await call.says(/unlock-in: /);
    call.child.stdin?.write("\r");
    await call.says(/Importing.*16 of 16/);
    await call.says(/Came over +16/);
    expect((await call.ended).code).toBe(0);
    expect(call.stdout).not.toContain(told.pepper);
    expect(await signsIn()).toBe("signed-in");
  });
});

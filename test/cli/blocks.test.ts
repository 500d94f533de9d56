import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench, errorOf } from "./command-line.js";

interface Block {
  readonly identifier: string;
  readonly until: string | null;
  readonly reason: string | null;
}

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
  const ada = ["user", "create", "--username", "ada", "--email", "ada@example.com", "--verified"];
  await bench.run([...ada, "--password-stdin"], { input: "correct horse battery staple" });
});
afterAll(() => bench.close());

describe("blocks on names", () => {
  it("are laid, shown, listed and removed", async () => {
    const put = await bench.json<Block>(["block", "put", "Mallory", "--reason", "spam", "--until", "7d"]);
    expect(put).toMatchObject({ identifier: "Mallory", reason: "spam" });
    expect(await bench.json<Block>(["block", "show", "mallory"])).toEqual(put);
    const shown = await bench.run(["block", "show", "MALLORY"]);
    expect(shown.stdout).toMatch(/^Name +Mallory$/m);
    expect(shown.stdout).toMatch(/^Reason +spam$/m);
    await bench.json(["block", "put", "mallory@example.com"]);
    const listed = await bench.run(["block", "list"]);
    expect(listed.stdout.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(/^NAME +REASON +UNTIL/),
      expect.stringMatching(/^mallory@example.com +- +-/),
      expect.stringMatching(/^Mallory +spam +20/),
    ]);
    const all = await bench.run(["block", "list", "--all", "--json"]);
    expect(all.stdout.trim().split("\n")).toHaveLength(2);
    const page = await bench.json<{ items: Block[]; next: string | null }>(["block", "list", "--limit", "1"]);
    expect(page.items).toHaveLength(1);
    expect(page.next).not.toBeNull();

    const create = ["user", "create", "--username", "mallory", "--no-password"];
    expect((await bench.run(create)).stderr).toContain("(name-blocked)");
    expect(await bench.json(["block", "remove", "MALLORY"])).toEqual({ removed: "MALLORY" });
    const again = await bench.run(["block", "remove", "mallory", "--json"]);
    expect([again.code, errorOf(again).code]).toEqual([1, "not-found"]);
    expect((await bench.run(["block", "show", "mallory"])).code).toBe(1);
    expect((await bench.run(create)).code).toBe(0);
  });

  it("block whoever has the name, and outlive the account unless told otherwise", async () => {
    const put = await bench.run(["block", "put", "ada@example.com"]);
    expect(put.stdout).toContain("its sessions ended");
    const user = await bench.json<{ blocked: unknown }>(["user", "show", "ada"]);
    expect(user.blocked).not.toBeNull();
    const deleted = await bench.run(["user", "delete", "ada", "--yes"]);
    expect(deleted.stderr).toContain("The names stay blocked");
    expect((await bench.run(["block", "show", "ada@example.com"])).code).toBe(0);

    await bench.run(["user", "create", "--username", "bea", "--no-password"]);
    await bench.run(["user", "block", "bea"]);
    await bench.run(["user", "delete", "bea", "--yes", "--remove-blocks"]);
    expect((await bench.run(["block", "show", "bea"])).code).toBe(1);
  });

  it("name what is missing or no name", async () => {
    const missing = await bench.run(["block", "put"]);
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect((await bench.run(["block", "put", "a@-b"])).stderr).toContain("(invalid-identifier)");
    expect((await bench.run(["block", "put", "eve", "--until", "never"])).code).toBe(2);
  });
});

describe("a second factor", () => {
  it("is turned on and off, and says what it needs", async () => {
    const carl = ["user", "create", "--username", "carl", "--email", "carl@example.com"];
    await bench.run([...carl, "--password-stdin"], { input: "correct horse battery staple" });
    const early = await bench.run(["user", "set-second-factor", "carl", "--mail"]);
    expect(early.stderr).toContain("no verified email address");
    await bench.run(["user", "update", "carl", "--verified"]);
    const on = await bench.json<{ secondFactor: string | null }>([
      "user",
      "set-second-factor",
      "carl",
      "--mail",
    ]);
    expect(on.secondFactor).toBe("mail");
    expect((await bench.run(["user", "show", "carl"])).stdout).toMatch(/^Second factor +mail$/m);
    const off = await bench.run(["user", "set-second-factor", "carl", "--none"]);
    expect(off.stdout).toContain("needs the password alone");
    for (const flags of [[], ["--mail", "--none"]])
      expect((await bench.run(["user", "set-second-factor", "carl", ...flags])).code).toBe(2);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STORE } from "../helpers/database.js";
import { Bench, errorOf, hasTerminals } from "./command-line.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
  await bench.json(["user", "create", "--username", "ada", "--no-password"]);
});
afterEach(() => bench.close());

async function countUsers(): Promise<number> {
  return (await bench.json<{ users: number }>(["stats"])).users;
}

describe("watchword database", () => {
  it("does nothing without the name of the space", async () => {
    const unasked = await bench.run(["database", "reset", "users"]);
    expect(unasked).toMatchObject({ code: 2, stdout: "" });
    expect(unasked.stderr).toContain("--confirm");
    const wrong = await bench.run(["database", "drop", "all", "--confirm", "shop", "--json"]);
    expect(wrong.code).toBe(1);
    expect(errorOf(wrong)).toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining('"watchword"'),
    });
    const unknown = await bench.run(["database", "drop", "everything", "--confirm", "watchword"]);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain("sessions");
    expect(await countUsers()).toBe(1);
  });

  it("resets a part, and says what to do next", async () => {
    const ended = await bench.run(["database", "reset", "users", "--confirm", "watchword"]);
    expect(ended).toMatchObject({ code: 0, stdout: "Dropped and made again: the users.\n" });
    expect(ended.stderr).toContain("watchword set-up");
    expect(await countUsers()).toBe(0);
    await bench.json(["user", "create", "--username", "ada", "--no-password"]);
    const { items } = await bench.json<{ items: { username: string }[] }>(["user", "list"]);
    expect(items.map(({ username }) => username)).toEqual(["ada"]);
  });

  it("drops a part until it is made again", async () => {
    expect(await bench.json(["database", "drop", "limits", "--confirm", "watchword"])).toEqual({
      drop: "limits",
    });
    // MongoDB makes a collection by itself at the first write.
    if (STORE !== "mongodb") {
      const sick = await bench.run(["doctor"]);
      expect(sick.code).toBe(1);
      expect(sick.stdout).toMatch(/^fail .*limits/m);
    }
    expect(await bench.json(["database", "create", "limits"])).toEqual({ create: "limits" });
    expect((await bench.run(["doctor"])).code).toBe(0);
  });

  it("drops everything and leaves room for a new space", async () => {
    await bench.json(["database", "drop", "all", "--confirm", "watchword"]);
    await bench.json(["database", "create", "all"]);
    expect(await countUsers()).toBe(0);
    expect(await bench.json(["migrate", "--check"])).toMatchObject({ kind: STORE });
  });
});

describe.skipIf(!hasTerminals)("on a terminal", () => {
  it("asks for the name, and takes no other", async () => {
    const declined = bench.inTerminal(["database", "reset", "users"]);
    await declined.says(/Type the name of the space \(watchword\)/);
    declined.type("yes\r");
    expect((await declined.ended).code).toBe(1);
    expect(await countUsers()).toBe(1);
    const agreed = bench.inTerminal(["database", "reset", "users"]);
    await agreed.says(/Type the name of the space/);
    agreed.type("watchword\r");
    expect((await agreed.ended).code).toBe(0);
    expect(await countUsers()).toBe(0);
  });
});

it("warns of a password on the command line, where everybody can see it", async () => {
  const ended = await bench.run(["stats", "--database", "mongodb://ada:hunter2@127.0.0.1:1/?prefix=%"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("WATCHWORD_DATABASE_URL");
  expect(ended.stderr).not.toContain("hunter2");
});

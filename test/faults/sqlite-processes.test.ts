import { join } from "node:path";
import { expect, it } from "vitest";
import { countOf, sampleUser, together } from "../contract/samples.js";
import { openStore, runChild, temporaryFolder } from "./processes.js";

it("serves eight processes that open, migrate and write the same new file at once", async () => {
  const file = join(await temporaryFolder(), "users.db");
  const runs = await together(8, (at) => runChild("race.mjs", file, `p${at}`));
  expect(runs.map(({ errors }) => errors)).toEqual(Array(8).fill(""));
  const answers = runs.map(({ output }) => JSON.parse(output));
  const sum = (field: string) => answers.reduce((total, answer) => total + answer[field], 0);

  expect(answers.filter(({ migrations }) => migrations.length > 0)).toHaveLength(1);
  expect(answers.map(({ own }) => own)).toEqual(Array(8).fill(100));
  expect(sum("shared")).toBe(20);
  expect(sum("hits")).toBe(50);
  expect(new Set(answers.flatMap(({ numbers }) => numbers)).size).toBe(8 * 50);

  const store = await openStore(file);
  expect(await store.countUsers({})).toBe(820);
  expect((await store.readLimit("shared"))?.count).toBe(50);
  expect(await store.nextNumber("users")).toBe(8 * 50 + 1);
});

it("migrates once, however many open the same new file at once", async () => {
  const file = join(await temporaryFolder(), "users.db");
  const stores = await together(50, () => openStore(file));
  const runs = await Promise.all(stores.map((store) => store.migrate()));
  expect(runs.filter((names) => names.length > 0)).toHaveLength(1);
  const users = await Promise.all(
    stores.map((store) => store.createUser(sampleUser({ username: "ada" }), 0, [])),
  );
  expect(countOf(users, "created")).toBe(1);
  expect(countOf(users, "taken")).toBe(49);
});

it("lets a process end that left its store open, and prints nothing of its own", async () => {
  const file = join(await temporaryFolder(), "users.db");
  expect(await runChild("leave-open.mjs", file)).toEqual({ output: "done\n", errors: "", code: 0 });
});

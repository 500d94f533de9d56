import { createHash } from "node:crypto";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { countOf, sampleUser, together } from "../contract/samples.js";
import { dropSchema, freshSchema, postgresServer } from "../servers/postgres.js";
import { openStore } from "./postgres.js";
import { runChild } from "./processes.js";

const { url } = await postgresServer();
let schema: string;

beforeEach(() => {
  schema = freshSchema();
  process.env.SCHEMA = schema;
  onTestFinished(() => dropSchema(url, schema));
});

it("migrates once, however many processes open the same new schema at once, and serves all", async () => {
  const runs = await together(8, (at) => runChild("race.mjs", url, `p${at}`));
  expect(runs.map(({ errors }) => errors)).toEqual(Array(8).fill(""));
  const answers = runs.map(({ output }) => JSON.parse(output));
  const sum = (field: string) => answers.reduce((total, answer) => total + answer[field], 0);

  expect(answers.filter(({ migrations }) => migrations.length > 0)).toHaveLength(1);
  expect(answers.map(({ own }) => own)).toEqual(Array(8).fill(100));
  expect(sum("shared")).toBe(20);
  expect(sum("hits")).toBe(50);
  expect(new Set(answers.flatMap(({ numbers }) => numbers)).size).toBe(8 * 50);

  const store = await openStore(url, { schema });
  expect(await store.countUsers({})).toBe(820);
  expect((await store.readLimit("shared"))?.count).toBe(50);
  expect(await store.nextNumber("users")).toBe(8 * 50 + 1);
}, 120_000);

it("migrates once, however many open it at once with connections of their own", async () => {
  const stores = await together(50, () => openStore(url, { schema, poolSize: 2, timeout: 60_000 }));
  const runs = await Promise.all(stores.map((store) => store.migrate()));
  expect(runs.filter((names) => names.length > 0)).toHaveLength(1);
  for (const store of stores) expect((await store.schema()).version).toBeGreaterThan(0);
  const users = await Promise.all(
    stores.map((store) => store.createUser(sampleUser({ username: "ada" }), 0, [])),
  );
  expect(countOf(users, "created")).toBe(1);
  expect(countOf(users, "taken")).toBe(49);
}, 120_000);

it("counts exactly what many processes' pools count at once", async () => {
  const stores = await together(5, () => openStore(url, { schema, poolSize: 3, timeout: 60_000 }));
  await stores[0]?.migrate();
  const rule = { max: 37, window: null };
  const answers = await together(200, (at) => {
    const keys = [`own-${at % 7}`, "space", `pair-${createHash("md5").update(String(at)).digest("hex")}`];
    const hits = (at % 2 === 0 ? keys : keys.reverse()).map((key) => ({
      key,
      rule: key === "space" ? rule : { max: 1000, window: null },
    }));
    const store = stores[at % 5];
    if (store === undefined) throw new Error("There is no such store.");
    return store.hitLimits(hits, 1);
  });
  expect(answers.filter((list) => list.every(({ allowed }) => allowed))).toHaveLength(37);
  expect((await stores[0]?.readLimit("space"))?.count).toBe(37);
  const counts = await together(7, async (at) => (await stores[0]?.readLimit(`own-${at}`))?.count ?? 0);
  expect(counts.reduce((total, count) => total + count, 0)).toBe(37);
});

it("lets a process end that left its store open, and prints nothing of its own", async () => {
  expect(await runChild("leave-open.mjs", url)).toEqual({ output: "done\n", errors: "", code: 0 });
});

it("keeps two schemas of one database apart", async () => {
  const other = freshSchema();
  onTestFinished(() => dropSchema(url, other));
  const [first, second] = [await openStore(url, { schema }), await openStore(url, { schema: other })];
  await Promise.all([first.migrate(), second.migrate()]);
  const ada = sampleUser({ username: "ada" });
  await first.createUser(ada, 0, []);
  expect(await second.findUser(["u:ada"])).toBeNull();
  expect((await second.createUser(sampleUser({ username: "ada" }), 0, [])).status).toBe("created");
  await first.dropPart("all");
  expect(await second.countUsers({})).toBe(1);
  expect((await second.statistics()).users).toBe(1);
});

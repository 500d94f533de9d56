import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTransfer } from "#dist/transfer/transfer.js";
import { collect } from "../helpers/collect.js";
import { type ImportBench, openBench } from "../helpers/import-engine.js";
import { original } from "../helpers/import-source.js";

const benches: ImportBench[] = [];
afterEach(async () => {
  for (const one of benches.splice(0)) await one.cleanup();
});

async function bench() {
  const at = await openBench();
  benches.push(at);
  return { at, transfer: createTransfer(at.deps) };
}

describe("users in and out", () => {
  it("tells every source, what it takes and what it needs", async () => {
    const { transfer } = await bench();
    expect(transfer.sources.length).toBeGreaterThanOrEqual(27);
    for (const { name, title, takes } of transfer.sources) expect([name, title, takes]).not.toContain("");
    expect(transfer.sources.find(({ name }) => name === "devise")?.needs.map(({ name }) => name)).toContain(
      "pepper",
    );
  });

  it("brings people from a file into a space and out again", async () => {
    const { at, transfer } = await bench();
    const request = { from: "django", input: [original("django/postgres-copy.sql")] };
    const trial = await transfer.import({ ...request, dryRun: true });
    const report = await transfer.import(request);
    expect(report).toMatchObject({ source: "django", people: trial.people, written: trial.written });
    const lines = (await collect(transfer.export({ format: "ndjson" }))).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(report.written);
    expect(lines.map((line) => line.username)).toContain("agnes.holm");
    expect(await at.users()).toHaveLength(report.written);
  });

  it("takes any table by a mapping, and a journal for it", async () => {
    const { at, transfer } = await bench();
    const file = join(at.folder, "people.csv");
    await writeFile(
      file,
      "login,mail,pw\nada,ada@example.org,$2b$12$J8teELcP7FzDwCSZrd1s2OaidWX.nxUFAt7nrE8O41juzkwtlhy4G\n",
    );
    const request = {
      from: "csv",
      input: [file],
      mapping: { username: "login", email: "mail", hash: "pw" },
      scheme: "bcrypt",
      journal: join(at.folder, "journal"),
      refused: join(at.folder, "refused.ndjson"),
    };
    expect(await transfer.import(request)).toMatchObject({ people: 1, written: 1 });
    expect(await transfer.import(request)).toMatchObject({ people: 1, there: 1 });
    expect((await at.users())[0]?.password?.scheme).toBe("bcrypt");
  });

  it("says which source there is not, and which file", async () => {
    const { transfer } = await bench();
    await expect(transfer.import({ from: "nothing", input: ["x"] })).rejects.toMatchObject({
      code: "invalid-input",
    });
    await expect(transfer.import({ from: "django", input: ["/no/such/file.sql"] })).rejects.toMatchObject({
      code: "invalid-input",
    });
  });
});

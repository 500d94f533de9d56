import { afterEach, describe, expect, it } from "vitest";
import { exportUsers, neutral } from "#dist/transfer/export.js";
import { readCsv } from "#dist/transfer/readers/csv.js";
import { NOW, samplePassword, sampleUser } from "../contract/samples.js";
import { collect, fileOf } from "../helpers/collect.js";
import { type ImportBench, openBench } from "../helpers/import-engine.js";

const benches: ImportBench[] = [];
afterEach(async () => {
  for (const one of benches.splice(0)) await one.cleanup();
});

async function filled(): Promise<ImportBench> {
  const at = await openBench();
  benches.push(at);
  const ada = sampleUser(
    {
      number: 17,
      username: "ada",
      email: "ada@example.org",
      emailVerifiedAt: NOW,
      roles: ["a", "b"],
      data: '{"n":{"$int":"9007199254740993"}}',
      blocked: { since: NOW, until: null, reason: '=HYPERLINK("http://x","y")' },
    },
    samplePassword("secret hash"),
  );
  const users = [
    ada,
    sampleUser({ username: '=cmd|"/c calc"!A1' }),
    sampleUser({ username: "waits", state: "pending" }),
  ];
  const origin = { key: "o:django:7", kind: "origin" as const, value: "7" };
  const many = Array.from({ length: 600 }, (_, index) => sampleUser({ username: `user${index}` }));
  await at.store.writeRecords("users", [{ ...ada, keys: [...ada.keys, origin] }, ...users.slice(1), ...many]);
  return at;
}

describe("an export", () => {
  it("has every user once, without hashes unless asked", async () => {
    const { store } = await filled();
    const lines = await collect(exportUsers(store, { format: "ndjson" }));
    expect(lines).toHaveLength(602);
    expect(lines.join("")).not.toContain("secret hash");
    const ada = lines.map((line) => JSON.parse(line)).find((user) => user.username === "ada");
    expect(ada).toMatchObject({
      number: 17,
      email: "ada@example.org",
      emailVerifiedAt: new Date(NOW).toISOString(),
      roles: ["a", "b"],
      origins: ["django:7"],
      data: { n: { $int: "9007199254740993" } },
      hasPassword: true,
      blocked: { until: null },
    });
    expect(lines.some((line) => line.includes("waits"))).toBe(false);
    const withHashes = await collect(exportUsers(store, { format: "ndjson", hashes: true }));
    const again = withHashes.map((line) => JSON.parse(line)).find((user) => user.username === "ada");
    expect(again.password).toMatchObject({ hash: "secret hash" });
  });

  it("has cells in CSV that no spreadsheet runs", async () => {
    const { store } = await filled();
    const text = (await collect(exportUsers(store, { format: "csv" }))).join("");
    const records = await collect(readCsv(fileOf("users.csv", text)));
    expect(records).toHaveLength(602);
    expect(records.filter((record) => record.fault !== undefined)).toEqual([]);
    expect(records.map((record) => record.values.get("number")).filter((number) => number)).toEqual(["17"]);
    expect(records.map((record) => record.values.get("username"))).toContain('\'=cmd|"/c calc"!A1');
    for (const { values } of records)
      for (const cell of values.values()) expect(String(cell ?? "")).not.toMatch(/^[=+\-@\t\r]/);
  });

  it("knows what begins a formula", () => {
    for (const formula of ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"])
      expect(neutral(formula)).toBe(`'${formula}`);
    for (const plain of ["a=1", "1", "", "{}", "'x"]) expect(neutral(plain)).toBe(plain);
  });
});

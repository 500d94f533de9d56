import { readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SideRows } from "#dist/transfer/sources/side-rows.js";

const rowOf = (n: number) => new Map([["n", n]]);
const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("watchword-import-"));

for (const inMemory of [100_000, 10])
  it(`gives each owner their rows in order, and those of nobody (${inMemory} in memory)`, async () => {
    const side = SideRows.create(inMemory);
    try {
      for (let n = 0; n < 2000; n++) await side.add("groups", `owner ${n % 500}`, rowOf(n));
      await side.add("sessions", "owner 1", rowOf(-1));
      await side.add("sessions", "nobody", rowOf(-2));
      for (let n = 0; n < 499; n++)
        expect(side.of("groups", `owner ${n}`).map((row) => row.get("n"))).toEqual([
          n,
          n + 500,
          n + 1000,
          n + 1500,
        ]);
      expect(side.of("groups", "nobody")).toEqual([]);
      expect(side.of("sessions", "owner 1").map((row) => row.get("n"))).toEqual([-1]);
      expect([...side.orphans("groups")].map(({ owner, rows }) => [owner, rows.length])).toEqual([
        ["owner 499", 4],
      ]);
      expect([...side.orphans("sessions")].map(({ owner }) => owner)).toEqual(["nobody"]);
    } finally {
      await side.close();
    }
  });

it("keeps many rows in a file that nobody else can read, exactly, and leaves nothing behind", async () => {
  const before = await left();
  const side = SideRows.create(1);
  const values = new Map<string, unknown>([
    ["bytes", new Uint8Array([0, 255])],
    ["big", 9007199254740993n],
    ["nul", "a\u0000b"],
    ["none", null],
  ]);
  await side.add("t", "a\u0000b", values as never);
  await side.add("t", "c", values as never);
  const [folder] = (await left()).filter((name) => !before.includes(name));
  expect((await stat(join(tmpdir(), folder ?? ""))).mode & 0o077).toBe(0);
  expect(side.of("t", "a\u0000b")).toEqual([values]);
  expect([...side.orphans("t")].map(({ owner }) => owner)).toEqual(["c"]);
  await side.close();
  expect(await left()).toEqual(before);
});

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bare, newProject, promisesOf, ROOT, runProgram } from "../helpers/examples.js";

const PLACES = ["docs/compat/piccolo.md", "src/compat/piccolo/index.ts", "src/compat/piccolo/contract.ts"];

const examples = (
  await Promise.all(
    PLACES.map(async (place) => {
      const text = (await readFile(join(ROOT, place), "utf8")).replaceAll(/^ *\* ?/gm, "");
      return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => [place, code] as const);
    }),
  )
).flat();

describe("the examples of the Piccolo port", () => {
  it.each(examples)("in %s run as printed", async (_place, code) => {
    const folder = await newProject();
    try {
      const printed = bare(await runProgram(folder, code));
      for (const promise of promisesOf(code)) expect(printed).toContain(bare(promise));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("are there", () => expect(examples.length).toBeGreaterThanOrEqual(5));
});

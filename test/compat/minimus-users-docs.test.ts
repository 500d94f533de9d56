import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bare, newProject, promisesOf, ROOT, runProgram } from "../helpers/examples.js";

const FOLDER = "src/compat/minimus-users";
const IMPORTS = `import { authenticate, close, createUser, deleteUser, getUser, getUsers, initialize, renderLogin, updateUser, userServicesCli } from "watchword/compat/minimus-users";\n`;

async function blocksOf(place: string): Promise<readonly string[]> {
  const text = (await readFile(join(ROOT, place), "utf8")).replaceAll(/^ *\* ?/gm, "");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
}

const page = await blocksOf("docs/compat/minimus-users.md");
const comments = await Promise.all(
  (await readdir(join(ROOT, FOLDER))).map(async (name) =>
    (await blocksOf(join(FOLDER, name))).map((code) => [name, `${IMPORTS}${code}await close();\n`] as const),
  ),
);
const examples = [...page.map((code) => ["the page", code] as const), ...comments.flat()];

describe("the examples of minimus-users", () => {
  it.each(examples)("in %s run as printed", async (_place, code) => {
    const folder = await newProject();
    try {
      const printed = bare(await runProgram(folder, code));
      for (const promise of promisesOf(code)) expect(printed).toContain(bare(promise));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("are there, one for each call", () => {
    expect([page.length, comments.flat().length]).toEqual([1, 10]);
  });
});

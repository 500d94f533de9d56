import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bare, newProject, promisesOf, ROOT, runProgram } from "../helpers/examples.js";

const FOLDER = join(ROOT, "src", "compat", "djmongoauth");

/** The ts blocks of a text, as they stand in Markdown or in TSDoc. */
function blocksOf(text: string): string[] {
  const plain = text.replaceAll(/^ *\* ?/gm, "");
  return [...plain.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
}

/** A whole program: one that opens nothing itself finds a port open, with Ada registered in it. */
function programOf(code: string): string {
  if (code.includes("openDjMongoAuth({")) return code;
  const imports = code.match(/^import .*$/gm) ?? [];
  return `
import { openDjMongoAuth } from "watchword/compat/djmongoauth";
${imports.join("\n")}
const port = await openDjMongoAuth({ url: "sqlite:example.db", siteUrl: "shop.example" });
const { User, EmailTypes, authenticated, views } = port;
await new User({ username: "ada", email: "ada@example.com", password: "correct horse battery staple" }).register();
{
${code.replaceAll(/^import .*$/gm, "")}
}
await port.close();
`;
}

const files = (await readdir(FOLDER)).map((name) => join(FOLDER, name));
const sources = [...files, join(ROOT, "docs", "compat", "djmongoauth.md")];
const examples = (
  await Promise.all(
    sources.map(async (path) =>
      blocksOf(await readFile(path, "utf8")).map((code) => [path.slice(ROOT.length), code] as const),
    ),
  )
).flat();

describe("the examples of djmongoauth", () => {
  it("are there", () => expect(examples.length).toBeGreaterThanOrEqual(10));

  it.each(examples)("in %s run as printed", async (_path, code) => {
    const folder = await newProject();
    try {
      const printed = await runProgram(folder, programOf(code));
      for (const promise of promisesOf(code)) expect(bare(printed)).toContain(bare(promise));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bare, newProject, promisesOf, ROOT, runProgram } from "../helpers/examples.js";

const FOLDER = join(ROOT, "src", "compat", "pgusers");

/** The ts blocks of a text, as they stand in Markdown or in TSDoc. */
function blocksOf(text: string): string[] {
  const plain = text.replaceAll(/^ *\* ?/gm, "");
  return [...plain.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
}

const files = (await readdir(FOLDER)).map((name) => join(FOLDER, name));
const examples = (
  await Promise.all(
    [...files, join(ROOT, "docs", "compat", "pgusers.md")].map(async (path) =>
      blocksOf(await readFile(path, "utf8")).map((code) => [path.slice(ROOT.length), code] as const),
    ),
  )
).flat();

const SEPARATOR = "--- next ---";

/** What the comment on the class says that examples have: `users` is open, and `alice` is somebody's id there. */
const part = (code: string, index: number) => `
await (async () => {
  const users = new UserSpace({ url: "sqlite:example-${index}.db", watchword });
  const alice = await users.createUser("alice", "correct horse", "alice@example.com");
  {
${code.replaceAll(/^import .*$/gm, "").replaceAll(/^/gm, "    ")}
  }
  await users.close();
})();
console.log(${JSON.stringify(SEPARATOR)});
`;

const PROGRAM = `
import { BadCallError, EXPIRED, NOT_FOUND, OK, REJECTED, UserSpace } from "watchword/compat/pgusers";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const watchword = { logger: quiet, passwords: { argon2: { memory: 64, passes: 1 } } };
${examples.map(([, code], index) => part(code, index)).join("")}
`;

describe("the examples of pgusers", () => {
  let folder: string;
  let printed: readonly string[];
  beforeAll(async () => {
    folder = await newProject();
    printed = (await runProgram(folder, PROGRAM)).split(`${SEPARATOR}\n`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("stand at every call", async () => {
    const source = await readFile(join(FOLDER, "user-space.ts"), "utf8");
    const calls = [...source.matchAll(/^ {2}(?:async )?\*?([a-zA-Z]+)\(/gm)].map(([, name]) => name);
    const described = [...source.matchAll(/```\n {3}\*\/\n {2}(?:async )?\*?([a-zA-Z]+)\(/g)].map(
      ([, name]) => name,
    );
    expect(calls.filter((name) => name !== "constructor")).toEqual(described);
    expect(described).toHaveLength(14);
  });

  it.each(examples.map(([path, code], index) => [path, code, index] as const))(
    "in %s run as printed",
    (_path, code, index) => {
      for (const promise of promisesOf(code)) expect(bare(printed[index] ?? "")).toContain(bare(promise));
    },
  );
});

import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bare, newProject, promisesOf, ROOT, runProgram } from "../helpers/examples.js";

const SOURCES = "src/compat/easy-mongodb-auth";
const sources = (await readdir(join(ROOT, SOURCES))).map((name) => `${SOURCES}/${name}`);

/** What the examples of TSDoc have: objects on a database of their own, with one user, and a console that notes what it prints. */
const asFunction = (code: string, at: number) => `async () => {
  const place = { url: "sqlite:example-${at}.db", watchword: { ...cheap, mail: { outbox: "outbox-${at}" } } };
  const [auth, utils, coredb] = [new Auth(place), new Utils(place), new CoreDB(place)];
  await auth.registerUserNoVerif("grace@example.com", "correct horse battery staple", { plan: "free" });
  const console = { log: (...values: unknown[]) => printed.push([${at}, format(...values)]) };
  {
${code.replaceAll('"sqlite:users.db"', `"sqlite:own-${at}.db"`)}
  }
  for (const each of [auth, utils, coredb]) await each.close();
}`;

const IMPORTS = `
import { format } from "node:util";
import { Auth, checkPassword, CoreDB, generateSecureCode, getMessages, getVersion, hashPassword, Utils, validateEmail, verifyPassword } from "watchword/compat/easy-mongodb-auth";
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const cheap = { logger, sqlite: { synchronous: "normal" }, passwords: { argon2: { memory: 64, passes: 1 } } } as const;
const printed: [number, string][] = [];
`;

async function examplesOf(place: string): Promise<string[]> {
  const text = (await readFile(join(ROOT, place), "utf8")).replaceAll(/^ *\* ?/gm, "");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
}

describe("the examples of the easy-mongodb-auth port", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newProject();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("on its page run as printed", async () => {
    const examples = await examplesOf("docs/compat/easy-mongodb-auth.md");
    expect(examples).toHaveLength(1);
    const printed = bare(await runProgram(folder, examples.join()));
    for (const promise of promisesOf(examples.join())) expect(printed).toContain(bare(promise));
  });

  it("in its TSDoc run as printed", { timeout: 120_000 }, async () => {
    const examples = (await Promise.all(sources.map(examplesOf))).flat();
    expect(examples.length).toBeGreaterThan(35);
    const program = `${IMPORTS}
const examples = [${examples.map(asFunction).join(",\n")}].values();
const lane = async () => { for (const example of examples) await example(); };
await Promise.all([lane(), lane(), lane(), lane()]);
process.stdout.write(JSON.stringify(printed));`;
    const printed: [number, string][] = JSON.parse(await runProgram(folder, program));
    for (const [at, code] of examples.entries()) {
      const own = printed.filter(([of]) => of === at).map(([, line]) => line);
      for (const promise of promisesOf(code)) expect(bare(own.join(""))).toContain(bare(promise));
    }
  });
});

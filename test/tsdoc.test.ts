import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newDatabase, type TestDatabase } from "./helpers/database.js";
import { bare, env, newProject, promisesOf, ROOT, run, runProgram } from "./helpers/examples.js";

const SPACE = join(ROOT, "src", "space");
const parts = (await readdir(join(SPACE, "contract"))).sort().map((name) => `space/contract/${name}`);
const sources = await Promise.all(
  [
    "base/errors.ts",
    "space/contract.ts",
    "space/copy-space.ts",
    "space/open-user-space.ts",
    "space/hash-verifier.ts",
    "space/options.ts",
    ...parts,
  ].map(async (path) => ({ path, text: await readFile(join(ROOT, "src", path), "utf8") })),
);

/** A ts block of a TSDoc comment, and what it stands at: `space/contract/users.ts find`. */
interface Example {
  readonly title: string;
  readonly code: string;
}

function examplesOf(path: string, text: string): Example[] {
  return [...text.matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//g)].flatMap((comment) => {
    const plain = comment[0].replaceAll(/^ *\* ?/gm, "");
    const behind = text.slice(comment.index + comment[0].length);
    const [, name = "?"] =
      /^\s*(?:(?:export|async|function|class|interface|readonly) )*(\w+)/.exec(behind) ?? [];
    return [...plain.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => ({
      title: `${path} ${name}`,
      code,
    }));
  });
}

const examples = sources.flatMap(({ path, text }) => examplesOf(path, text));

/**
 * What the comment on `UserSpace` says that examples have (`space`, `ada`, `token`, `session`), the imports, and a console
 * of its own for each. Only the files that it opens itself are called otherwise, because examples run side by side.
 */
const asModule = ({ code }: Example, index: number) => `
import { copySpace, type OutgoingMail, openHashVerifier, openUserSpace, type Session, type UserSpace, type UserWithData, WatchwordError } from "watchword";

interface Prelude { space: UserSpace; ada: UserWithData; token: string; session: Session; console: Pick<Console, "log"> }

export async function example({ space, ada, token, session, console }: Prelude) {
  {
${code.replaceAll('"sqlite:', `"sqlite:own-${index}-`)}
  }
}
`;

/** Runs every example in a space of its own, a few at once; prints for each what it printed and how it failed. */
const MAIN = `
import { format } from "node:util";
import { openUserSpace } from "watchword";

const spaces = JSON.parse(process.env.EXAMPLE_SPACES ?? "[]");

async function outcomeOf(index: number) {
  let printed = "";
  let failure: string | null = null;
  const console = { log: (...values: unknown[]) => { printed += format(...values) + "\\n"; } };
  const space = await openUserSpace(spaces[index].url, spaces[index].options);
  try {
    const password = "correct horse battery staple";
    const ada = await space.users.create({ username: "ada", email: "ada@example.com", password });
    const { example } = await import(\`./example-\${index}.ts\`);
    await example({ space, ada, console, ...(await space.sessions.create({ userId: ada.id })) });
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    await space.close();
  }
  return { printed, failure };
}

const indexes = Array(${examples.length}).keys();
const outcomes: unknown[] = [];
async function lane() {
  for (const index of indexes) outcomes[index] = await outcomeOf(index);
}
await Promise.all([lane(), lane(), lane(), lane()]);
console.log(JSON.stringify(outcomes));
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true },
    ...{ target: "ES2023", lib: ["ES2024", "DOM", "DOM.Iterable"], module: "NodeNext" },
    ...{ types: ["node"], typeRoots: [join(ROOT, "node_modules", "@types")] },
  },
  include: ["example-*.ts"],
};

describe("the examples in TSDoc", () => {
  let folder: string;
  const databases: TestDatabase[] = [];
  let outcomes: readonly { readonly printed: string; readonly failure: string | null }[];

  beforeAll(async () => {
    folder = await newProject();
    for (const [index, example] of examples.entries())
      await writeFile(join(folder, `example-${index}.ts`), asModule(example, index));
    for (const _example of examples) databases.push(await newDatabase());
    const spaces = databases.map(({ url, options }) => ({
      url,
      options: { ...options, passwords: { argon2: { memory: 64, passes: 1 } } },
    }));
    outcomes = JSON.parse(await runProgram(folder, MAIN, { EXAMPLE_SPACES: JSON.stringify(spaces) }));
  }, 120_000);
  afterAll(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(examples.map((example, index) => [example.title, example.code, index] as const))(
    "%s runs as printed",
    (_title, code, index) => {
      expect(outcomes[index]?.failure).toBeNull();
      const printed = bare(outcomes[index]?.printed ?? "");
      for (const promise of promisesOf(code)) expect(printed).toContain(bare(promise));
    },
  );

  it("have the types that the package declares", async () => {
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    const tsc = join(
      dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
      "bin",
      "tsc",
    );
    const found = await run(process.execPath, [tsc, "-p", folder], { cwd: folder, env }).catch(
      (failure: { readonly stdout: string }) => failure,
    );
    expect(found.stdout).toBe("");
  });
});

/** Methods that stand without a comment right before them. */
function undescribed({ path, text }: { readonly path: string; readonly text: string }): string[] {
  const { program, comments } = parseSync(path, text);
  const missing: string[] = [];
  new Visitor({
    TSMethodSignature(node) {
      const isDescribed = comments.some(
        ({ type, value, end }) =>
          type === "Block" &&
          value.startsWith("*") &&
          end <= node.start &&
          text.slice(end, node.start).trim() === "",
      );
      if (!isDescribed && node.key.type === "Identifier") missing.push(`${path} ${node.key.name}`);
    },
  }).visit(program);
  return missing;
}

it("describes every method of the public services", () => {
  expect(examples.length).toBeGreaterThan(50);
  const services = sources.filter(({ path }) => path.startsWith("space/contract"));
  expect(services.flatMap(undescribed)).toEqual([]);
});

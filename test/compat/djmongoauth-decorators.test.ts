import { rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { env, newProject, ROOT, run, runProgram } from "../helpers/examples.js";

/** A class of handlers, in the syntax of a real program. */
const PROGRAM = `
import { type DjMongoAuthRequest, openDjMongoAuth } from "watchword/compat/djmongoauth";

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const { User, authenticated, close } = await openDjMongoAuth({
  url: "sqlite:shop.db",
  siteUrl: "shop.example",
  watchword: { logger },
});

class Shop {
  name = "the shop";

  @authenticated
  async orders(request: DjMongoAuthRequest, size: number): Promise<string> {
    return \`\${size} orders of \${this.name}\`;
  }

  @authenticated()
  async bills(_request: DjMongoAuthRequest): Promise<string> {
    return \`bills of \${this.name}\`;
  }

  @authenticated
  static async open(_request: DjMongoAuthRequest): Promise<string> {
    return \`\${this.name} is open\`;
  }
}

await new User({ username: "ann", email: "ann@example.com", password: "a phrase" }).register();
const signed = { headers: { authorization: await User.login("ann", "a phrase") } };
const shop = new Shop();
console.log(await shop.orders(signed, 3), "/", await shop.bills(signed), "/", await Shop.open(signed));
for (const call of [() => shop.orders({ headers: {} }, 3), () => shop.bills({ headers: {} }), () => Shop.open({ headers: {} })])
  console.log(await call().catch((error: Error) => error.name));
await close();
`;

const REFUSED = "DjMongoAuthError";

let folder: string;
beforeEach(async () => {
  folder = await newProject();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["of the standard", {}],
  ["of the form before it", { experimentalDecorators: true }],
])("authenticated as a method decorator %s", (_form, form) => {
  it("keeps the method's this, its arguments and its type, and lets nobody in who is not signed in", async () => {
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true, ...form },
      ...{ target: "ES2022", lib: ["ES2024", "DOM", "DOM.Iterable"], module: "NodeNext" },
      ...{ types: ["node"], typeRoots: [join(ROOT, "node_modules", "@types")] },
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const printed = await runProgram(folder, PROGRAM);
    expect(printed.trim().split("\n")).toEqual([
      "3 orders of the shop / bills of the shop / Shop is open",
      ...[REFUSED, REFUSED, REFUSED],
    ]);
    const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
    const tsc = join(dirname(typescript), "bin", "tsc");
    const found = await run(process.execPath, [tsc, "-p", folder], { cwd: folder, env }).catch(
      (failure: { readonly stdout: string }) => failure,
    );
    expect(found.stdout).toBe("");
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

it("says what to install where the driver is missing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  // The stores alone, in a place from which no package can be seen.
  const dist = dirname(dirname(fileURLToPath(import.meta.resolve("#dist/store/contract.js"))));
  for (const room of ["base", "store"]) {
    mkdirSync(join(folder, room));
    cpSync(join(dist, room), join(folder, room), { recursive: true });
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(
    join(folder, "open.js"),
    `import { openPostgresStore } from "./store/postgres/open.js";
     await openPostgresStore({ url: "postgres://h/d" }).catch((error) => console.log(error.code, error.message));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, "open.js")], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^package-missing .*npm install pg/);
});

it("is loaded by nothing but the opening", () => {
  const script = `
    await import("#dist/store/postgres/open.js");
    console.log(Object.keys((await import("node:module")).default._cache ?? {}).some((path) => /node_modules.pg.lib/.test(path)));`;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })).toBe(
    "false\n",
  );
});

/**
 * Makes the same calls on the originals and on their ports, prints where the answers differ, and writes the pages
 * `docs/compat/side-by-side-<system>.md`. Fails where a difference is not explained.
 *
 *   npm run side-by-side [system…]
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { compareSystem, SYSTEMS } from "./compare.js";
import { pageOf, renderPage } from "./page.js";

const asked = process.argv.slice(2);
for (const system of asked.length > 0 ? asked : Object.keys(SYSTEMS)) {
  const comparison = await compareSystem(system);
  const { calls, differences, mistakes } = comparison;
  console.log(`\n${system}: ${calls} calls, ${differences.length} answered otherwise`);
  for (const { call, original, port, because } of differences) {
    console.log(
      `  ${call}\n    original  ${JSON.stringify(original)}\n    port      ${JSON.stringify(port)}`,
    );
    console.log(`    ${because ?? "NOT EXPLAINED"}`);
    if (because === null) process.exitCode = 1;
  }
  for (const mistake of mistakes) {
    console.log(`  MISTAKE: ${mistake}`);
    process.exitCode = 1;
  }
  writeFileSync(pageOf(system), renderPage(comparison));
  execFileSync("npx", ["biome", "format", "--write", pageOf(system)], { stdio: "ignore" });
}

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareSystem, SYSTEMS } from "./compare.js";
import { NoOriginal } from "./original.js";
import { pageOf, renderPage } from "./page.js";

/** As biome formats it: the page in the repository is. */
function formatted(markdown: string): string {
  return execFileSync("npx", ["biome", "format", "--stdin-file-path=page.md"], {
    input: markdown,
    encoding: "utf8",
  });
}

describe.each(Object.keys(SYSTEMS))("%s beside its port", (system) => {
  it("answers every call alike, but where the contract says so, as its page tells", {
    timeout: 600_000,
  }, async (context) => {
    const comparison = await compareSystem(system).catch((error: unknown) => {
      if (!(error instanceof NoOriginal)) throw error;
      console.warn(`SKIPPED: ${error.message}`);
      return null;
    });
    if (comparison === null) return context.skip();
    expect(comparison.mistakes).toEqual([]);
    expect(comparison.differences.filter(({ because }) => because === null)).toEqual([]);
    expect(formatted(renderPage(comparison))).toBe(readFileSync(pageOf(system), "utf8"));
  });
});

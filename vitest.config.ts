import { defineConfig } from "vitest/config";

// `.ci/run` counts the tests from a report that it asks for here, so that the command it runs is the README's own.
const report = process.env.VITEST_JSON_REPORT;

// Tests run against the built package (`watchword` and `#dist/…` resolve to dist/), because that is what users
// install, and because its worker threads are plain JavaScript files that every supported Node can start.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    server: { deps: { external: [/\/dist\//] } },
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
});

import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { availableStores, type StoreKind } from "./test/servers/available.js";

// `.ci/run` counts the tests from a report that it asks for here, so that the command it runs is the README's own.
const report = process.env.VITEST_JSON_REPORT;

/**
 * The whole suite once on each store. A file whose name begins with a store's, or that lies in its folder of `src/store`,
 * runs on that store alone.
 */
const OWN: Readonly<Record<StoreKind, readonly string[]>> = {
  sqlite: ["test/*/sqlite{.,-}*test.ts", "src/store/{sqlite,sql}/**"],
  postgres: ["test/*/postgres{.,-}*test.ts", "src/store/postgres/**"],
  mongodb: ["test/*/mongodb{.,-}*test.ts", "src/store/mongodb/**"],
};

const STORES = Object.keys(OWN) as StoreKind[];

function project(store: StoreKind): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: store,
      env: { WATCHWORD_TEST_STORE: store },
      exclude: [
        "**/node_modules/**",
        ...STORES.filter((other) => other !== store).flatMap((other) => OWN[other]),
      ],
      globalSetup: store === "sqlite" ? [] : [`test/servers/shared-${store}.ts`],
    },
  };
}

const stores = await availableStores();

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
    projects: stores.map(project),
  },
});

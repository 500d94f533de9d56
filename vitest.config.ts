import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { availableStores, type StoreKind } from "./test/servers/available.js";

// `.ci/run` counts the tests from a report that it asks for here, so that the command it runs is the README's own.
const report = process.env.VITEST_JSON_REPORT;

const STORES: readonly StoreKind[] = ["sqlite", "postgres", "mongodb"];

/** Moves from store to store: needs both servers in one run. */
const EVERY_STORE = /\/every-store[^/]*\.test\.ts$/;

/**
 * The stores that a test file runs on. One that begins with a store's name, or lies in its folder of `src/store`, is about
 * that store alone; one that asks the helpers for a database runs on each; any other has nothing to do with stores and
 * runs once, with SQLite. `every-store…` is about all of them at once, and a project of its own.
 */
function storesOf(path: string): readonly StoreKind[] {
  if (EVERY_STORE.test(path)) return [];
  const own = STORES.find((store) =>
    new RegExp(`/${store}[^/]*\\.test\\.ts$|^src/store/${store}/`).test(path),
  );
  if (own !== undefined) return [own];
  const asksForDatabase = /\/(helpers\/(space|database|compat)|cli\/command-line|command-line)\.js"/;
  return asksForDatabase.test(readFileSync(path, "utf8")) ? STORES : ["sqlite"];
}

const files = ["src", "test"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(folder, name).replaceAll("\\", "/")),
);

function project(store: StoreKind): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: store,
      include: files.filter((path) => storesOf(path).includes(store)),
      env: { WATCHWORD_TEST_STORE: store },
      globalSetup: store === "sqlite" ? [] : [`test/servers/shared-${store}.ts`],
    },
  };
}

const stores = await availableStores();

function everyStore(): TestProjectInlineConfiguration[] {
  const missing = STORES.filter((store) => !stores.includes(store));
  if (missing.length > 0) {
    console.warn(`NO TESTS RUN FROM STORE TO STORE: they need ${missing.join(" and ")} too.`);
    return [];
  }
  return [
    {
      extends: true,
      test: {
        name: "every-store",
        include: files.filter((path) => EVERY_STORE.test(path)),
        globalSetup: ["test/servers/shared-postgres.ts", "test/servers/shared-mongodb.ts"],
      },
    },
  ];
}

// Tests run against the built package (`watchword` and `#dist/…` resolve to dist/), because that is what users
// install, and because its worker threads are plain JavaScript files that every supported Node can start.
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    server: { deps: { external: [/\/dist\//] } },
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: [...stores.map(project), ...everyStore()],
  },
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "#dist/store/sqlite/open.js";
import { contractSuite } from "./contract.js";

contractSuite("SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  const file = join(folder, "users.db");
  const store = await openSqliteStore({ file, create: true, synchronous: "full", busyTimeout: 5000 });
  return {
    store,
    async cleanup() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

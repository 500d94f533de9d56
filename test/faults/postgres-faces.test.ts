import { expect, it, onTestFinished } from "vitest";
import { Bench } from "../cli/command-line.js";
import { startPostgres } from "../servers/postgres.js";
import { serverAwaySuite } from "./server-away.js";

serverAwaySuite("PostgreSQL", () => startPostgres());

it("a wrong password, or a database that there is not, is one line that says so", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  const bench = await Bench.open();
  onTestFinished(() => bench.close());
  const WATCHWORD_SECRET = "the secret of a space that nobody gets to";
  const wrong = new URL(server.url);
  wrong.password = "hunter2";
  const refused = await bench.run(["stats"], {
    env: { WATCHWORD_DATABASE_URL: wrong.href, WATCHWORD_SECRET },
  });
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^error: .*password.*postgres.*\(store-refused\)\n$/i);
  expect(refused.stderr).not.toContain("hunter2");
  const other = new URL(server.url);
  other.pathname = "/nowhere";
  const missing = await bench.run(["stats"], {
    env: { WATCHWORD_DATABASE_URL: other.href, WATCHWORD_SECRET },
  });
  expect(missing).toMatchObject({ code: 1, stdout: "" });
  expect(missing.stderr).toMatch(/^error: .*nowhere.*create: true.*\(store-refused\)\n$/);
  const made = await bench.run(["migrate"], {
    env: { WATCHWORD_DATABASE_URL: other.href, WATCHWORD_SECRET },
  });
  expect(made.code).toBe(0);
});

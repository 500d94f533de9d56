import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Scans } from "#dist/store/sqlite/calls.js";
import { Thread } from "#dist/store/sqlite/thread.js";
import { NOW, sampleAudit, samplePassword, sampleUser, together } from "../contract/samples.js";
import { openStore, temporaryFolder } from "./processes.js";

it("starts a new writer after its thread died, and says that the fate of what was under way is unknown", async () => {
  const warn = vi.fn();
  const store = await openStore(join(await temporaryFolder(), "users.db"), { logger: { warn } });
  const posted = vi.spyOn(Worker.prototype, "postMessage");
  await store.migrate();
  const writer = posted.mock.contexts[0];
  posted.mockRestore();
  if (!(writer instanceof Worker)) throw new Error("No writer was started.");

  const writes = together(20, () => store.addEvents([sampleAudit()]));
  // A message that no writer understands ends the thread before it reaches the calls behind it.
  writer.postMessage("nonsense");
  await expect(writes).rejects.toMatchObject({
    code: "store-unavailable",
    message: expect.stringContaining("not known"),
  });
  expect(warn).toHaveBeenCalledOnce();
  expect(await store.createUser(sampleUser({ username: "ada" }), 0, [])).toEqual({ status: "created" });
});

it("fails writes clearly while the file is out of reach, and works when it is back", async () => {
  const folder = join(await temporaryFolder(), "here");
  await mkdir(folder);
  const store = await openStore(join(folder, "users.db"));
  await rename(folder, `${folder}-moved`);
  await expect(store.migrate()).rejects.toMatchObject({
    code: "store-unavailable",
    message: expect.stringContaining("users.db cannot be opened"),
  });
  await rename(`${folder}-moved`, folder);
  expect((await store.migrate()).length).toBeGreaterThan(0);
});

it("fails only the call that fails, not those that share its transaction", async () => {
  const store = await openStore(join(await temporaryFolder(), "users.db"));
  await store.migrate();
  // Fails at its last statement, after the user and the keys were written.
  const broken = sampleUser({ username: "broken" }, samplePassword(null as unknown as string));
  const answers = await Promise.allSettled([
    store.createUser(sampleUser({ username: "ada" }), 0, []),
    store.createUser(broken, 0, []),
    store.addEvents([{ ...sampleAudit(), details: (() => "") as unknown as string }]),
    store.takeTurn("mail", "one", NOW + 1, NOW),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(await store.findUser(["u:ada"])).not.toBeNull();
  expect(await store.findUser(["u:broken"])).toBeNull();
  const again = sampleUser({ username: "broken" });
  expect(await store.createUser(again, 0, [])).toEqual({ status: "created" });
});

it("ends a thread that has nothing to do, and starts another for the next call", async () => {
  const file = join(await temporaryFolder(), "users.db");
  const store = await openStore(file);
  await store.migrate();
  const posted = vi.spyOn(Worker.prototype, "postMessage");
  onTestFinished(() => posted.mockRestore());
  const connection = {
    file,
    synchronous: "full",
    busyTimeout: 1000,
    cache: 1024,
    map: 0,
    readOnly: true,
    sizeLimit: 0,
  } as const;
  const reader = new Thread<Scans>({
    script: "reader.worker.js",
    connection,
    batch: 1,
    idle: 20,
    warn: vi.fn(),
  });
  expect(await reader.call("countUsers", {})).toBe(0);
  await vi.waitFor(() => expect(posted.mock.lastCall).toEqual(["close"]));
  expect(await reader.call("countUsers", {})).toBe(0);
  expect(posted.mock.contexts.at(-1)).not.toBe(posted.mock.contexts[0]);
  await reader.close();
});

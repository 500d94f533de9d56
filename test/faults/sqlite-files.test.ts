import { chmod, copyFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openDatabase } from "#dist/store/sqlite/driver.js";
import { NOW, sampleUser } from "../contract/samples.js";
import { firstOutput, openStore, runChild, startChild, temporaryFolder } from "./processes.js";

async function fileIn(folder?: string): Promise<string> {
  return join(folder ?? (await temporaryFolder()), "users.db");
}

it("makes a file that only its owner can read", async () => {
  const file = await fileIn();
  const store = await openStore(file);
  await store.migrate();
  for (const name of [file, `${file}-wal`]) expect((await stat(name)).mode & 0o777).toBe(0o600);
});

it("refuses a file that is not there, where it may not make one", async () => {
  const file = await fileIn();
  await expect(openStore(file, { create: false })).rejects.toMatchObject({
    code: "store-refused",
    message: expect.stringMatching(/There is no database .*users\.db/),
  });
  await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
});

it("names the folder that is missing", async () => {
  const file = join(await temporaryFolder(), "missing", "users.db");
  await expect(openStore(file)).rejects.toMatchObject({
    code: "store-refused",
    message: expect.stringContaining("folder"),
  });
});

it("refuses a folder, and a database in memory", async () => {
  await expect(openStore(await temporaryFolder())).rejects.toMatchObject({
    code: "store-refused",
    message: expect.stringContaining("is a folder"),
  });
  await expect(openStore(":memory:")).rejects.toMatchObject({ code: "store-refused" });
});

it("leaves everything in the file itself when it closes, so that a copy of it is complete", async () => {
  const file = await fileIn();
  const store = await openStore(file);
  await store.migrate();
  await store.createUser(sampleUser({ username: "ada" }), 0, []);
  expect(await store.findUser(["u:ada"])).not.toBeNull();
  await store.close();
  await copyFile(file, `${file}.copy`);
  const copy = await openStore(`${file}.copy`, { create: false });
  expect(await copy.findUser(["u:ada"])).not.toBeNull();
});

it("refuses a text file, and leaves it as it is", async () => {
  const file = await fileIn();
  const text = "This is my diary.\n".repeat(500);
  await writeFile(file, text);
  await expect(openStore(file)).rejects.toMatchObject({
    code: "store-corrupted",
    message: expect.stringContaining("is not an SQLite database"),
  });
  expect(await readFile(file, "utf8")).toBe(text);
});

it.each(["create", "open"])("tells a user without rights which file to make readable (%s)", async (how) => {
  const folder = await temporaryFolder();
  const file = await fileIn(folder);
  await writeFile(file, "");
  // Nobody's for the superuser's child, who turns into another user; nobody's at all for everyone else.
  await chmod(file, process.getuid?.() === 0 ? 0o600 : 0o000);
  await chmod(folder, 0o755);
  const { output, errors } = await runChild("open-as-nobody.mjs", file, how);
  expect(errors).toBe("");
  expect(JSON.parse(output)).toMatchObject({
    code: "store-refused",
    message: expect.stringMatching(/may not read and write .*users\.db/),
  });
});

it("refuses a file in a folder where it may not write", async () => {
  const folder = join(await temporaryFolder(), "closed");
  await mkdir(folder);
  await chmod(join(folder, ".."), 0o755);
  await chmod(folder, 0o555);
  const { output } = await runChild("open-as-nobody.mjs", await fileIn(folder), "create");
  expect(JSON.parse(output)).toMatchObject({ code: "store-refused" });
});

it("is not ready any more once its file was moved away, and is again when the file is back", async () => {
  const file = await fileIn();
  const store = await openStore(file);
  await store.migrate();
  await store.ping();
  await rename(file, `${file}.away`);
  await expect(store.ping()).rejects.toMatchObject({ code: "store-unavailable" });
  await rename(`${file}.away`, file);
  await store.ping();
});

it("says that a damaged file is damaged, at each use, and does not crash", async () => {
  const file = await fileIn();
  const first = await openStore(file);
  await first.migrate();
  for (let at = 0; at < 200; at++) await first.createUser(sampleUser({ username: `user${at}` }), 0, []);
  await first.close();
  const database = openDatabase(file);
  const roots = database.prepare("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0").all();
  database.close();
  const bytes = await readFile(file);
  for (const root of roots as { rootpage: number }[])
    bytes.fill(0xff, (root.rootpage - 1) * 4096, root.rootpage * 4096);
  await writeFile(file, bytes);

  const store = await openStore(file);
  const damaged = { code: "store-corrupted", message: expect.stringContaining("integrity_check") };
  await expect(store.findUser(["u:user7"])).rejects.toMatchObject(damaged);
  await expect(
    store.listUsers({ filter: {}, order: "created", after: null, size: 10 }),
  ).rejects.toMatchObject(damaged);
  await expect(store.createUser(sampleUser({ username: "ada" }), 0, [])).rejects.toMatchObject(damaged);
});

it("refuses a file whose list of tables is damaged", async () => {
  const file = await fileIn();
  const first = await openStore(file);
  await first.migrate();
  await first.close();
  const bytes = await readFile(file);
  bytes.fill(0xff, 100, 4096);
  await writeFile(file, bytes);
  await expect(openStore(file)).rejects.toMatchObject({ code: "store-corrupted" });
});

it("refuses to open a file that another process keeps for itself, after waiting as long as it was told", async () => {
  const file = await fileIn();
  const child = startChild("hold-lock.mjs", file, "EXCLUSIVE");
  await firstOutput(child);
  const start = performance.now();
  await expect(openStore(file, { busyTimeout: 300 })).rejects.toMatchObject({
    code: "store-refused",
    message: expect.stringContaining("is locked by another process"),
  });
  expect(performance.now() - start).toBeGreaterThan(290);
});

it("goes on reading while another process holds the write lock; a write waits, then fails, then works again", async () => {
  const file = await fileIn();
  const store = await openStore(file, { busyTimeout: 300 });
  await store.migrate();
  await store.createUser(sampleUser({ username: "ada" }), 0, []);
  const child = startChild("hold-lock.mjs", file, "EXCLUSIVE");
  await firstOutput(child);

  expect(await store.findUser(["u:ada"])).not.toBeNull();
  expect(await store.countUsers({})).toBe(1);
  await expect(store.takeTurn("a", "b", NOW + 1, NOW)).rejects.toMatchObject({
    code: "store-unavailable",
    message: expect.stringMatching(/users\.db is locked by another process/),
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGKILL");
  await ended;
  expect(await store.takeTurn("a", "b", NOW + 1, NOW)).toBe(true);
});

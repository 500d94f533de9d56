import { execFileSync, spawnSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openStore, temporaryFolder } from "./processes.js";

/** A file system whose locks are granted to everybody, as those of some network file systems are. */
const NO_LOCKS = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
static int through(const char *name, int fd, int cmd, void *arg) {
  if (cmd == F_SETLK || cmd == F_SETLKW) return 0;
  int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
  return real(fd, cmd, arg);
}
int fcntl(int fd, int cmd, ...) { va_list l; va_start(l, cmd); void *a = va_arg(l, void *); va_end(l); return through("fcntl", fd, cmd, a); }
int fcntl64(int fd, int cmd, ...) { va_list l; va_start(l, cmd); void *a = va_arg(l, void *); va_end(l); return through("fcntl64", fd, cmd, a); }
`;

const child = fileURLToPath(new URL("children/prove-locks.mjs", import.meta.url));
const hasCompiler = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;
if (!hasCompiler)
  console.warn(
    "test/faults/store-locks: skipped in part; it needs Linux and a C compiler (apt-get install gcc libc6-dev)",
  );

it("proves the locks of a local disk, and leaves no file behind", async () => {
  const folder = await temporaryFolder();
  const store = await openStore(join(folder, "users.db"));
  await store.migrate();
  await store.proveAtomicity();
  expect((await readdir(folder)).filter((name) => name.includes("lock-proof"))).toEqual([]);
});

it.skipIf(!hasCompiler)("refuses a file system that grants one lock to two processes", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "no-locks.c"), NO_LOCKS);
  const library = join(folder, "no-locks.so");
  execFileSync("cc", ["-shared", "-fPIC", "-o", library, join(folder, "no-locks.c"), "-ldl"]);
  const prove = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [child, join(folder, "users.db")], {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
  expect(prove({}).stdout.trim()).toBe("proven");
  const refused = prove({ LD_PRELOAD: library });
  expect(refused.stdout.trim()).toMatch(/^store-refused: .*two processes could write it at once/);
  expect((await readdir(folder)).filter((name) => name.includes("lock-proof"))).toEqual([]);
});

it("says that a store that was closed proves nothing", async () => {
  const folder = await temporaryFolder();
  const store = await openStore(join(folder, "users.db"));
  await store.close();
  await expect(store.proveAtomicity()).rejects.toMatchObject({ code: "closed" });
});

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  checkClock,
  checkFileMode,
  checkNodeVersion,
  checkSecretVariable,
  judgeFreeSpace,
} from "./checks-machine.js";

it.each([
  ["20.19.0", "ok"],
  ["20.20.2", "ok"],
  ["22.13.0", "ok"],
  ["24.0.0", "ok"],
  ["20.18.9", "fail"],
  ["18.20.0", "fail"],
])("judges Node %s: %s", (version, status) => {
  expect(checkNodeVersion(version).status).toBe(status);
});

it("knows a clock that cannot be right", () => {
  expect(checkClock(0).status).toBe("fail");
  expect(checkClock(Date.UTC(2030, 0, 1)).status).toBe("ok");
});

it("warns of a secret that a person made up, the older ones included", () => {
  const random = "LEaDedUrqqnLZ-tn6_6RYZz5nROcgt3Llza6_92IL74";
  const statuses = (secrets: string | undefined) => checkSecretVariable(secrets).map((one) => one.status);
  expect(statuses(undefined)).toEqual([]);
  expect(statuses(random)).toEqual(["ok"]);
  expect(statuses("a1b2c3d4e5f60718293a4b5c6d7e8f90")).toEqual(["ok"]);
  expect(statuses("passwordpasswordpasswordpassword")).toEqual(["warn"]);
  expect(statuses(`${random},${"x".repeat(32)}`)).toEqual(["warn"]);
});

it.each([
  [10 * 1024 ** 2, "fail"],
  [100 * 1024 ** 2, "warn"],
  [10 * 1024 ** 3, "ok"],
])("judges %i free bytes: %s", (bytes, status) => {
  expect(judgeFreeSpace(bytes, "/srv").status).toBe(status);
});

it.skipIf(process.platform === "win32")("warns of a file that others may open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "watchword-modes-"));
  try {
    const file = join(folder, "users.db.secret");
    expect(await checkFileMode("secret-mode", file)).toBeNull();
    await writeFile(file, "secret");
    await chmod(file, 0o600);
    expect(await checkFileMode("secret-mode", file)).toMatchObject({ status: "ok" });
    await chmod(file, 0o640);
    const finding = await checkFileMode("secret-mode", file);
    expect(finding).toMatchObject({ status: "warn" });
    expect(finding?.message).toContain(`chmod 600 ${file}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

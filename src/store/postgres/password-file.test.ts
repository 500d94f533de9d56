import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findPassword, passwordFromFile } from "./password-file.js";

const wanted = { host: "db", port: 5432, database: "shop", user: "ada" };

it.each([
  ["db:5432:shop:ada:secret", "secret"],
  ["*:*:*:*:any", "any"],
  ["other:5432:shop:ada:no\ndb:*:shop:*:yes\n*:*:*:*:late", "yes"],
  ["# db:5432:shop:ada:comment\ndb:5432:shop:ada:told", "told"],
  ["db:5432:shop:ada:with\\:colon\\\\slash", "with:colon\\slash"],
  ["db:5432:shop:ada:first:rest is not read", "first"],
  ["db:5432:shop:ada:windows\r\n", "windows"],
  ["db:5432:shop:ada:", ""],
  ["db:5433:shop:ada:port", null],
  ["db:5432:shop:eve:user", null],
  ["db:5432:shop", null],
  ["", null],
])("finds in %j: %j", (text, password) => {
  expect(findPassword(text, wanted)).toBe(password);
});

it("reads an IPv6 address whose colons are escaped", () => {
  expect(findPassword("\\:\\:1:5432:*:*:six", { ...wanted, host: "::1" })).toBe("six");
});

it("uses no file that others may read, and says so; one that is named must be there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "pgpass");
  await writeFile(file, "db:5432:shop:ada:secret\n");
  const warnings: string[] = [];
  const read = () => passwordFromFile(file, wanted, (_, message) => warnings.push(message));
  await chmod(file, 0o600);
  expect(await read()).toBe("secret");
  await chmod(file, 0o644);
  expect(await read()).toBeNull();
  expect(warnings).toEqual([expect.stringContaining("chmod 600")]);
  await expect(passwordFromFile(join(folder, "none"), wanted, () => {})).rejects.toMatchObject({
    code: "store-refused",
  });
});

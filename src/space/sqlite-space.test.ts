import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openUserSpace } from "watchword";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

// What is true of a space in a file alone.

const refusal = (code: string) => expect.objectContaining({ code });
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

it("makes no database where it shall not", async () => {
  await expect(openUserSpace(`sqlite:${join(test.folder, "none.db")}`, { create: false })).rejects.toThrow(
    refusal("store-refused"),
  );
  await expect(stat(join(test.folder, "none.db"))).rejects.toThrow();
});

describe("the secret", () => {
  const file = () => join(test.folder, "users.db.secret");

  it("is made with the space, for its owner's eyes only, and asked for ever after", async () => {
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await readFile(file(), "utf8")).trim().length).toBeGreaterThanOrEqual(43);
    await test.space.close();
    await rename(file(), `${file()}.away`);
    await expect(openUserSpace(test.url)).rejects.toThrow(refusal("secret-missing"));
    await writeFile(file(), "another-secret-of-enough-characters-here");
    await expect(openUserSpace(test.url)).rejects.toThrow(refusal("wrong-secret"));
    await rm(file());
    await rename(`${file()}.away`, file());
    await test.reopen();
  });
});

describe("bad files", () => {
  it("that are no database, or a folder, are refused and left as they are", async () => {
    const text = join(test.folder, "notes.txt");
    await writeFile(text, "these are my notes, not a database\n".repeat(100));
    await expect(openUserSpace(`sqlite:${text}`)).rejects.toThrow(refusal("store-corrupted"));
    expect(await readFile(text, "utf8")).toContain("my notes");
    await mkdir(join(test.folder, "folder"));
    await expect(openUserSpace(`sqlite:${join(test.folder, "folder")}`)).rejects.toThrow(
      refusal("store-refused"),
    );
    await expect(openUserSpace(`sqlite:${join(test.folder, "no", "such", "users.db")}`)).rejects.toThrow(
      refusal("store-refused"),
    );
  });
});

import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openUserSpace } from "watchword";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const refusal = (code: string) => expect.objectContaining({ code });
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

describe("opening", () => {
  it("gives the same space to a second opener, and closes with the last", async () => {
    const second = await openUserSpace(test.url);
    expect(second).toBe(test.space);
    await second.close();
    expect(await test.space.users.count()).toBe(0);
    await expect(openUserSpace(test.url, { identifiers: "exact" })).rejects.toThrow(
      refusal("settings-contradict"),
    );
  });

  it("lets everybody who closes wait for the same end", async () => {
    await test.space.users.create({ username: "ada" });
    const { token } = await test.space.sessions.create({
      userId: (await test.space.users.find({ username: "ada" }))?.id ?? "",
    });
    test.clock.advance(24 * 3_600_000);
    await test.space.sessions.check(token);
    let ended = 0;
    const first = test.space.close().then(() => ended++);
    await test.space.close();
    await first;
    expect(ended).toBe(1);
    const space = await test.reopen();
    const [session] = (await space.sessions.list()).items;
    expect(session?.lastSeenAt).toEqual(new Date(test.clock.now()));
  });

  it("keeps everything across a restart", async () => {
    const ada = await test.space.users.create({ username: "ada", data: { a: [1, { b: "ü" }] } });
    const id = test.space.id;
    const space = await test.reopen();
    expect(space.id).toBe(id);
    expect(await space.users.find({ username: "ada" })).toEqual(ada);
  });

  it.each([
    "",
    "users.db",
    "redis://localhost",
    "sqlite:",
    "sqlite::memory:",
    "sqlite:a.db?mode=ro",
    "sqlite:%zz",
  ])("refuses the URL %j and says which to use", async (url) => {
    await expect(openUserSpace(url)).rejects.toThrow(refusal("invalid-option"));
  });

  it("refuses an option that there is not, and one that the open space has otherwise", async () => {
    const url = `sqlite:${join(test.folder, "misspelt.db")}`;
    await expect(openUserSpace(url, { sesions: {} } as never)).rejects.toThrow(refusal("invalid-input"));
    await expect(openUserSpace(test.url, { siteName: "Another" })).rejects.toThrow(
      refusal("settings-contradict"),
    );
  });

  it.each(["http://192.0.2.7:3000", "http://[::1]:3000"])("opens with the base URL %s", async (baseUrl) => {
    expect((await test.reopen({ baseUrl })).baseUrl).toBe(baseUrl);
  });

  it("remembers the base URL that it was told, for a process that is told none", async () => {
    await test.reopen({ baseUrl: "https://accounts.example.com" });
    const space = await test.reopen();
    expect(space.baseUrl).toBe("https://accounts.example.com");
    expect(space.config.find(({ name }) => name === "baseUrl")).toMatchObject({ origin: "database" });
  });

  it("makes no database where it shall not", async () => {
    await expect(openUserSpace(`sqlite:${join(test.folder, "none.db")}`, { create: false })).rejects.toThrow(
      refusal("store-refused"),
    );
    await expect(stat(join(test.folder, "none.db"))).rejects.toThrow();
  });

  it.each([
    [{ baseUrl: "nowhere" }],
    [{ baseUrl: "https://example.com/path" }],
    [{ baseUrl: "javascript:alert(1)" }],
    [{ secret: "short" }],
    [{ passwords: { minLength: 0 } }],
    [{ sessions: { idle: Number.NaN } }],
    [{ passwords: { argon2: { memory: -1 } } }],
    [{ mail: { from: "nobody" } }],
  ])("refuses the option %j", async (options) => {
    const url = `sqlite:${join(test.folder, "options.db")}`;
    await expect(openUserSpace(url, options)).rejects.toThrow(refusal("invalid-option"));
    // A mistake in an option leaves nothing behind that would contradict the next try.
    expect((await readdir(test.folder)).filter((name) => name.startsWith("options"))).toEqual([]);
  });

  it("opens again after an opening that failed", async () => {
    const url = `sqlite:${join(test.folder, "again.db")}`;
    await expect(openUserSpace(url, { secret: "short" })).rejects.toThrow(refusal("invalid-option"));
    await (await openUserSpace(url)).close();
  });
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

  it("can be changed: the new one first, the old one behind it", async () => {
    const old = (await readFile(file(), "utf8")).trim();
    const fresh = "f".repeat(43);
    const { id } = await test.space.users.create({ username: "ada", email: "ada@example.com" });
    const request = await test.space.codes.request("reset-password", { userId: id });
    const [mail] = await test.mailsTo("ada@example.com");
    await expect(test.reopen({ secret: fresh })).rejects.toThrow(refusal("wrong-secret"));
    await test.reopen({ secret: [fresh, old] });
    const { codeIn } = await import("../../test/helpers/space.js");
    expect(
      await test.space.codes.confirm("reset-password", {
        ticket: request.status === "sent" ? request.ticket : "",
        code: codeIn(mail),
        newPassword: "another good long password",
      }),
    ).toMatchObject({ status: "password-reset" });
    await test.reopen({ secret: fresh });
    expect(await test.space.users.count()).toBe(1);
  });
});

describe("settings", () => {
  it("of a newer program are refused, by name", async () => {
    await test.space.close();
    const { openSqliteStore } = await import("#dist/store/sqlite/open.js");
    const store = await openSqliteStore({
      file: join(test.folder, "users.db"),
      create: false,
      synchronous: "normal",
      busyTimeout: 1000,
    });
    const settings = await store.readSettings();
    if (settings === null) throw new Error("no settings");
    await store.writeSettings(settings.version, {
      ...settings,
      oldestProgram: 99,
      version: settings.version + 1,
    });
    await expect(openUserSpace(test.url)).rejects.toThrow(refusal("newer-database"));
    const changed = await store.readSettings();
    await store.writeSettings(changed?.version ?? null, { ...settings, version: settings.version + 2 });
    await store.close();
    await test.reopen();
  });

  it("say where each value comes from, without the secrets", async () => {
    await test.reopen({
      siteName: "Ada's Shop",
      mail: { smtp: { url: "smtp://user:hunter22@localhost:2525" } },
    });
    const entry = (name: string) => test.space.config.find((each) => each.name === name);
    expect(entry("siteName")).toMatchObject({
      value: "Ada's Shop",
      origin: "option",
      variable: "WATCHWORD_SITE_NAME",
    });
    expect(entry("identifiers")).toMatchObject({ value: "folded", origin: "database" });
    expect(entry("secret")).toMatchObject({ value: "•••", origin: "file" });
    expect(JSON.stringify(test.space.config)).not.toContain("hunter22");
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

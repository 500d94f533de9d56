import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openUserSpace } from "watchword";
import { newDatabase, openStoreOf, STORE } from "../../test/helpers/database.js";
import { codeIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

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

  it("gives an object of its own to whoever asks for it, with options of its own", async () => {
    const more = { ...test.database.options, clock: test.clock, siteName: "Another", separate: true };
    const own = await openUserSpace(test.url, more);
    const second = await openUserSpace(test.url, more);
    expect(new Set([own, second, test.space]).size).toBe(3);
    expect([own.siteName, own.id]).toEqual(["Another", test.space.id]);
    const { id } = await own.users.create({ username: "ada" });
    await own.close();
    await own.close();
    await expect(own.users.get(id)).rejects.toThrow(refusal("closed"));
    expect((await second.users.get(id)).username).toBe("ada");
    expect((await test.space.users.get(id)).username).toBe("ada");
    await second.close();
    expect(await openUserSpace(test.url)).toBe(test.space);
    await test.space.close();
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

  it("refuses an option that there is not, and one that the open space has otherwise", async () => {
    await expect(openUserSpace(test.url, { sesions: {} } as never)).rejects.toThrow(refusal("invalid-input"));
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

  it.each([
    [{ baseUrl: "nowhere" }],
    [{ baseUrl: "https://example.com/path" }],
    [{ baseUrl: "javascript:alert(1)" }],
    [{ secret: "short" }],
    [{ passwords: { minLength: -1 } }],
    [{ sessions: { idle: Number.NaN } }],
    [{ passwords: { argon2: { memory: -1 } } }],
    [{ mail: { from: "nobody" } }],
  ])("refuses the option %j", async (options) => {
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    const opening = openUserSpace(database.url, { ...database.options, ...options });
    await expect(opening).rejects.toThrow(refusal("invalid-option"));
    // A mistake in an option leaves nothing behind that would contradict the next try.
    expect(await database.dump()).toBe("");
  });

  it("opens again after an opening that failed", async () => {
    const { url, options, drop } = await newDatabase();
    onTestFinished(drop);
    await expect(openUserSpace(url, { ...options, secret: "short" })).rejects.toThrow(
      refusal("invalid-option"),
    );
    await (await openUserSpace(url, options)).close();
  });
});

describe("the secret", () => {
  it("can be changed: the new one first, the old one behind it", async () => {
    const old = await test.database.secret();
    const fresh = "f".repeat(43);
    const { id } = await test.space.users.create({ username: "ada", email: "ada@example.com" });
    const request = await test.space.codes.request("reset-password", { userId: id });
    const [mail] = await test.mailsTo("ada@example.com");
    await expect(test.reopen({ secret: fresh })).rejects.toThrow(refusal("wrong-secret"));
    await test.reopen({ secret: [fresh, old] });
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
    const store = await openStoreOf(test.database);
    const settings = await store.readSettings();
    if (settings === null) throw new Error("no settings");
    await store.writeSettings(settings.version, {
      ...settings,
      oldestProgram: 99,
      version: settings.version + 1,
    });
    await expect(openUserSpace(test.url, test.database.options)).rejects.toThrow(refusal("newer-database"));
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
    expect(entry("secret")).toMatchObject({ value: "•••", origin: STORE === "sqlite" ? "file" : "option" });
    expect(JSON.stringify(test.space.config)).not.toContain("hunter22");
  });
});

import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UserSpace } from "watchword";
import { Bench, hasTerminals } from "./command-line.js";

const PASSWORD = "correct horse battery staple";
const CTRL_C = "\u0003";
const ENTER = "\r";

describe.skipIf(!hasTerminals)("on a terminal", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open();
  });
  afterEach(() => bench.close());

  async function withSpace<Result>(use: (space: UserSpace) => Promise<Result>): Promise<Result> {
    const space = await bench.openSpace();
    try {
      return await use(space);
    } finally {
      await space.close();
    }
  }

  it("asks for the names and, hidden and twice, for the password", async () => {
    const call = bench.inTerminal(["user", "create"]);
    await call.says(/Username/);
    call.type(`ada${ENTER}`);
    await call.says(/Email address/);
    call.type(ENTER);
    await call.says(/New password/);
    call.type(PASSWORD + ENTER);
    await call.says(/Once more/);
    call.type(PASSWORD + ENTER);
    await call.says(/Created ada/);
    const ended = await call.ended;
    expect(ended.code).toBe(0);
    expect(stripVTControlCharacters(ended.stdout)).not.toContain("correct");
    await withSpace(async (space) => {
      const user = await space.users.findByIdentifier("ada");
      expect(user).toMatchObject({ username: "ada", email: null });
      expect(await space.passwords.check(user?.id ?? "", PASSWORD)).toBe(true);
    });
  });

  it("asks again at once for a name that cannot be one or is taken, and keeps what was typed", async () => {
    await withSpace((space) => space.users.create({ username: "ada" }));
    const call = bench.inTerminal(["user", "create"]);
    await call.says(/Username/);
    call.type(`bob@nowhere@${ENTER}`);
    await call.says(/this is no address/);
    call.type(`\u0015ADA${ENTER}`);
    await call.says(/Email address/);
    call.type(`no address${ENTER}`);
    await call.says(/has no @/);
    call.type(`\u0015ada@example.com${ENTER}`);
    await call.says(/Another user has this username/);
    await call.says(/Username/);
    call.type(`2${ENTER}`);
    await call.says(/Email address/);
    call.type(ENTER);
    await call.says(/New password/);
    call.type(PASSWORD + ENTER);
    await call.says(/Once more/);
    call.type(PASSWORD + ENTER);
    await call.says(/Created ADA2/);
    expect((await call.ended).code).toBe(0);
    const made = await withSpace((space) => space.users.findByIdentifier("ada2"));
    expect(made).toMatchObject({ username: "ADA2", email: "ada@example.com" });
  });

  it("asks again where a username with an @ is not the email address", async () => {
    const call = bench.inTerminal(["user", "create"]);
    await call.says(/Username/);
    call.type(`ada@example.com${ENTER}`);
    await call.says(/Email address/);
    call.type(`bob@example.com${ENTER}`);
    await call.says(/must be the user's own email address/);
    await call.says(/Username/);
    call.type(CTRL_C);
    expect((await call.ended).code).toBe(130);
    expect(await bench.database.dump()).toBe("");
  });

  it("asks what to update, with what there is as the answer of Enter", async () => {
    const before = await withSpace((space) =>
      space.users.create({
        username: "ada",
        email: "ada@example.com",
        emailVerified: true,
        userLocale: "en",
      }),
    );
    const call = bench.inTerminal(["user", "update", "ada"]);
    await call.says(/Username/);
    call.type(`-lovelace${ENTER}`);
    await call.says(/Email address/);
    call.type(ENTER);
    await call.says(/known to be this person's/);
    call.type(ENTER);
    await call.says(/Language/);
    call.type(`\u0015${ENTER}`);
    await call.says(/Changed ada-lovelace/);
    expect((await call.ended).code).toBe(0);
    expect(await withSpace((space) => space.users.get(before.id))).toMatchObject({
      username: "ada-lovelace",
      email: "ada@example.com",
      emailVerifiedAt: before.emailVerifiedAt,
      locale: null,
    });
  });

  it("asks which permissions to change", async () => {
    const { id } = await withSpace((space) => space.users.create({ username: "ada", roles: ["editor"] }));
    const call = bench.inTerminal(["user", "change-permissions", "ada"]);
    await call.says(/May sign in/);
    call.type(ENTER);
    await call.says(/May look after users/);
    call.type("y");
    await call.says(/May do everything/);
    call.type(ENTER);
    await call.says(/Roles/);
    call.type(`, author${ENTER}`);
    await call.says(/rights: admin, editor, author/);
    expect((await call.ended).code).toBe(0);
    expect(await withSpace((space) => space.users.get(id))).toMatchObject({
      active: true,
      admin: true,
      superuser: false,
      roles: ["editor", "author"],
    });
  });

  it("says what is wrong with a password and asks again, three times in all", async () => {
    await withSpace((space) => space.users.create({ username: "ada", password: PASSWORD }));
    const call = bench.inTerminal(["user", "change-password", "ada"]);
    await call.says(/New password/);
    call.type(`short${ENTER}`);
    await call.says(/at least 8/);
    await call.says(/New password/);
    call.type(`a good long passphrase${ENTER}`);
    await call.says(/Once more/);
    call.type(`another long passphrase${ENTER}`);
    await call.says(/not the same/);
    await call.says(/New password/);
    call.type(`short${ENTER}`);
    await call.says(/last of 3 tries; nothing was changed.*no-password/);
    expect((await call.ended).code).toBe(1);
    await withSpace(async (space) => {
      const user = await space.users.findByIdentifier("ada");
      expect(await space.passwords.check(user?.id ?? "", PASSWORD)).toBe(true);
    });
  });

  it("shows nothing of a password that is typed before the second question is there", async () => {
    const call = bench.inTerminal(["user", "create", "--username", "ada"]);
    await call.says(/New password/);
    call.type(PASSWORD + ENTER);
    // Typing on and on, so that something falls into the moment between the two questions, however short it is.
    const typing = setInterval(() => call.type("hurry"), 1);
    await call.says(/Once more/);
    clearInterval(typing);
    call.type(CTRL_C);
    const { stdout } = await call.ended;
    expect(stdout).not.toContain("hurry");
    expect(stdout).not.toContain("correct");
  });

  it("asks again for a password that the policy refuses at creation", async () => {
    const call = bench.inTerminal(["user", "create", "--username", "ada"]);
    await call.says(/New password/);
    call.type(`short${ENTER}`);
    await call.says(/Once more/);
    call.type(`short${ENTER}`);
    await call.says(/at least 8/);
    await call.says(/New password/);
    call.type(PASSWORD + ENTER);
    await call.says(/Once more/);
    call.type(PASSWORD + ENTER);
    await call.says(/Created ada/);
    expect((await call.ended).code).toBe(0);
  });

  it("ends with 130 on Ctrl-C, with nothing written, not even a database", async () => {
    const call = bench.inTerminal(["user", "create", "--username", "ada"]);
    await call.says(/New password/);
    call.type(PASSWORD + ENTER);
    await call.says(/Once more/);
    call.type(CTRL_C);
    const ended = await call.ended;
    expect(ended.code).toBe(130);
    expect(ended.stdout).toMatch(/nothing was changed.*\(cancelled\)/);
    expect(await bench.database.dump()).toBe("");
  });

  it("deletes after a yes, and neither after a no nor after Ctrl-C", async () => {
    await withSpace((space) => space.users.create({ username: "ada" }));
    for (const [answer, code] of [
      [ENTER, 1],
      [CTRL_C, 130],
    ] as const) {
      const call = bench.inTerminal(["user", "delete", "ada"]);
      await call.says(/Delete ada .* for good\?/);
      call.type(answer);
      expect((await call.ended).code).toBe(code);
      expect(await withSpace((space) => space.users.findByIdentifier("ada"))).not.toBeNull();
    }
    const call = bench.inTerminal(["user", "delete"]);
    await call.says(/Which user/);
    call.type(`ada${ENTER}`);
    await call.says(/for good\?/);
    call.type("y");
    await call.says(/Deleted ada/);
    expect((await call.ended).code).toBe(0);
    expect(await withSpace((space) => space.users.findByIdentifier("ada"))).toBeNull();
  });

  it("refuses a name from a flag before it asks for the password", async () => {
    await withSpace((space) => space.users.create({ username: "ada" }));
    for (const [names, code] of [
      [["--username", "ADA"], "username-taken"],
      [["--username", "bob", "--email", "nowhere"], "invalid-identifier"],
    ] as const) {
      const ended = await bench.inTerminal(["user", "create", ...names]).ended;
      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain(code);
      expect(ended.stdout).not.toContain("New password");
    }
  });

  it.each([100, 24])("fits tables to its width of %i columns", async (columns) => {
    await withSpace(async (space) => {
      await space.users.create({ username: "a".repeat(120), email: `${"b".repeat(60)}@example.com` });
    });
    const call = bench.inTerminal(["user", "list"], { columns });
    const { code, stdout } = await call.ended;
    expect(code).toBe(0);
    const lines = stripVTControlCharacters(stdout).trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
    expect(lines[1]).toContain("…");
  });

  it("has colour, and none with NO_COLOR, in prompts neither", async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what it looks for
    const colour = /\u001B\[\d*[1-9]m/;
    expect((await bench.inTerminal(["user", "lst"]).ended).stdout).toMatch(colour);
    expect((await bench.inTerminal(["user", "lst"], { env: { NO_COLOR: "1" } }).ended).stdout).not.toMatch(
      colour,
    );
    const call = bench.inTerminal(["user", "create"], { env: { NO_COLOR: "1" } });
    await call.says(/Username/);
    call.type(CTRL_C);
    expect((await call.ended).stdout).not.toMatch(colour);
  });
});

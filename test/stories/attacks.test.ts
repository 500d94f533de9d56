import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STORE } from "../helpers/database.js";
import { codeIn, openTestSpace, type TestSpace, whenFree } from "../helpers/space.js";

const GOOD = "correct horse battery staple";
const HOUR = 3_600_000;
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

const refusal = (code: string) => expect.objectContaining({ code });
const wrong = (identifier: string, ip: string) =>
  test.space.signIn({ identifier, password: "wrong password", ip });
const as = (user: { id: string; admin: boolean; superuser: boolean }) => ({
  actor: { type: "user" as const, id: user.id, admin: user.admin, superuser: user.superuser },
});

async function ask(purpose: "verify-email" | "reset-password", input: object): Promise<string> {
  const result = await test.space.codes.request(purpose, input as never);
  return result.status === "sent" ? result.ticket : result.status;
}

describe("a stranger", () => {
  it("cannot take an address as a username by writing its @ another way", async () => {
    for (const username of ["victim\uFF20example.com", "victim\uFE6Bexample.com"]) {
      await expect(
        test.space.signUp({ email: "mallory@example.com", username, password: GOOD }),
      ).rejects.toThrow(refusal("invalid-identifier"));
      await expect(test.space.users.create({ username })).rejects.toThrow(refusal("invalid-identifier"));
    }
    expect(await test.space.users.findByIdentifier("victim@example.com")).toBeNull();
  });

  it("learns nothing from limits by spelling an address in many ways", async () => {
    await test.space.users.create({ email: "ada@example.com", password: GOOD });
    const answers = async (name: string) => {
      const seen: string[] = [];
      for (let i = 0; i < 7; i++) {
        const request = await test.space.codes.request("reset-password", {
          identifier: `${name}@example.com/${i}`,
        });
        seen.push(request.status, (await wrong(`${name}@example.com?${i}`, "192.0.2.1")).status);
      }
      return seen;
    };
    expect(await answers("ada")).toEqual(await answers("nobody"));
  });

  it("learns nothing from the ticket that comes back, whatever ticket goes along", async () => {
    const { users } = test.space;
    await users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    const off = await users.create({ username: "off", email: "off@example.com", password: GOOD });
    await users.changePermissions(off.id, { active: false });
    for (const purpose of ["verify-email", "reset-password"] as const) {
      const kept: boolean[][] = [];
      for (const name of ["ada", "off", "nobody"]) {
        const first = await ask(purpose, { identifier: `${name}@example.com` });
        const again = await ask(purpose, { identifier: `${name.toUpperCase()}@example.com`, ticket: first });
        const other = await ask(purpose, { identifier: "somebody@example.com", ticket: first });
        kept.push([again === first, other === first]);
      }
      expect(kept).toEqual([
        [true, false],
        [true, false],
        [true, false],
      ]);
    }
  });

  it("learns nothing from how often a code is sent again", async () => {
    await test.space.users.create({ email: "ada@example.com", password: GOOD });
    const resend = async (email: string) => {
      const ticket = await ask("verify-email", { identifier: email });
      const seen: string[] = [];
      for (let i = 0; i < 7; i++)
        seen.push((await test.space.codes.request("verify-email", { ticket })).status);
      return seen;
    };
    expect(await resend("ada@example.com")).toEqual(await resend("nobody@example.com"));
  });

  it("causes the same counts in the database for a known address as for an unknown one", async () => {
    await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    const counts = async (act: () => Promise<unknown>) => {
      const before = await test.space.database.statistics();
      await act();
      const after = await test.space.database.statistics();
      return [after.limits - before.limits, after.codes - before.codes, after.audit - before.audit];
    };
    for (const purpose of ["verify-email", "reset-password"] as const)
      expect(await counts(() => ask(purpose, { identifier: "ada@example.com" }))).toEqual(
        await counts(() => ask(purpose, { identifier: "nobody@example.com" })),
      );
    const early = (email: string, username: string) => async () => {
      await test.space.signUp({ email, username, password: GOOD });
      await test.space.signIn({ identifier: username, password: GOOD });
    };
    expect((await counts(early("ada@example.com", "x1")))[0]).toBe(
      (await counts(early("new@example.com", "x2")))[0],
    );
  });

  it("cannot use the service to fill an inbox, with whatever sign-ups", async () => {
    let mails = 0;
    for (let hour = 0; hour < 4; hour++) {
      for (let i = 0; i < 6; i++) {
        const username = `u${hour}x${i}`;
        await test.space.signUp({ email: "victim@example.com", username, password: GOOD, ip: "192.0.2.1" });
        for (let again = 0; again < 6; again++)
          await test.space.signIn({ identifier: username, password: GOOD, ip: "192.0.2.1" });
      }
      const now = (await test.mailsTo("victim@example.com")).length;
      expect(now - mails).toBeLessThanOrEqual(5);
      mails = now;
      test.clock.advance(HOUR);
    }
  });

  it("cannot lock out somebody who has no address, only slow them down", async () => {
    await test.space.users.create({ username: "ada", password: GOOD });
    await test.space.users.create({ username: "eve", email: "eve@example.com", password: GOOD });
    for (const name of ["ada", "eve", "nobody"])
      for (let i = 0; i < 101; i++) await wrong(name, `2001:db8:0:${i}::1`);
    test.clock.advance(2 * HOUR);
    for (const name of ["ada", "eve", "nobody"])
      expect((await wrong(name, "198.51.100.1")).status).toBe("second-factor");
    test.clock.advance(2 * HOUR);
    expect((await test.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.2" })).status).toBe(
      "signed-in",
    );
  });

  it("cannot keep such a person out of where they signed in before, however long it goes on", async () => {
    await test.space.users.create({ username: "ada", password: GOOD });
    const home = "198.51.100.2";
    expect((await test.space.signIn({ identifier: "ada", password: GOOD, ip: home })).status).toBe(
      "signed-in",
    );
    for (let i = 0; i < 101; i++) await wrong("ada", `2001:db8:0:${i}::1`);
    for (let i = 0; i < 10; i++) await wrong("ada", `2001:db8:1:${i}::1`);
    expect((await test.space.signIn({ identifier: "ada", password: GOOD, ip: home })).status).toBe(
      "signed-in",
    );
  });

  it("does not stand in the way of somebody who resets a password where they were locked", async () => {
    await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    const ip = "192.0.2.1";
    for (let i = 0; i < 6; i++) await wrong("ada", ip);
    const ticket = await ask("reset-password", { identifier: "ada" });
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const newPassword = "another good long password";
    await test.space.codes.confirm("reset-password", { ticket, code, newPassword, ip });
    expect((await test.space.signIn({ identifier: "ada", password: newPassword, ip })).status).toBe(
      "signed-in",
    );
  });

  it("leaves a sign-up that is under way a way to its end", async () => {
    await test.space.signUp({ email: "ada@example.com", username: "ada", password: GOOD });
    await test.space.mail.deliver();
    for (let i = 0; i < 101; i++) await wrong("ada", `2001:db8:0:${i}::1`);
    const early = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.1" });
    if (early.status !== "email-unverified") throw new Error(early.status);
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect((await test.space.codes.confirm("verify-email", { ticket: early.ticket, code })).status).toBe(
      "verified",
    );
    test.clock.advance(31 * 24 * HOUR);
    await test.space.database.cleanup();
    expect((await test.space.database.statistics()).limits).toBe(0);
  });

  it("does not burn the set-up link by signing up under the administrator's name", async () => {
    const token = (await test.space.setUp.createToken()) ?? "";
    await test.space.signUp({ email: "mallory@example.com", username: "admin", password: GOOD });
    const complete = (username: string) => test.space.setUp.complete({ token, username, password: GOOD });
    expect(await complete("admin")).toEqual({ status: "username-taken" });
    expect((await complete("root")).status).toBe("set-up");
  });

  it("fills no more places in the waiting line from a network than from one address", async () => {
    // Slow enough that none is done before the last of them has come, on a slow database too.
    const small = await openTestSpace({
      passwords: { slots: 1, argon2: { memory: STORE === "sqlite" ? 8192 : 65_536, passes: 40, lanes: 1 } },
    });
    try {
      const results = await Promise.allSettled(
        Array.from({ length: 30 }, (_, i) =>
          small.space.signIn({ identifier: `u${i}`, password: GOOD, ip: `2001:db8:1:2::${i}` }),
        ),
      );
      expect(results.filter((result) => result.status === "fulfilled").length).toBeLessThanOrEqual(3);
    } finally {
      await small.cleanup();
    }
  });

  it("does not learn from a sign-up whether an address serves somebody as username", async () => {
    await test.space.users.create({ username: "ada@example.com", email: "ada@example.com" });
    const result = await test.space.signUp({
      email: "ada@example.com",
      username: "ada@example.com",
      password: GOOD,
    });
    expect(result.status).toBe("verification-sent");
  });

  it("leaves no count behind for ever", async () => {
    for (let i = 0; i < 20; i++) await wrong(`nobody${i}`, `2001:db8:0:${i}::1`);
    test.clock.advance(31 * 24 * HOUR);
    await test.space.database.cleanup();
    expect((await test.space.database.statistics()).limits).toBe(0);
  });
});

describe("a thief with a session", () => {
  it("guesses the password a hundred times at the most, from wherever", async () => {
    const ada = await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    const before = test.space.passwords.statistics.done;
    for (let i = 0; i < 130; i++) {
      const actor = { ...as(ada).actor, sessionId: `session ${i % 3}` };
      await test.space.passwords.confirm({
        userId: ada.id,
        password: "wrong password",
        ip: `2001:db8:0:${i}::1`,
        actor,
      });
      test.clock.advance(2 * HOUR);
    }
    expect(test.space.passwords.statistics.done - before).toBe(100);
    const actor = { ...as(ada).actor, sessionId: "session 9" };
    expect((await test.space.passwords.confirm({ userId: ada.id, password: GOOD, actor })).status).toBe(
      "limited",
    );
  });

  it("of an administrator gets no account for good by a new address", async () => {
    const { users } = test.space;
    const admin = await users.create({ username: "admin", email: "admin@example.com", admin: true });
    const other = await users.create({ username: "other", email: "other@example.com", admin: true });
    const root = await users.create({ username: "root", email: "root@example.com", superuser: true });
    const mine = { email: "thief@example.com", emailVerified: true };
    await expect(users.update(admin.id, mine, as(admin))).rejects.toThrow(refusal("not-allowed"));
    await expect(users.update(other.id, mine, as(admin))).rejects.toThrow(refusal("not-allowed"));
    await expect(users.update(root.id, mine, as(root))).rejects.toThrow(refusal("not-allowed"));
    await users.update(other.id, mine, as(root));
  });

  it("of an administrator makes no session of a superuser", async () => {
    const { users, sessions } = test.space;
    const root = await users.create({ username: "root", superuser: true });
    const admin = await users.create({ username: "admin", admin: true });
    await expect(sessions.create({ userId: root.id, ...as(admin) })).rejects.toThrow(refusal("not-allowed"));
    await users.block(admin.id);
    await expect(sessions.create({ userId: admin.id })).rejects.toThrow(refusal("account-blocked"));
  });

  it("does not make the database grow without end", async () => {
    const ada = await test.space.users.create({ username: "ada" });
    const { session } = await test.space.sessions.create({ userId: ada.id });
    const rows = async () => (await test.space.database.statistics()).audit;
    const before = await rows();
    for (let i = 0; i < 20; i++) await test.space.sessions.revokeOthers(ada.id, session.id, as(ada));
    expect(await rows()).toBe(before);
    for (let i = 0; i < 60; i++) await test.space.users.update(ada.id, { userLocale: "en" }, as(ada));
    await expect(test.space.users.update(ada.id, { userLocale: "de" }, as(ada))).rejects.toThrow(
      refusal("too-many-requests"),
    );
    for (let i = 0; i < 120; i++) {
      test.clock.advance(1);
      await test.space.sessions.create({ userId: ada.id });
    }
    expect((await test.space.sessions.list({ userId: ada.id, size: 500 })).items).toHaveLength(100);
    expect(
      (await test.space.sessions.list({ userId: ada.id, size: 500 })).items.map(({ id }) => id),
    ).not.toContain(session.id);
  });
});

describe("somebody who knew the old password or address", () => {
  it("has no known device any more once it was changed", async () => {
    const ada = await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    const first = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.1" });
    if (first.status !== "signed-in") throw new Error(first.status);
    const next = "another good long password";
    const changed = await test.space.passwords.change({
      userId: ada.id,
      currentPassword: GOOD,
      newPassword: next,
    });
    if (changed.status !== "changed") throw new Error(changed.status);
    for (let i = 0; i < 5; i++) await wrong("ada", "192.0.2.1");
    const signIn = (device: string) =>
      test.space.signIn({ identifier: "ada", password: next, ip: "192.0.2.1", device });
    expect((await signIn(first.device)).status).toBe("limited");
    expect((await signIn(changed.device)).status).toBe("signed-in");
  });

  it("signs in with no code that was mailed to the old address", async () => {
    const ada = await test.space.users.create({ username: "ada", email: "old@example.com", password: GOOD });
    for (let i = 0; i < 101; i++) await wrong("ada", `2001:db8:0:${i}::1`);
    const asked = await whenFree(() =>
      test.space.signIn({ identifier: "ada", password: GOOD, ip: "198.51.100.1" }),
    );
    if (asked.status !== "second-factor") throw new Error(asked.status);
    const code = codeIn((await test.mailsTo("old@example.com"))[0]);
    await test.space.users.update(ada.id, { email: "new@example.com" });
    expect(await test.space.signIn({ ticket: asked.ticket, code })).toEqual({ status: "wrong-code" });
  });
});

it("a stored hash that is weaker than today's is made anew at the next sign-in, and the session goes on", async () => {
  const ada = await test.space.users.create({ username: "ada", password: GOOD });
  await test.reopen({ passwords: { argon2: { memory: 128, passes: 2, lanes: 1 } } });
  const signedIn = await test.space.signIn({ identifier: "ada", password: GOOD });
  await test.reopen({ passwords: { argon2: { memory: 128, passes: 2, lanes: 1 } } });
  const done = test.space.passwords.statistics.done;
  expect(await test.space.passwords.check(ada.id, GOOD)).toBe(true);
  expect((await test.space.signIn({ identifier: "ada", password: GOOD })).status).toBe("signed-in");
  await test.space.passwords.check(ada.id, GOOD);
  // Three checks and no further hash: nothing was left to make anew.
  expect(test.space.passwords.statistics.done - done).toBe(3);
  if (signedIn.status !== "signed-in") throw new Error(signedIn.status);
  expect((await test.space.sessions.check(signedIn.token)).status).toBe("ok");
});

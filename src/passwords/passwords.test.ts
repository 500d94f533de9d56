import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace, whenFree } from "../../test/helpers/space.js";

const OLD = "correct horse battery staple";
const NEW = "another good long password";
let test: TestSpace;
let userId: string;
beforeEach(async () => {
  test = await openTestSpace();
  userId = (await test.space.users.create({ username: "ada", email: "ada@example.com", password: OLD })).id;
});
afterEach(() => test.cleanup());

async function signIn(password: string): Promise<string> {
  const result = await test.space.signIn({ identifier: "ada", password });
  if (result.status !== "signed-in") throw new Error(result.status);
  return result.token;
}

describe("changing a password", () => {
  it("needs the current one, keeps this device under a new token, ends the others and tells the owner", async () => {
    const [here, there] = [await signIn(OLD), await signIn(OLD)];
    const { passwords, sessions } = test.space;
    const change = (currentPassword: string, newPassword: string) =>
      passwords.change({ userId, currentPassword, newPassword, sessionToken: here });
    expect(await change("not the password", NEW)).toEqual({ status: "wrong-password" });
    expect(await change(OLD, "password")).toMatchObject({ status: "password-refused", reason: "common" });
    expect(await change(OLD, "ada@example.com")).toMatchObject({
      status: "password-refused",
      reason: "personal",
    });
    expect((await sessions.check(here)).status).toBe("ok");
    const changed = await change(OLD, NEW);
    if (changed.status !== "changed" || changed.token === null) throw new Error(changed.status);
    expect((await sessions.check(changed.token)).status).toBe("ok");
    expect(changed.token).not.toBe(here);
    for (const old of [here, there]) expect(await sessions.check(old)).toEqual({ status: "not-found" });
    expect(await test.space.signIn({ identifier: "ada", password: OLD })).toEqual({
      status: "wrong-credentials",
    });
    await signIn(NEW);
    const mails = await test.mailsTo("ada@example.com");
    expect(mails.filter((mail) => mail.subject.startsWith("Your password"))).toHaveLength(1);
  });

  it("ends no session where the application wants it so, and no person may", async () => {
    const { passwords, sessions } = test.space;
    const here = await signIn(OLD);
    const change = { userId, currentPassword: OLD, newPassword: NEW, keepSessions: true };
    const actor = { type: "user" as const, id: userId, admin: false, superuser: false };
    await expect(passwords.change({ ...change, actor })).rejects.toThrow(
      expect.objectContaining({ code: "not-allowed" }),
    );
    expect(await passwords.change(change)).toMatchObject({ status: "changed", session: null, token: null });
    expect((await sessions.check(here)).status).toBe("ok");
    expect(await passwords.check(userId, NEW)).toBe(true);
  });

  it("keeps no session of somebody else alive", async () => {
    const eve = await test.space.users.create({ username: "eve", password: OLD });
    const { token } = await test.space.sessions.create({ userId: eve.id });
    expect(
      await test.space.passwords.change({
        userId,
        currentPassword: OLD,
        newPassword: NEW,
        sessionToken: token,
      }),
    ).toMatchObject({ status: "changed", session: null, token: null });
  });

  it("is no way around the limits on guessing", async () => {
    const guess = () =>
      test.space.passwords.change({
        userId,
        currentPassword: "wrong password",
        newPassword: NEW,
        ip: "192.0.2.1",
      });
    const results = await Promise.all(Array.from({ length: 50 }, () => whenFree(guess)));
    expect(results.filter((result) => result.status === "wrong-password").length).toBeLessThanOrEqual(5);
    expect(results.some((result) => result.status === "limited")).toBe(true);
  });

  it("has one winner of two at once", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        test.space.passwords.change({ userId, currentPassword: OLD, newPassword: `${NEW} ${i}` }),
      ),
    );
    expect(
      results.filter((result) => result.status === "fulfilled" && result.value.status === "changed"),
    ).toHaveLength(1);
  });
});

describe("resetting a password", () => {
  async function request(identifier = "ada@example.com"): Promise<string> {
    const result = await test.space.codes.request("reset-password", { identifier });
    if (result.status !== "sent") throw new Error(result.status);
    return result.ticket;
  }
  const confirm = (proof: object, newPassword = NEW) =>
    test.space.codes.confirm("reset-password", { ...proof, newPassword } as never);

  it("works by code and by link, once, ends all sessions, signs nobody in, and tells the owner", async () => {
    const token = await signIn(OLD);
    for (const by of ["code", "link"] as const) {
      const ticket = await request();
      test.clock.advance(1000);
      const [mail] = await test.mailsTo("ada@example.com");
      const proof = by === "code" ? { ticket, code: codeIn(mail) } : { link: linkIn(mail) };
      expect(await confirm(proof, `${NEW} ${by}`)).toMatchObject({
        status: "password-reset",
        user: { id: userId },
      });
      expect(await confirm(proof)).toEqual({ status: "wrong-code" });
      await signIn(`${NEW} ${by}`);
      test.clock.advance(1000);
      expect((await test.mailsTo("ada@example.com"))[0]?.text).not.toContain("link=");
    }
    expect(await test.space.sessions.check(token)).toEqual({ status: "not-found" });
  });

  it("answers alike whether the account exists or not, at the cost of the same hashes", async () => {
    const tickets: string[] = [];
    for (const identifier of ["ada@example.com", "nobody@example.com", "nobody", "ada"]) {
      const result = await test.space.codes.request("reset-password", { identifier });
      expect(Object.keys(result).sort()).toEqual(["status", "ticket"]);
      if (result.status === "sent") tickets.push(result.ticket);
    }
    await test.space.mail.deliver();
    for (const ticket of tickets)
      for (let i = 0; i < 7; i++) {
        const before = test.space.passwords.statistics.done;
        expect(await confirm({ ticket, code: "000000" })).toEqual({ status: "wrong-code" });
        expect(test.space.passwords.statistics.done - before).toBe(1);
      }
    expect((await test.space.mail.outbox()).map((mail) => mail.to)).toEqual([
      "ada@example.com",
      "ada@example.com",
    ]);
  });

  it("costs nobody a code when the new password is refused", async () => {
    const ticket = await request();
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await confirm({ ticket, code }, "password1")).toMatchObject({ status: "password-refused" });
    expect(await confirm({ ticket, code }, "ada@example.com")).toMatchObject({ reason: "personal" });
    expect(await confirm({ ticket, code })).toMatchObject({ status: "password-reset" });
  });

  it("lets a stranger neither use up nor replace somebody's open code", async () => {
    const ticket = await request();
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const strangers = await request();
    for (let i = 0; i < 20; i++) await confirm({ ticket: strangers, code: "000000" });
    expect(await confirm({ ticket: strangers, code })).toEqual({ status: "wrong-code" });
    expect(await confirm({ ticket, code })).toMatchObject({ status: "password-reset" });
  });

  it("is used by exactly one of 50 at once", async () => {
    const ticket = await request();
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => confirm({ ticket, code }, `${NEW} ${i}`)),
    );
    expect(results.filter((result) => result.status === "password-reset")).toHaveLength(1);
  });

  it("takes every other open reset with it", async () => {
    const first = await request();
    const firstCode = codeIn((await test.mailsTo("ada@example.com"))[0]);
    test.clock.advance(1000);
    const second = await request();
    const secondCode = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await confirm({ ticket: second, code: secondCode })).toMatchObject({ status: "password-reset" });
    expect(await confirm({ ticket: first, code: firstCode })).toEqual({ status: "wrong-code" });
  });

  it("mails one account five times an hour at the most, by whatever name, and tells nobody by it", async () => {
    for (const identifier of ["ada", "ada@example.com", "zoe", "zoe@example.com"]) {
      for (let i = 0; i < 5; i++) await request(identifier.toUpperCase());
      expect((await test.space.codes.request("reset-password", { identifier })).status).toBe("limited");
    }
    expect(await test.mailsTo("example.com")).toHaveLength(5);
  });
});

describe("setting and checking", () => {
  it("sets, checks and removes a password", async () => {
    const { passwords } = test.space;
    const token = await signIn(OLD);
    expect(await passwords.check(userId, OLD)).toBe(true);
    await passwords.set(userId, NEW);
    expect(await test.space.sessions.check(token)).toEqual({ status: "not-found" });
    expect(await passwords.check(userId, OLD)).toBe(false);
    expect(await passwords.check(userId, NEW)).toBe(true);
    await expect(passwords.set(userId, "short")).rejects.toThrow(
      expect.objectContaining({ code: "password-refused" }),
    );
    await passwords.remove(userId);
    expect(await passwords.check(userId, NEW)).toBe(false);
    expect(await test.space.signIn({ identifier: "ada", password: NEW })).toEqual({
      status: "wrong-credentials",
    });
  });

  it("counts every byte of a long password", async () => {
    const long = "x".repeat(72);
    for (const length of [73, 200, 256]) {
      const password = `${long}${"y".repeat(length - 73)}a`;
      await test.space.passwords.set(userId, password);
      expect(await test.space.passwords.check(userId, `${password.slice(0, -1)}b`)).toBe(false);
      expect(await test.space.passwords.check(userId, password)).toBe(true);
    }
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace, whenFree } from "../../test/helpers/space.js";

const OLD = "correct horse battery staple";
const NEW = "another good long password";
/** So that there is time to do something else while it is made. */
const SLOW = { passwords: { argon2: { memory: 65_536, passes: 6, lanes: 1 } } };
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

  it("takes everything with it that was mailed to the account, in whichever slot, but what verifies the address", async () => {
    const { codes, sessions } = test.space;
    const live = [await signIn(OLD), (await sessions.create({ userId })).token];
    const newest = async () => (await test.mailsTo("ada@example.com"))[0];
    const links: string[] = [];
    for (const purpose of ["unlock", "delete-account", "second-factor", "reset-password"] as const) {
      await codes.request(purpose, { userId, withoutTicket: true });
      const mail = await newest();
      if (purpose !== "second-factor") links.push(linkIn(mail));
    }
    for (let more = 0; more < 2; more++) {
      await request();
      links.push(linkIn(await newest()));
    }
    const several = ["reset-password", "change-email"] as const;
    await codes.request(several, { userId, withoutTicket: true });
    const shared = codeIn(await newest());
    await codes.request("verify-email", { userId });
    const verify = linkIn(await newest());
    for (const link of links) expect(await codes.peek(link)).not.toBeNull();
    const used = links.at(-1) ?? "";
    expect(await confirm({ link: used })).toMatchObject({ status: "password-reset" });
    for (const link of links) expect(await codes.peek(link)).toBeNull();
    expect(await confirm({ userId, code: shared })).toEqual({ status: "wrong-code" });
    expect((await codes.peek(verify))?.purpose).toBe("verify-email");
    for (const token of live) expect(await sessions.check(token)).toEqual({ status: "not-found" });
  });

  it("is done once by 50 who have four links of four requests, and the other links are spent", async () => {
    const links: string[] = [];
    for (let asked = 0; asked < 4; asked++) {
      await request();
      test.clock.advance(1000);
      links.push(linkIn((await test.mailsTo("ada@example.com"))[0]));
    }
    expect(new Set(links).size).toBe(4);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, at) => confirm({ link: links[at % 4] }, `${NEW} ${at}`)),
    );
    const done = results.flatMap(({ status }, at) => (status === "password-reset" ? [at] : []));
    expect(done).toHaveLength(1);
    expect(results.filter(({ status }) => status === "wrong-code")).toHaveLength(49);
    for (const link of links) expect(await confirm({ link })).toEqual({ status: "wrong-code" });
    await signIn(`${NEW} ${done[0]}`);
    const told = (await test.mailsTo("ada@example.com")).filter(({ subject }) =>
      subject.startsWith("Your password"),
    );
    expect(told).toHaveLength(1);
  });

  it("is not lost where the hash is made anew at the same moment", async () => {
    const passwordHash = { hash: "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2" };
    const names = Array.from({ length: 10 }, (_, at) => `bea${at}`);
    for (const username of names)
      await test.space.users.create({ username, email: `${username}@example.com`, passwordHash });
    for (const username of names) {
      const ticket = await request(username);
      const code = codeIn((await test.mailsTo(`${username}@example.com`))[0]);
      const [result] = await Promise.all([
        confirm({ ticket, code }),
        test.space.signIn({ identifier: username, password: OLD }),
      ]);
      expect(result).toMatchObject({ status: "password-reset" });
      const after = await test.space.signIn({ identifier: username, password: NEW });
      expect(after.status).toBe("signed-in");
    }
  });

  it("wants a new password to be given, whatever the policy", async () => {
    await test.reopen({ passwords: { minLength: 0 } });
    const ticket = await request();
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    await expect(test.space.codes.confirm("reset-password", { ticket, code } as never)).rejects.toMatchObject(
      { code: "invalid-input" },
    );
    expect(await confirm({ ticket, code }, "")).toMatchObject({ status: "password-reset" });
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
  it("is wrong for a name that is nobody's, after as much work as for somebody", async () => {
    const { passwords } = test.space;
    for (const id of [userId, null]) {
      const before = passwords.statistics.done;
      expect(await passwords.check(id, "not hers at all")).toBe(false);
      expect(passwords.statistics.done - before).toBe(1);
    }
    await expect(passwords.check(null, JSON.parse('{"$ne":null}'))).rejects.toMatchObject({
      code: "invalid-input",
    });
  });

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

  it("ends nothing where sessions are kept, and tells nobody where that is asked for", async () => {
    const { passwords, sessions } = test.space;
    const told = async () =>
      (await test.mailsTo("ada@example.com")).filter(({ subject }) => subject.startsWith("Your password"));
    const token = await signIn(OLD);
    await passwords.set(userId, NEW, { keepSessions: true, notify: false });
    expect((await sessions.check(token)).status).toBe("ok");
    expect(await passwords.check(userId, OLD)).toBe(false);
    await signIn(NEW);
    expect(await told()).toEqual([]);
    await passwords.set(userId, `${NEW} again`, { keepSessions: false });
    expect(await sessions.check(token)).toEqual({ status: "not-found" });
    expect(await told()).toHaveLength(1);
    const { items } = await test.space.audit.list({ action: "password.set" });
    expect(items).toHaveLength(2);
  });

  it("ends open resets where sessions are kept too", async () => {
    const asked = await test.space.codes.request("reset-password", { identifier: "ada" });
    if (asked.status !== "sent") throw new Error(asked.status);
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    await test.space.passwords.set(userId, NEW, { keepSessions: true });
    expect(await test.space.codes.peek(link)).toBeNull();
  });

  it("turns away as many at once for nobody as for somebody, by the name that was typed", async () => {
    await test.reopen(SLOW);
    const outcomes = async (id: string | null, name: string) => {
      const calls = Array.from({ length: 50 }, () => test.space.passwords.check(id, "wrong", { name }));
      const ended = await Promise.allSettled(calls);
      return ended.filter(({ status }) => status === "fulfilled").length;
    };
    const known = await outcomes(userId, "ada");
    expect(known).toBeLessThan(10);
    expect(await outcomes(null, "nobody")).toBe(known);
  });

  describe("of a hash from another system", () => {
    const passwordHash = { hash: "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2" };
    const renewals = async () => (await test.space.audit.list({ action: "password.renewed" })).items;
    let id: string;
    beforeEach(async () => {
      id = (await test.space.users.create({ username: "bea", passwordHash })).id;
    });

    it("makes it anew behind a right answer, once, and not behind a wrong one", async () => {
      expect(await test.space.passwords.check(id, NEW, { renew: true })).toBe(false);
      expect(await test.space.passwords.check(id, OLD)).toBe(true);
      await test.reopen();
      expect(await renewals()).toEqual([]);
      const { token } = await test.space.sessions.create({ userId: id });
      const checks = Array.from({ length: 50 }, () =>
        whenFree(() => test.space.passwords.check(id, OLD, { renew: true })),
      );
      expect((await Promise.all(checks)).every(Boolean)).toBe(true);
      await test.reopen();
      expect(await renewals()).toMatchObject([
        { userId: id, details: { from: "argon2id(ldap_salted_sha1)" } },
      ]);
      expect(await test.space.passwords.check(id, OLD)).toBe(true);
      expect((await test.space.sessions.check(token)).status).toBe("ok");
    });

    it("never takes the place of a password that was set meanwhile, with the sessions kept too", async () => {
      await test.reopen(SLOW);
      for (const keepSessions of [true, false]) {
        const { id: other } = await test.space.users.create({
          username: `cleo ${keepSessions}`,
          passwordHash,
        });
        expect(await test.space.passwords.check(other, OLD, { renew: true })).toBe(true);
        await test.space.passwords.remove(other);
        await test.space.passwords.set(other, NEW, { keepSessions });
        await test.reopen(SLOW);
        expect(await test.space.passwords.check(other, OLD)).toBe(false);
        expect(await test.space.passwords.check(other, NEW)).toBe(true);
      }
      expect(await renewals()).toEqual([]);
    });

    it("stands in the way of no change that comes right behind it", async () => {
      // One hash at a time: the change read the old hash, and gets its turn when that was made anew.
      await test.reopen({ passwords: { ...SLOW.passwords, slots: 1 } });
      expect(await test.space.passwords.check(id, OLD, { renew: true })).toBe(true);
      const changed = await test.space.passwords.change({
        userId: id,
        currentPassword: OLD,
        newPassword: NEW,
      });
      expect(changed.status).toBe("changed");
      await test.reopen(SLOW);
      expect(await renewals()).toHaveLength(1);
      expect(await test.space.passwords.check(id, OLD)).toBe(false);
      expect(await test.space.passwords.check(id, NEW)).toBe(true);
    });
  });

  it("takes the empty password where the policy has no least length, on every way", async () => {
    await expect(test.space.users.create({ username: "bea", password: "" })).rejects.toMatchObject({
      code: "password-refused",
    });
    await test.reopen({ passwords: { minLength: 0 } });
    const { users, passwords, sessions } = test.space;
    expect(await passwords.review("", { username: "ada" })).toEqual({ status: "accepted" });
    const bea = await users.create({ username: "bea", password: "" });
    expect(await passwords.has(bea.id)).toBe(true);
    await passwords.set(userId, "");
    for (const [id, identifier] of [
      [bea.id, "bea"],
      [userId, "ada"],
    ] as const) {
      expect(await passwords.check(id, "")).toBe(true);
      expect(await passwords.check(id, " ")).toBe(false);
      expect((await sessions.createByPassword({ userId: id, password: "" })).status).toBe("created");
      expect((await test.space.signIn({ identifier, password: "" })).status).toBe("signed-in");
      expect((await test.space.signIn({ identifier, password: "\u0000" })).status).toBe("wrong-credentials");
    }
    const change = { userId: bea.id, currentPassword: "", newPassword: OLD };
    expect((await passwords.change(change)).status).toBe("changed");
    const back = { userId: bea.id, currentPassword: OLD, newPassword: "" };
    expect((await passwords.change(back)).status).toBe("changed");
    // Nothing is no password: whoever has none is let in by nothing.
    await passwords.remove(bea.id);
    expect(await passwords.check(bea.id, "")).toBe(false);
    expect((await test.space.signIn({ identifier: "bea", password: "" })).status).toBe("wrong-credentials");
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

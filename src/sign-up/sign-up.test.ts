import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CodeProof } from "watchword";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const HOUR = 3_600_000;
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

async function signUp(input: { email?: string; username?: string; password?: string } = {}): Promise<string> {
  const result = await test.space.signUp({ email: "ada@example.com", password: GOOD, ...input });
  if (result.status !== "verification-sent") throw new Error(result.status);
  return result.ticket;
}

const confirm = (input: CodeProof) => test.space.codes.confirm("verify-email", input);

describe("signing up", () => {
  it("makes an account once the code is typed", async () => {
    const ticket = await signUp({ username: "Ada" });
    expect(await test.space.users.count()).toBe(0);
    expect(await test.space.signIn({ identifier: "ada@example.com", password: GOOD })).toEqual({
      status: "wrong-credentials",
    });
    const [mail] = await test.mailsTo("ada@example.com");
    expect(await confirm({ ticket, code: codeIn(mail).toLowerCase() })).toMatchObject({
      status: "verified",
      user: { username: "Ada", email: "ada@example.com" },
    });
    expect(await test.space.signIn({ identifier: "ada@example.com", password: GOOD })).toMatchObject({
      status: "signed-in",
      user: { emailVerifiedAt: new Date(test.clock.now()) },
    });
  });

  it("works by link in the browser that signed up, and looking at the link uses nothing up", async () => {
    const ticket = await signUp();
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    for (let i = 0; i < 3; i++)
      expect(await test.space.codes.peek(link)).toMatchObject({ purpose: "verify-email", needsProof: true });
    expect((await confirm({ link, ticket })).status).toBe("verified");
    expect(await test.space.codes.peek(link)).toBeNull();
    expect((await confirm({ link, ticket })).status).toBe("wrong-code");
  });

  it("works by link elsewhere with the password of the sign-up only", async () => {
    await signUp();
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await confirm({ link })).toEqual({ status: "proof-needed" });
    expect(await confirm({ link, password: "not the password" })).toEqual({ status: "proof-needed" });
    expect((await confirm({ link, password: GOOD })).status).toBe("verified");
  });

  it("activates nobody's password by the click of the inbox's owner", async () => {
    const attackers = await signUp({
      email: "victim@example.com",
      username: "mallory",
      password: "attacker knows this",
    });
    const link = linkIn((await test.mailsTo("victim@example.com"))[0]);
    expect(await confirm({ link })).toEqual({ status: "proof-needed" });
    const own = await signUp({
      email: "victim@example.com",
      username: "victim",
      password: "victim knows this one",
    });
    const code = codeIn((await test.mailsTo("victim@example.com"))[0]);
    expect(await confirm({ ticket: attackers, code })).toEqual({ status: "wrong-code" });
    expect((await confirm({ ticket: own, code })).status).toBe("verified");
    expect(await confirm({ link, password: "attacker knows this" })).toEqual({ status: "email-taken" });
    expect(
      await test.space.signIn({ identifier: "victim@example.com", password: "attacker knows this" }),
    ).toEqual({
      status: "wrong-credentials",
    });
    expect(await test.space.users.count()).toBe(1);
  });

  it("answers alike for a known address, whose owner is told", async () => {
    await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    const before = test.space.passwords.statistics.done;
    const known = await test.space.signUp({ email: "ADA@example.com", username: "new1", password: GOOD });
    const knownCost = test.space.passwords.statistics.done - before;
    const unknown = await test.space.signUp({ email: "bea@example.com", username: "new2", password: GOOD });
    const unknownCost = test.space.passwords.statistics.done - before - knownCost;
    expect(Object.keys(known)).toEqual(Object.keys(unknown));
    expect(known.status).toBe("verification-sent");
    expect(knownCost).toBe(unknownCost);
    const [mail] = await test.mailsTo("ada@example.com");
    expect(mail?.text).not.toMatch(/^\s*[0-9A-Z]{6}\s*$/m);
    // The username is reserved in both cases, or a second try would tell.
    for (const username of ["new1", "new2"])
      expect(await test.space.signUp({ email: "c@example.com", username, password: GOOD })).toEqual({
        status: "username-taken",
      });
    if (known.status !== "verification-sent" || unknown.status !== "verification-sent") return;
    for (const { ticket } of [known, unknown]) {
      for (let i = 0; i < 6; i++)
        expect(await confirm({ ticket, code: "000000" })).toEqual({ status: "wrong-code" });
      const again = await test.space.codes.request("verify-email", { ticket });
      expect(again).toEqual({ status: "sent", ticket });
    }
    expect(await test.space.users.count()).toBe(1);
  });

  it("holds a username for a day, then gives it to the next", async () => {
    const first = await signUp({ username: "ada" });
    expect(await test.space.signUp({ email: "b@example.com", username: "ADA", password: GOOD })).toEqual({
      status: "username-taken",
    });
    test.clock.advance(24 * HOUR + 1);
    const second = await signUp({ email: "b@example.com", username: "ada" });
    const code = codeIn((await test.mailsTo("b@example.com"))[0]);
    expect((await confirm({ ticket: second, code })).status).toBe("verified");
    expect((await confirm({ ticket: first, code })).status).toBe("wrong-code");
  });

  it("takes nothing but the fields of a sign-up", async () => {
    const hostile = {
      admin: true,
      superuser: true,
      roles: ["root"],
      emailVerified: true,
      id: "x",
      state: "active",
    };
    const result = await test.space.signUp({ email: "ada@example.com", password: GOOD, ...hostile } as never);
    if (result.status !== "verification-sent") throw new Error(result.status);
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await confirm({ ticket: result.ticket, code })).toMatchObject({
      user: { admin: false, superuser: false, roles: [] },
    });
  });

  it("refuses a poor password before anything else happens", async () => {
    expect(await test.space.signUp({ email: "ada@example.com", password: "password1" })).toMatchObject({
      status: "password-refused",
      reason: "common",
    });
    expect(await test.space.signUp({ email: "ada@example.com", password: "ada@example.com" })).toMatchObject({
      status: "password-refused",
      reason: "personal",
    });
    expect(await test.mailsTo("ada@example.com")).toHaveLength(0);
  });

  it("mails one address no more than five times an hour, and no address from one place more than thirty", async () => {
    for (let i = 0; i < 5; i++) await signUp();
    expect((await test.space.signUp({ email: "ADA@example.com", password: GOOD })).status).toBe("limited");
    test.clock.advance(HOUR);
    await signUp();
    for (let i = 0; i < 30; i++)
      await test.space.signUp({ email: `u${i}@example.com`, password: GOOD, ip: "192.0.2.1" });
    expect(
      (await test.space.signUp({ email: "u30@example.com", password: GOOD, ip: "192.0.2.1" })).status,
    ).toBe("limited");
  });

  it("can be switched off, or ask for no proof", async () => {
    await test.reopen({ signUp: { enabled: false } });
    await expect(test.space.signUp({ email: "ada@example.com", password: GOOD })).rejects.toThrow(
      expect.objectContaining({ code: "not-allowed" }),
    );
    await test.reopen({ signUp: { verification: "none" } });
    expect(await test.space.signUp({ email: "ada@example.com", password: GOOD })).toMatchObject({
      status: "signed-up",
      user: { emailVerifiedAt: null },
    });
    expect(await test.space.signUp({ email: "ada@example.com", password: GOOD })).toEqual({
      status: "email-taken",
    });
    expect(await test.space.signIn({ identifier: "ada@example.com", password: GOOD })).toMatchObject({
      status: "signed-in",
    });
  });

  it("tells whoever signs in too early, with the right password, how to go on", async () => {
    await signUp({ username: "ada" });
    await test.space.mail.deliver();
    expect(await test.space.signIn({ identifier: "ada", password: "wrong password" })).toEqual({
      status: "wrong-credentials",
    });
    const early = await test.space.signIn({ identifier: "ada", password: GOOD });
    if (early.status !== "email-unverified") throw new Error(early.status);
    test.clock.advance(1000);
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect((await confirm({ ticket: early.ticket, code })).status).toBe("verified");
  });
});

describe("codes", () => {
  it("are used by exactly one of 50 at once", async () => {
    const ticket = await signUp();
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const results = await Promise.all(Array.from({ length: 50 }, () => confirm({ ticket, code })));
    expect(results.filter((result) => result.status === "verified")).toHaveLength(1);
  });

  it("die after five wrong tries, of 200 at once too, while the link goes on", async () => {
    const ticket = await signUp();
    const [mail] = await test.mailsTo("ada@example.com");
    const code = codeIn(mail);
    const wrong = code === "AAAAAA" ? "BBBBBB" : "AAAAAA";
    await Promise.all(Array.from({ length: 200 }, () => confirm({ ticket, code: wrong })));
    expect(await confirm({ ticket, code })).toEqual({ status: "wrong-code" });
    expect((await confirm({ ticket, link: linkIn(mail) })).status).toBe("verified");
  });

  it("live ten minutes, links an hour", async () => {
    const ticket = await signUp();
    const [mail] = await test.mailsTo("ada@example.com");
    test.clock.advance(10 * 60_000);
    expect(await confirm({ ticket, code: codeIn(mail) })).toEqual({ status: "wrong-code" });
    test.clock.advance(49 * 60_000);
    expect((await confirm({ ticket, link: linkIn(mail) })).status).toBe("verified");
  });

  it("of a newer request kill the older, under the same ticket", async () => {
    const ticket = await signUp();
    const [first] = await test.mailsTo("ada@example.com");
    test.clock.advance(60_000);
    expect(await test.space.codes.request("verify-email", { ticket })).toEqual({ status: "sent", ticket });
    expect(await confirm({ ticket, code: codeIn(first) })).toEqual({ status: "wrong-code" });
    expect(await confirm({ ticket, link: linkIn(first) })).toEqual({ status: "wrong-code" });
    const [second] = await test.mailsTo("ada@example.com");
    expect((await confirm({ ticket, code: codeIn(second) })).status).toBe("verified");
  });

  it("make their wrong tries add up over re-sends: after a hundred only links work", async () => {
    const ticket = await signUp();
    for (let round = 0; round < 20; round++) {
      test.clock.advance(HOUR);
      await test.space.codes.request("verify-email", { ticket });
      await test.space.mail.deliver();
      for (let i = 0; i < 5; i++) await confirm({ ticket, code: "------" });
    }
    test.clock.advance(HOUR);
    await test.space.codes.request("verify-email", { ticket });
    const [mail] = await test.mailsTo("ada@example.com");
    expect(await confirm({ ticket, code: codeIn(mail) })).toEqual({ status: "wrong-code" });
    expect((await confirm({ ticket, link: linkIn(mail) })).status).toBe("verified");
  });

  it("are never right when null, empty, of another ticket, purpose or address", async () => {
    const ticket = await signUp();
    const [mail] = await test.mailsTo("ada@example.com");
    const code = codeIn(mail);
    const other = await signUp({ email: "bea@example.com" });
    await test.space.mail.deliver();
    expect(await confirm({ ticket: other, code })).toEqual({ status: "wrong-code" });
    expect(await confirm({ ticket, code: "" })).toEqual({ status: "wrong-code" });
    await expect(confirm({ ticket, code: null } as never)).rejects.toThrow();
    await expect(confirm({ ticket: { $ne: null }, code } as never)).rejects.toThrow();
    expect(
      await test.space.codes.confirm("reset-password", {
        ticket,
        code,
        newPassword: "another long password",
      }),
    ).toEqual({ status: "wrong-code" });
    expect(await test.space.signIn({ ticket, code })).toEqual({ status: "wrong-code" });
    expect((await confirm({ ticket, code })).status).toBe("verified");
  });

  it("let no stranger in by the owner's click, where an account waits for its proof", async () => {
    await test.reopen({ signUp: { verification: "none" }, signIn: { requireVerifiedEmail: true } });
    const stranger = { email: "ada@example.com", password: GOOD };
    expect((await test.space.signUp(stranger)).status).toBe("signed-up");
    const first = await test.space.signIn({ identifier: "ada@example.com", password: GOOD });
    if (first.status !== "email-unverified") throw new Error(first.status);
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await test.space.codes.peek(link)).toMatchObject({ needsProof: true });
    expect(await confirm({ link })).toEqual({ status: "proof-needed" });
    expect(await confirm({ link, password: "not the password" })).toEqual({ status: "proof-needed" });
    const again = await test.space.signIn({ identifier: "ada@example.com", password: GOOD });
    expect(again.status).toBe("email-unverified");
    // Whoever made the account and reads its mail gets in.
    expect((await confirm({ link, ticket: first.ticket })).status).toBe("verified");
    expect((await test.space.signIn({ identifier: "ada@example.com", password: GOOD })).status).toBe(
      "signed-in",
    );
  });

  it("prove no address for a stranger by the owner's click, where an account may sign in unproven", async () => {
    await test.reopen({ signUp: { verification: "none" } });
    await test.space.signUp({ email: "ada@example.com", password: GOOD });
    const entered = await test.space.signIn({ identifier: "ada@example.com", password: GOOD });
    if (entered.status !== "signed-in") throw new Error(entered.status);
    const userId = entered.user.id;
    const asked = await test.space.codes.request("verify-email", { userId });
    if (asked.status !== "sent") throw new Error(asked.status);
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await test.space.codes.peek(link)).toMatchObject({ needsProof: true });
    expect(await confirm({ link })).toEqual({ status: "proof-needed" });
    expect((await test.space.users.get(userId)).emailVerifiedAt).toBeNull();
    expect((await confirm({ link, ticket: asked.ticket })).status).toBe("verified");
    expect((await test.space.sessions.check(entered.token)).status).toBe("ok");
  });

  it("count alone where the application says so, for an account that is there and no sign-up", async () => {
    const { codes, users } = test.space;
    const { id } = await users.create({ email: "ada@example.com", password: GOOD });
    await codes.request("verify-email", { userId: id });
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    const actor = { type: "user", id, admin: true, superuser: true } as const;
    await expect(codes.confirm("verify-email", { link, linkAlone: true, actor })).rejects.toMatchObject({
      code: "not-allowed",
    });
    expect(await confirm({ link })).toEqual({ status: "proof-needed" });
    const { token } = await test.space.sessions.create({ userId: id });
    expect((await codes.confirm("verify-email", { link, linkAlone: true })).status).toBe("verified");
    expect((await test.space.sessions.check(token)).status).toBe("ok");
    expect(await codes.confirm("verify-email", { link, linkAlone: true })).toEqual({ status: "wrong-code" });

    await signUp({ email: "victim@example.com" });
    const strangers = linkIn((await test.mailsTo("victim@example.com"))[0]);
    expect(await codes.confirm("verify-email", { link: strangers, linkAlone: true })).toEqual({
      status: "proof-needed",
    });
  });

  it("count without a ticket where the application asked for them so, with a password too", async () => {
    const { codes, users } = test.space;
    const { id } = await users.create({ email: "ada@example.com", password: GOOD });
    await codes.request("verify-email", { userId: id, withoutTicket: true });
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect((await codes.confirm("verify-email", { userId: id, code })).status).toBe("verified");
  });

  it("end the sessions of an account without a password by a click, not with the ticket", async () => {
    for (const [name, withTicket] of [
      ["ada", true],
      ["bea", false],
    ] as const) {
      const { id } = await test.space.users.create({ email: `${name}@example.com` });
      const { token } = await test.space.sessions.create({ userId: id });
      const asked = await test.space.codes.request("verify-email", { userId: id });
      if (asked.status !== "sent") throw new Error(asked.status);
      const link = linkIn((await test.mailsTo(`${name}@example.com`))[0]);
      const proof = withTicket ? { link, ticket: asked.ticket } : { link };
      expect((await confirm(proof)).status).toBe("verified");
      expect((await test.space.sessions.check(token)).status === "ok").toBe(withTicket);
    }
  });

  it("verify only the address that they were sent to", async () => {
    const ada = await test.space.users.create({ username: "ada", email: "old@example.com" });
    const request = await test.space.codes.request("verify-email", { userId: ada.id });
    if (request.status !== "sent") throw new Error(request.status);
    const code = codeIn((await test.mailsTo("old@example.com"))[0]);
    await test.space.users.update(ada.id, { email: "new@example.com" });
    expect(await confirm({ ticket: request.ticket, code })).toEqual({ status: "wrong-code" });
    expect((await test.space.users.get(ada.id)).emailVerifiedAt).toBeNull();
  });

  it("rest nowhere in the database", async () => {
    await signUp();
    const [mail] = await test.mailsTo("ada@example.com");
    await test.space.close();
    const rests = await test.database.dump();
    expect(rests).toContain("ada@example.com");
    for (const secret of [codeIn(mail), linkIn(mail).split(".")[1] ?? "", GOOD])
      expect(rests).not.toContain(secret);
    await test.reopen();
  });
});

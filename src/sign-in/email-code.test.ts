import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SignInResult } from "watchword";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

async function ask(identifier: string): Promise<string> {
  const asked = await test.space.codes.request("sign-in", { identifier, ip: "192.0.2.1" });
  if (asked.status !== "sent") throw new Error(asked.status);
  return asked.ticket;
}

const mailTo = async (address: string) => (await test.mailsTo(address))[0];

describe("signing in with a mailed code", () => {
  it("works for people without a password, by code or link, and proves the address", async () => {
    const { id } = await test.space.users.create({ username: "bea", email: "bea@example.com" });
    const ticket = await ask("bea");
    const mail = await mailTo("bea@example.com");
    const link = linkIn(mail);
    expect(mail?.text).toContain("/sign-in/link?link=");
    expect(await test.space.codes.peek(link)).toMatchObject({ purpose: "sign-in", needsProof: false });
    const result = await test.space.signIn({ ticket, code: codeIn(mail), userAgent: "Lynx" });
    expect(result).toMatchObject({
      status: "signed-in",
      user: { id, emailVerifiedAt: new Date(test.clock.now()) },
      session: { methods: ["email-code"], userAgent: "Lynx" },
    });
    if (result.status !== "signed-in") return;
    expect((await test.space.sessions.check(result.token)).status).toBe("ok");
    // One of the two works, once.
    expect(await test.space.signIn({ link })).toEqual({ status: "wrong-code" });
    expect(await test.space.signIn({ ticket, code: codeIn(mail) })).toEqual({ status: "wrong-code" });

    await ask("bea@example.com");
    const next = linkIn(await mailTo("bea@example.com"));
    expect(await test.space.signIn({ link: next })).toMatchObject({ status: "signed-in", user: { id } });
    expect(await test.space.signIn({ link: next })).toEqual({ status: "wrong-code" });
  });

  it("is for whom the option says", async () => {
    const { users } = test.space;
    await users.create({ email: "with@example.com", emailVerified: true, password: GOOD });
    await users.create({ email: "without@example.com" });
    const reached = async () => {
      const reachedNow: string[] = [];
      for (const name of ["with", "without"]) {
        const before = (await test.mailsTo(`${name}@example.com`)).length;
        await ask(`${name}@example.com`);
        if ((await test.mailsTo(`${name}@example.com`)).length > before) reachedNow.push(name);
      }
      return reachedNow;
    };
    expect(test.space.emailCodeSignIn).toBe("without-password");
    expect(await reached()).toEqual(["without"]);
    await test.reopen({ signIn: { emailCode: "everybody" } });
    expect(await reached()).toEqual(["with", "without"]);
    await test.reopen({ signIn: { emailCode: "nobody" } });
    expect(await reached()).toEqual([]);
    await expect(test.reopen({ signIn: { emailCode: "all" as "everybody" } })).rejects.toThrow(
      expect.objectContaining({ code: "invalid-option" }),
    );
  });

  it("lets nobody into an account that a stranger made with their address and a password", async () => {
    await test.reopen({ signIn: { emailCode: "everybody" }, signUp: { verification: "none" } });
    await test.space.signUp({ email: "victim@example.com", password: GOOD });
    await ask("victim@example.com");
    expect(await test.mailsTo("victim@example.com")).toEqual([]);
  });

  it("ends the sessions that were opened before the address was proven", async () => {
    const { id } = await test.space.users.create({ email: "bea@example.com" });
    const { token } = await test.space.sessions.create({ userId: id });
    await ask("bea@example.com");
    const link = linkIn(await mailTo("bea@example.com"));
    expect((await test.space.signIn({ link })).status).toBe("signed-in");
    expect((await test.space.sessions.check(token)).status).toBe("not-found");
  });

  it("is one factor: who chose a second one needs the password", async () => {
    await test.reopen({ signIn: { emailCode: "everybody" } });
    const { users } = test.space;
    const { id } = await users.create({ email: "ada@example.com", emailVerified: true, password: GOOD });
    const ticket = await ask("ada@example.com");
    const mail = await mailTo("ada@example.com");
    expect((await users.setSecondFactor(id, "mail")).status).toBe("changed");
    // What was asked for before is over, and nothing more is sent.
    expect(await test.space.signIn({ ticket, code: codeIn(mail) })).toEqual({ status: "wrong-code" });
    expect(await test.space.signIn({ link: linkIn(mail) })).toEqual({ status: "wrong-code" });
    const before = (await test.mailsTo("ada@example.com")).length;
    await ask("ada@example.com");
    expect(await test.mailsTo("ada@example.com")).toHaveLength(before);
    // With its password taken away the account has no first factor left; a reset brings one.
    await test.space.passwords.remove(id);
    await ask("ada@example.com");
    expect((await test.mailsTo("ada@example.com"))[0]?.subject).toContain("changed");
  });

  it("is refused to whoever is blocked or switched off, with the code in hand too", async () => {
    const { users, blocks } = test.space;
    const { id } = await users.create({ email: "bea@example.com" });
    const ticket = await ask("bea@example.com");
    const code = codeIn(await mailTo("bea@example.com"));
    await blocks.put("bea@example.com", { reason: "spam" });
    expect(await test.space.signIn({ ticket, code })).toMatchObject({ status: "blocked", reason: "spam" });
    await users.unblock(id);

    await ask("bea@example.com");
    const link = linkIn(await mailTo("bea@example.com"));
    await users.changePermissions(id, { active: false });
    expect(await test.space.signIn({ link })).toEqual({ status: "inactive" });
  });

  it("gives one session to 50 who have the same code", async () => {
    await test.space.users.create({ email: "bea@example.com" });
    const ticket = await ask("bea@example.com");
    const code = codeIn(await mailTo("bea@example.com"));
    const results = await Promise.all(Array.from({ length: 50 }, () => test.space.signIn({ ticket, code })));
    const tokens = results.flatMap((result: SignInResult) =>
      result.status === "signed-in" ? [result.token] : [],
    );
    expect(tokens).toHaveLength(1);
    expect((await test.space.sessions.check(tokens[0] ?? "")).status).toBe("ok");
  });

  it("never leaves a session to somebody who was blocked at the same moment", async () => {
    const { users, blocks } = test.space;
    for (let round = 0; round < 30; round++) {
      const email = `p${round}@example.com`;
      await users.create({ email });
      await ask(email);
      const link = linkIn(await mailTo(email));
      const [result] = await Promise.all([test.space.signIn({ link }), blocks.put(email)]);
      if (result.status === "signed-in")
        expect((await test.space.sessions.check(result.token)).status).toBe("not-found");
    }
  });

  it("takes a code only for its own purpose, and a sign-in's code for nothing else", async () => {
    await test.space.users.create({ email: "bea@example.com" });
    const asked = await test.space.codes.request("reset-password", { identifier: "bea@example.com" });
    if (asked.status !== "sent") throw new Error(asked.status);
    const reset = await mailTo("bea@example.com");
    expect(await test.space.signIn({ ticket: asked.ticket, code: codeIn(reset) })).toEqual({
      status: "wrong-code",
    });
    expect(await test.space.signIn({ link: linkIn(reset) })).toEqual({ status: "wrong-code" });
    const ticket = await ask("bea@example.com");
    const code = codeIn(await mailTo("bea@example.com"));
    expect(await test.space.codes.confirm("verify-email", { ticket, code })).toEqual({
      status: "wrong-code",
    });
    await expect(test.space.codes.confirm("sign-in" as "unlock", { ticket, code })).rejects.toThrow(
      expect.objectContaining({ code: "invalid-input" }),
    );
    expect((await test.space.signIn({ ticket, code })).status).toBe("signed-in");
  });

  it("dies with a change of address", async () => {
    const { id } = await test.space.users.create({ email: "bea@example.com" });
    await ask("bea@example.com");
    const link = linkIn(await mailTo("bea@example.com"));
    await test.space.users.update(id, { email: "other@example.com" });
    expect(await test.space.signIn({ link })).toEqual({ status: "wrong-code" });
  });
});

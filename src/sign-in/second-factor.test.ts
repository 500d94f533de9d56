import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
let test: TestSpace;
let id: string;
beforeEach(async () => {
  test = await openTestSpace();
  const ada = { username: "ada", email: "ada@example.com", emailVerified: true, password: GOOD };
  id = (await test.space.users.create(ada)).id;
});
afterEach(() => test.cleanup());

const mailed = async () => (await test.mailsTo("ada@example.com"))[0];

/** Its notice leaves at once, so that the newest mail afterwards is a code. */
async function choose() {
  const result = await test.space.users.setSecondFactor(id, "mail");
  await mailed();
  return result;
}

async function firstStep(password = GOOD): Promise<string> {
  const result = await test.space.signIn({ identifier: "ada", password });
  if (result.status !== "second-factor") throw new Error(result.status);
  expect(Object.keys(result).sort()).toEqual(["sentTo", "status", "ticket"]);
  return result.ticket;
}

describe("a second factor by mail", () => {
  it("asks for a code besides the password: ticket and code together give the session", async () => {
    expect(await choose()).toMatchObject({ status: "changed", user: { secondFactor: "mail" } });
    const ticket = await firstStep();
    const mail = await mailed();
    expect(mail?.text).toContain("To sign in, this code is needed too");
    expect(mail?.text).not.toContain("link=");
    const code = codeIn(mail);
    const other = await firstStep();
    expect(await test.space.signIn({ ticket: other, code })).toEqual({ status: "wrong-code" });
    expect(await test.space.signIn({ ticket, code: "AAAAAA" })).toEqual({ status: "wrong-code" });
    const result = await test.space.signIn({ ticket, code });
    expect(result).toMatchObject({
      status: "signed-in",
      user: { id, secondFactor: "mail" },
      session: { methods: ["password", "email-code"] },
    });
    expect(await test.space.signIn({ ticket, code })).toEqual({ status: "wrong-code" });
  });

  it("is asked for on known devices too, and no more once it is given up", async () => {
    const first = await test.space.signIn({ identifier: "ada", password: GOOD });
    if (first.status !== "signed-in") throw new Error(first.status);
    await choose();
    const { device } = first;
    expect(await test.space.signIn({ identifier: "ada", password: GOOD, device })).toMatchObject({
      status: "second-factor",
    });
    await test.space.users.setSecondFactor(id, null);
    expect((await test.space.signIn({ identifier: "ada", password: GOOD })).status).toBe("signed-in");
  });

  it.each(["reset", "change"])(
    "keeps no owner out whose password somebody learned: a %s gives the tries back",
    async (way) => {
      await choose();
      for (let hour = 0; hour < 20; hour++) {
        const ticket = await firstStep();
        await mailed();
        for (let i = 0; i < 5; i++) await test.space.signIn({ ticket, code: "AAAAAA" });
        test.clock.advance(3_600_000);
      }
      const spent = await firstStep();
      expect(await test.space.signIn({ ticket: spent, code: codeIn(await mailed()) })).toEqual({
        status: "wrong-code",
      });
      if (way === "reset") {
        await test.space.codes.request("reset-password", { identifier: "ada" });
        const link = linkIn(await mailed());
        await test.space.codes.confirm("reset-password", { link, newPassword: NEXT });
      } else {
        const change = { userId: id, currentPassword: GOOD, newPassword: NEXT };
        expect((await test.space.passwords.change(change)).status).toBe("changed");
      }
      await mailed();
      const ticket = await firstStep(NEXT);
      expect((await test.space.signIn({ ticket, code: codeIn(await mailed()) })).status).toBe("signed-in");
    },
  );

  it("tells nobody without the password that there is one", async () => {
    await choose();
    const before = (await test.mailsTo("ada@example.com")).length;
    expect(await test.space.signIn({ identifier: "ada", password: "wrong password" })).toEqual({
      status: "wrong-credentials",
    });
    expect(await test.mailsTo("ada@example.com")).toHaveLength(before);
  });

  it("is respected by every other way in", async () => {
    await test.reopen({ signIn: { emailCode: "everybody" } });
    await choose();
    const { codes, passwords } = test.space;
    // A new password by mail.
    await codes.request("reset-password", { identifier: "ada" });
    const reset = await codes.confirm("reset-password", { link: linkIn(await mailed()), newPassword: NEXT });
    expect(reset).not.toHaveProperty("token");
    expect((await test.space.signIn({ identifier: "ada", password: NEXT })).status).toBe("second-factor");
    // A password that is changed with the old one, without a session to go on with.
    const change = { userId: id, currentPassword: NEXT, newPassword: GOOD };
    expect(await passwords.change(change)).toMatchObject({ status: "changed", token: null });
    // A new address, and proof of it.
    const asked = await codes.request("change-email", { userId: id, newEmail: "new@example.com" });
    expect(asked.status).toBe("sent");
    const link = linkIn((await test.mailsTo("new@example.com"))[0]);
    const changed = await codes.confirm("change-email", { link, password: GOOD });
    expect(changed).toMatchObject({ status: "email-changed", user: { secondFactor: "mail" } });
    expect(changed).not.toHaveProperty("token");
    expect((await test.space.signIn({ identifier: "ada", password: GOOD })).status).toBe("second-factor");
    await test.mailsTo("new@example.com");
    // Unlocking, and a mailed sign-in code.
    await codes.request("unlock", { identifier: "ada" });
    expect(
      await codes.confirm("unlock", { link: linkIn((await test.mailsTo("new@example.com"))[0]) }),
    ).toEqual({
      status: "unlocked",
    });
    const before = (await test.mailsTo("new@example.com")).length;
    await codes.request("sign-in", { identifier: "ada" });
    expect(await test.mailsTo("new@example.com")).toHaveLength(before);
    expect(await test.space.sessions.list({ userId: id })).toMatchObject({ items: [] });
  });

  it("dies with the password, the address or a block that comes between the steps", async () => {
    await choose();
    const between: (() => Promise<unknown>)[] = [
      () => test.space.passwords.set(id, GOOD),
      () => test.space.users.block(id),
      () => test.space.blocks.put("ada"),
      () => test.space.users.update(id, { email: "other@example.com", emailVerified: true }),
    ];
    for (const change of between) {
      const ticket = await firstStep();
      const code = codeIn(await mailed());
      await change();
      const result = await test.space.signIn({ ticket, code });
      expect(["wrong-code", "blocked"]).toContain(result.status);
      await test.space.users.unblock(id);
      await mailed();
    }
  });

  it("gives one session to 50 who have ticket and code, and compares five of 200 guesses", async () => {
    await choose();
    const ticket = await firstStep();
    const code = codeIn(await mailed());
    const results = await Promise.all(Array.from({ length: 50 }, () => test.space.signIn({ ticket, code })));
    expect(results.filter(({ status }) => status === "signed-in")).toHaveLength(1);

    const next = await firstStep();
    const right = codeIn(await mailed());
    await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        test.space.signIn({ ticket: next, code: String(at).padStart(6, "0") }),
      ),
    );
    expect(await test.space.signIn({ ticket: next, code: right })).toEqual({ status: "wrong-code" });
  });

  it("says so where an inbox has had enough codes", async () => {
    await choose();
    for (let i = 0; i < 20; i++) await firstStep();
    expect(await test.space.signIn({ identifier: "ada", password: GOOD })).toMatchObject({
      status: "limited",
    });
    test.clock.advance(3_600_000);
    await firstStep();
  });
});

describe("choosing it", () => {
  const self = { type: "user", admin: false, superuser: false } as const;

  it("takes the person's password, and tells them by mail", async () => {
    const { users } = test.space;
    const actor = { ...self, id };
    expect(await users.setSecondFactor(id, "mail", { actor, password: "wrong password" })).toEqual({
      status: "wrong-password",
    });
    await expect(users.setSecondFactor(id, "mail", { actor })).rejects.toThrow(
      expect.objectContaining({ code: "invalid-input" }),
    );
    expect((await users.get(id)).secondFactor).toBeNull();
    expect((await users.setSecondFactor(id, "mail", { actor, password: GOOD })).status).toBe("changed");
    expect((await mailed())?.text).toContain("asks for a code from a mail");
    expect((await users.setSecondFactor(id, null, { actor, password: GOOD })).status).toBe("changed");
    expect((await mailed())?.text).toContain("no longer asks");
    const audit = await test.space.audit.list({ action: "user.second-factor-changed" });
    expect(audit.items.map(({ details }) => details)).toEqual([{ factor: null }, { factor: "mail" }]);
  });

  it("needs an address that is proven, and a password", async () => {
    const { users } = test.space;
    const bea = await users.create({ username: "bea", email: "bea@example.com", password: GOOD });
    const carl = await users.create({ username: "carl", password: GOOD });
    const dora = await users.create({ email: "dora@example.com", emailVerified: true });
    expect(await users.setSecondFactor(bea.id, "mail")).toEqual({ status: "no-address" });
    expect(await users.setSecondFactor(carl.id, "mail")).toEqual({ status: "no-address" });
    expect(await users.setSecondFactor(dora.id, "mail")).toEqual({ status: "no-password" });
    await expect(users.setSecondFactor(id, "sms" as "mail")).rejects.toThrow(
      expect.objectContaining({ code: "invalid-input" }),
    );
  });

  it("goes with the address, or nobody could sign in any more", async () => {
    await choose();
    const updated = await test.space.users.update(id, { email: null });
    expect(updated.secondFactor).toBeNull();
    expect((await test.space.signIn({ identifier: "ada", password: GOOD })).status).toBe("signed-in");
  });

  it("is the person's and their administrators' to change", async () => {
    const { users } = test.space;
    const denied = expect.objectContaining({ code: "not-allowed" });
    const stranger = { ...self, id: "somebody else" };
    await expect(users.setSecondFactor(id, "mail", { actor: stranger })).rejects.toThrow(denied);
    const administrator = { ...stranger, admin: true };
    await choose();
    expect((await users.setSecondFactor(id, null, { actor: administrator })).status).toBe("changed");
    await users.changePermissions(id, { superuser: true });
    await expect(users.setSecondFactor(id, "mail", { actor: administrator })).rejects.toThrow(denied);
  });
});

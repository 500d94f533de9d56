import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
let test: TestSpace;
let id: string;
beforeEach(async () => {
  test = await openTestSpace({ limits: { signIn: false } });
  id = (await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD })).id;
});
afterEach(() => test.cleanup());

const signIn = (password: string) => test.space.signIn({ identifier: "ada", password, ip: "192.0.2.1" });

async function fail(times: number): Promise<void> {
  for (let i = 0; i < times; i++) await signIn("wrong password");
}

describe("unlocking", () => {
  it("lifts what a hundred wrong passwords brought, by code or link", async () => {
    for (const by of ["code", "link"] as const) {
      await fail(100);
      expect((await signIn(GOOD)).status).toBe("second-factor");
      const asked = await test.space.codes.request("unlock", { identifier: "ada" });
      if (asked.status !== "sent") throw new Error(asked.status);
      const mail = (await test.mailsTo("ada@example.com")).find((one) => one.subject.includes("Unlock"));
      const proof = by === "code" ? { ticket: asked.ticket, code: codeIn(mail) } : { link: linkIn(mail) };
      expect(await test.space.codes.confirm("unlock", proof)).toEqual({ status: "unlocked" });
      expect((await signIn(GOOD)).status).toBe("signed-in");
      expect(await test.space.codes.confirm("unlock", proof)).toEqual({ status: "wrong-code" });
    }
    const audit = await test.space.audit.list({ userId: id, action: "user.unlocked" });
    expect(audit.items).toHaveLength(2);
  });

  it("lifts the wait of the address that it comes from", async () => {
    await test.reopen({ limits: {} });
    await fail(6);
    expect((await signIn(GOOD)).status).toBe("limited");
    await test.space.codes.request("unlock", { identifier: "ada" });
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    await test.space.codes.confirm("unlock", { link, ip: "192.0.2.1" });
    expect((await signIn(GOOD)).status).toBe("signed-in");
  });

  it("is nothing to a blocked person, whose block stays", async () => {
    await test.space.codes.request("unlock", { identifier: "ada" });
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    await test.space.users.block(id);
    expect(await test.space.codes.confirm("unlock", { link })).toEqual({ status: "wrong-code" });
    const before = (await test.mailsTo("ada@example.com")).length;
    await test.space.codes.request("unlock", { identifier: "ada" });
    expect(await test.mailsTo("ada@example.com")).toHaveLength(before);
    // The code was not used up by that.
    await test.space.users.unblock(id);
    expect(await test.space.codes.confirm("unlock", { link })).toEqual({ status: "unlocked" });
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
let test: TestSpace;
let id: string;
beforeEach(async () => {
  test = await openTestSpace();
  id = (await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD })).id;
});
afterEach(() => test.cleanup());

const self = () => ({ type: "user", id, admin: false, superuser: false }) as const;
const newest = async (address = "ada@example.com") => (await test.mailsTo(address))[0];

async function ask(): Promise<string> {
  const asked = await test.space.codes.request("delete-account", { userId: id, actor: self() });
  if (asked.status !== "sent") throw new Error(asked.status);
  return asked.ticket;
}

describe("deleting one's account with a code", () => {
  it("wants the password too where there is one, and a slip uses no code up", async () => {
    const { codes, users } = test.space;
    const ticket = await ask();
    const mail = await newest();
    expect(mail?.subject).toContain("Delete your account");
    const proof = { ticket, code: codeIn(mail) };
    const { token } = await test.space.sessions.create({ userId: id });
    expect(await codes.confirm("delete-account", proof)).toEqual({ status: "wrong-password" });
    expect(await codes.confirm("delete-account", { ...proof, password: "wrong password" })).toEqual({
      status: "wrong-password",
    });
    expect(await codes.confirm("delete-account", { ticket, code: "AAAAAA", password: GOOD })).toEqual({
      status: "wrong-code",
    });
    expect(await codes.confirm("delete-account", { ...proof, password: GOOD })).toMatchObject({
      status: "account-deleted",
      user: { id, username: "ada" },
    });
    expect(await users.find({ id })).toBeNull();
    expect((await test.space.sessions.check(token)).status).toBe("not-found");
    expect((await newest())?.subject).toContain("was deleted");
    expect(await codes.confirm("delete-account", { ...proof, password: GOOD })).toEqual({
      status: "wrong-code",
    });
    const audit = await test.space.audit.list({ userId: id, action: "user.deleted" });
    expect(audit.items[0]?.actor).toBe(id);
  });

  it("is enough alone for people without a password, by link too", async () => {
    const { codes, passwords } = test.space;
    await passwords.remove(id);
    await newest();
    await ask();
    const link = linkIn(await newest());
    expect(await codes.peek(link)).toMatchObject({ purpose: "delete-account", needsPassword: false });
    expect(await codes.confirm("delete-account", { link })).toMatchObject({ status: "account-deleted" });
  });

  it("says of a link that it needs the password", async () => {
    await ask();
    expect(await test.space.codes.peek(linkIn(await newest()))).toMatchObject({ needsPassword: true });
  });

  it("is one's own alone, and never the last superuser's", async () => {
    const { codes, users } = test.space;
    const bea = await users.create({ username: "bea" });
    const stranger = { ...self(), id: bea.id };
    const denied = expect.objectContaining({ code: "not-allowed" });
    await expect(codes.request("delete-account", { userId: id, actor: stranger })).rejects.toThrow(denied);
    await users.changePermissions(id, { superuser: true });
    await newest();
    await ask();
    const link = linkIn(await newest());
    await expect(codes.confirm("delete-account", { link, password: GOOD })).rejects.toThrow(denied);
    await users.changePermissions(bea.id, { superuser: true });
    expect(await codes.confirm("delete-account", { link, password: GOOD })).toMatchObject({
      status: "account-deleted",
    });
  });

  it("does nothing for a blocked person, and nothing with a code to an address gone by", async () => {
    const { codes, users } = test.space;
    await ask();
    const link = linkIn(await newest());
    await users.block(id);
    expect(await codes.confirm("delete-account", { link, password: GOOD })).toEqual({ status: "wrong-code" });
    await users.unblock(id);
    await users.update(id, { email: "other@example.com" });
    expect(await codes.confirm("delete-account", { link, password: GOOD })).toEqual({ status: "wrong-code" });
    expect(await users.find({ id })).not.toBeNull();
  });

  it("is done by one of 50 at once", async () => {
    const { codes, passwords } = test.space;
    await passwords.remove(id);
    await newest();
    await ask();
    const link = linkIn(await newest());
    const results = await Promise.all(
      Array.from({ length: 50 }, () => codes.confirm("delete-account", { link })),
    );
    expect(results.filter(({ status }) => status === "account-deleted")).toHaveLength(1);
  });
});

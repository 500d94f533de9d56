import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
const OLD = "ada@example.com";
const NEW = "lovelace@example.com";
let test: TestSpace;
let id: string;
beforeEach(async () => {
  test = await openTestSpace();
  const ada = { username: "ada", email: OLD, emailVerified: true, password: GOOD };
  id = (await test.space.users.create(ada)).id;
});
afterEach(() => test.cleanup());

const refusal = (code: string) => expect.objectContaining({ code });
const self = () => ({ type: "user", id, admin: false, superuser: false }) as const;
const newest = async (address: string) => (await test.mailsTo(address))[0];

async function ask(more: { readonly newEmail?: string; readonly ticket?: string } = {}): Promise<string> {
  const input = { userId: id, newEmail: NEW, password: GOOD, actor: self(), ...more };
  const asked = await test.space.codes.request("change-email", input);
  if (asked.status !== "sent") throw new Error(asked.status);
  return asked.ticket;
}

describe("changing one's address", () => {
  it("is confirmed by the new address, by code or link, and the old one is told", async () => {
    const { codes, users } = test.space;
    const ticket = await ask();
    expect((await users.get(id)).email).toBe(OLD);
    const mail = await newest(NEW);
    expect(mail?.subject).toContain("Confirm your new email address");
    const changed = await codes.confirm("change-email", { ticket, code: codeIn(mail) });
    expect(changed).toMatchObject({
      status: "email-changed",
      user: { email: NEW, emailVerifiedAt: new Date(test.clock.now()) },
    });
    const notice = await newest(OLD);
    expect(notice?.subject).toContain("was changed");
    expect(notice?.text).not.toContain(NEW);
    expect((await test.space.signIn({ identifier: NEW, password: GOOD })).status).toBe("signed-in");
    expect(await users.findByIdentifier(OLD)).toBeNull();
    const audit = await test.space.audit.list({ userId: id, action: "user.updated" });
    expect(audit.items[0]).toMatchObject({ actor: id, details: { fields: ["email", "emailVerified"] } });

    const next = await ask({ newEmail: OLD });
    const link = linkIn(await newest(OLD));
    expect(await codes.peek(link)).toMatchObject({ purpose: "change-email", needsPassword: false });
    const proof = { link, ticket: next };
    expect(await codes.confirm("change-email", proof)).toMatchObject({ status: "email-changed" });
    expect(await codes.confirm("change-email", proof)).toEqual({ status: "wrong-code" });
  });

  it("puts nobody's address into a stranger's account by a click: the link wants the ticket or the password", async () => {
    const { codes, users } = test.space;
    const ticket = await ask();
    const link = linkIn(await newest(NEW));
    const confirm = (more: object) => codes.confirm("change-email", { link, ...more });
    expect(await codes.peek(link)).toMatchObject({ needsProof: true });
    expect(await confirm({})).toEqual({ status: "wrong-password" });
    expect(await confirm({ password: "wrong password" })).toEqual({ status: "wrong-password" });
    const another = await ask({ newEmail: "third@example.com" });
    expect(await confirm({ ticket: another })).toEqual({ status: "wrong-password" });
    expect((await users.get(id)).email).toBe(OLD);
    // None of this used it up.
    expect(await confirm({ ticket })).toMatchObject({ status: "email-changed", user: { email: NEW } });
    await newest(OLD);
    await ask({ newEmail: OLD });
    const back = { link: linkIn(await newest(OLD)), password: GOOD };
    expect(await codes.confirm("change-email", back)).toMatchObject({ status: "email-changed" });
  });

  it("ends the sessions of an account without a password, where the link comes without its ticket", async () => {
    const { codes, passwords, sessions } = test.space;
    await passwords.remove(id);
    const change = async (newEmail: string, withTicket: boolean) => {
      const { token } = await sessions.create({ userId: id });
      const asked = await codes.request("change-email", { userId: id, newEmail });
      if (asked.status !== "sent") throw new Error(asked.status);
      const link = linkIn(await newest(newEmail));
      expect(await codes.peek(link)).toMatchObject({ needsProof: false });
      const proof = withTicket ? { link, ticket: asked.ticket } : { link };
      expect((await codes.confirm("change-email", proof)).status).toBe("email-changed");
      return (await sessions.check(token)).status;
    };
    expect(await change(NEW, true)).toBe("ok");
    expect(await change("third@example.com", false)).not.toBe("ok");
  });

  it("wants the person's password: a session alone is not enough", async () => {
    const { codes } = test.space;
    const input = { userId: id, newEmail: NEW, actor: self() };
    await expect(codes.request("change-email", input)).rejects.toThrow(refusal("invalid-input"));
    expect(await codes.request("change-email", { ...input, password: "wrong password" })).toEqual({
      status: "wrong-password",
    });
    const other = await test.space.users.create({ username: "bea" });
    const stranger = { ...input, password: GOOD, actor: { ...self(), id: other.id } };
    await expect(codes.request("change-email", stranger)).rejects.toThrow(refusal("not-allowed"));
    await expect(
      codes.request("change-email", { identifier: "ada", newEmail: NEW, password: GOOD, actor: self() }),
    ).rejects.toThrow(refusal("not-allowed"));
    expect(await test.mailsTo(NEW)).toEqual([]);
  });

  it("answers alike for an address that is somebody's, and tells its owner", async () => {
    const { users, codes, blocks } = test.space;
    await users.create({ username: "bea", email: "bea@example.com", password: GOOD });
    await blocks.put("blocked@example.com");
    for (const newEmail of ["bea@example.com", "blocked@example.com", "free@example.com"]) {
      const ticket = await ask({ newEmail });
      expect(ticket).toHaveLength(43);
      expect(await codes.confirm("change-email", { ticket, code: "ABC123" })).toEqual({
        status: "wrong-code",
      });
      expect(await ask({ newEmail, ticket })).toBe(ticket);
      test.clock.advance(3_600_000);
    }
    const [mail] = await test.mailsTo("bea@example.com");
    expect(mail?.subject).toContain("in use");
    expect(mail?.text).not.toContain("link=");
    expect(await test.mailsTo("blocked@example.com")).toEqual([]);
    expect(await test.mailsTo("free@example.com")).toHaveLength(1);
    expect((await users.get(id)).email).toBe(OLD);
  });

  it("makes nobody the owner of an address that somebody else took meanwhile", async () => {
    const ticket = await ask();
    const code = codeIn(await newest(NEW));
    await test.space.users.create({ email: NEW });
    expect(await test.space.codes.confirm("change-email", { ticket, code })).toEqual({
      status: "email-taken",
    });
    expect((await test.space.users.get(id)).email).toBe(OLD);
  });

  it("sends another code for the same ticket, and the older one dies", async () => {
    const { codes } = test.space;
    const ticket = await ask();
    const old = codeIn(await newest(NEW));
    const again = { userId: id, ticket, actor: self() };
    expect(await codes.request("change-email", again)).toEqual({ status: "sent", ticket });
    const latest = codeIn(await newest(NEW));
    expect(await codes.confirm("change-email", { ticket, code: old })).toEqual({ status: "wrong-code" });
    expect(await codes.confirm("change-email", { ticket, code: latest })).toMatchObject({
      status: "email-changed",
    });
  });

  it("confirms only the address that the code went to, for the account as it was", async () => {
    const { codes, users, passwords } = test.space;
    const between: (() => Promise<unknown>)[] = [
      () => users.update(id, { email: "third@example.com", emailVerified: true }),
      () => passwords.set(id, NEXT),
      () => users.block(id),
    ];
    for (const change of between) {
      const proof = { ticket: await ask(), link: linkIn(await newest(NEW)) };
      await change();
      expect(await codes.confirm("change-email", proof)).toEqual({ status: "wrong-code" });
      await users.unblock(id);
      // Nor does it come back to life with the block, since what ended the sessions ended this too.
      expect(await codes.confirm("change-email", proof)).toEqual({ status: "wrong-code" });
      await users.update(id, { email: OLD, emailVerified: true });
      await passwords.set(id, GOOD);
      await test.mailsTo(NEW);
    }
    // Two changes at once: a code for one address never brings the other.
    const ticketOne = await ask({ newEmail: "one@example.com" });
    const one = linkIn(await newest("one@example.com"));
    const ticketTwo = await ask({ newEmail: "two@example.com" });
    const two = linkIn(await newest("two@example.com"));
    const results = await Promise.all([
      codes.confirm("change-email", { link: one, ticket: ticketOne }),
      codes.confirm("change-email", { link: two, ticket: ticketTwo }),
    ]);
    const changed = results.filter(({ status }) => status === "email-changed");
    expect(changed).toHaveLength(1);
    expect((await users.get(id)).email).toBe(
      results[0]?.status === "email-changed" ? "one@example.com" : "two@example.com",
    );
  });

  it("kills what was mailed to the old address, second-factor codes too", async () => {
    const { codes, users } = test.space;
    await codes.request("reset-password", { identifier: "ada" });
    const reset = linkIn(await newest(OLD));
    await codes.request("unlock", { identifier: "ada" });
    const unlock = linkIn(await newest(OLD));
    await users.setSecondFactor(id, "mail");
    await newest(OLD);
    const first = await test.space.signIn({ identifier: "ada", password: GOOD });
    if (first.status !== "second-factor") throw new Error(first.status);
    const code = codeIn(await newest(OLD));
    const ticket = await ask();
    await codes.confirm("change-email", { ticket, link: linkIn(await newest(NEW)) });
    expect(await codes.confirm("reset-password", { link: reset, newPassword: NEXT })).toEqual({
      status: "wrong-code",
    });
    expect(await test.space.signIn({ ticket: first.ticket, code })).toEqual({ status: "wrong-code" });
    // Nor do they come back with the address.
    await newest(OLD);
    const again = await ask({ newEmail: OLD });
    const back = await codes.confirm("change-email", { ticket: again, link: linkIn(await newest(OLD)) });
    expect(back.status).toBe("email-changed");
    expect(await codes.confirm("unlock", { link: unlock })).toEqual({ status: "wrong-code" });
  });

  it("is done by one of 50 who have the code, and none of 200 guesses after the fifth is compared", async () => {
    const { codes } = test.space;
    const ticket = await ask();
    const code = codeIn(await newest(NEW));
    const results = await Promise.all(
      Array.from({ length: 50 }, () => codes.confirm("change-email", { ticket, code })),
    );
    expect(results.filter(({ status }) => status === "email-changed")).toHaveLength(1);

    const next = await ask({ newEmail: OLD });
    const right = codeIn((await test.mailsTo(OLD)).find((mail) => mail.subject.includes("Confirm")));
    await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        codes.confirm("change-email", { ticket: next, code: String(at).padStart(6, "0") }),
      ),
    );
    expect(await codes.confirm("change-email", { ticket: next, code: right })).toEqual({
      status: "wrong-code",
    });
  });

  it("takes a username along that is the address, since it may be no other", async () => {
    const { codes, users } = test.space;
    const bea = await users.create({ username: "bea@example.com", email: "bea@example.com" });
    await codes.request("change-email", { userId: bea.id, newEmail: "beatrice@example.com" });
    const link = linkIn(await newest("beatrice@example.com"));
    expect(await codes.confirm("change-email", { link })).toMatchObject({
      status: "email-changed",
      user: { username: "beatrice@example.com", email: "beatrice@example.com" },
    });
  });

  it("refuses what is no address, or the one that is there", async () => {
    await expect(ask({ newEmail: "nowhere" })).rejects.toThrow(refusal("invalid-identifier"));
    await expect(ask({ newEmail: OLD })).rejects.toThrow(refusal("invalid-input"));
  });

  it("is done at once where the space asks for no verification", async () => {
    await test.reopen({ signUp: { verification: "none" } });
    const { codes, users } = test.space;
    await users.create({ email: "bea@example.com" });
    const input = { userId: id, password: GOOD, actor: self() };
    expect(await codes.request("change-email", { ...input, newEmail: "bea@example.com" })).toEqual({
      status: "email-taken",
    });
    expect(await codes.request("change-email", { ...input, newEmail: NEW })).toMatchObject({
      status: "email-changed",
      user: { email: NEW, emailVerifiedAt: null },
    });
    expect((await newest(OLD))?.subject).toContain("was changed");
  });
});

describe("changing it with a code from the old address", () => {
  async function codeFromOld(): Promise<string> {
    await test.space.codes.request("change-email", { userId: id, withoutTicket: true });
    return codeIn(await newest(OLD));
  }

  it("then asks the new one, and people without a password come to a new address this way", async () => {
    const { codes, passwords, users } = test.space;
    await passwords.remove(id);
    await newest(OLD);
    const asked = await codes.request("change-email", { userId: id, actor: self() });
    if (asked.status !== "sent") throw new Error(asked.status);
    const code = codeIn(await newest(OLD));
    const first = await codes.confirm("change-email", { ticket: asked.ticket, code, newEmail: NEW });
    if (first.status !== "confirmation-sent") throw new Error(first.status);
    expect((await users.get(id)).email).toBe(OLD);
    const last = { ticket: first.ticket, code: codeIn(await newest(NEW)) };
    expect(await codes.confirm("change-email", last)).toMatchObject({
      status: "email-changed",
      user: { email: NEW },
    });
    expect((await newest(OLD))?.subject).toContain("was changed");
  });

  it("uses no code up for what can be refused before", async () => {
    const { codes, users } = test.space;
    await users.create({ email: "bea@example.com" });
    const code = await codeFromOld();
    const confirm = (more: object) => codes.confirm("change-email", { userId: id, code, ...more });
    await expect(confirm({})).rejects.toThrow(refusal("invalid-input"));
    await expect(confirm({ newEmail: "nowhere" })).rejects.toThrow(refusal("invalid-identifier"));
    await expect(confirm({ newEmail: OLD })).rejects.toThrow(refusal("invalid-input"));
    const taken = { newEmail: "bea@example.com", atOnce: true };
    expect(await confirm(taken)).toEqual({ status: "email-taken" });
    expect(await confirm({ newEmail: NEW, password: "wrong password" })).toEqual({
      status: "wrong-password",
    });
    expect(await confirm({ newEmail: NEW, password: GOOD, atOnce: true })).toMatchObject({
      status: "email-changed",
      user: { email: NEW, emailVerifiedAt: null },
    });
  });

  it("takes the new one as proven where the application vouches for it", async () => {
    const { codes } = test.space;
    await codes.request("change-email", { userId: id, withoutTicket: true });
    const code = codeIn(await newest(OLD));
    const proof = { userId: id, code, newEmail: NEW, atOnce: true, emailVerified: true };
    expect(await codes.confirm("change-email", proof)).toMatchObject({
      status: "email-changed",
      user: { email: NEW, emailVerifiedAt: new Date(test.clock.now()) },
    });
    const asked = await codes.request("change-email", { userId: id });
    if (asked.status !== "sent") throw new Error(asked.status);
    const own = { ticket: asked.ticket, code: codeIn(await newest(NEW)), newEmail: OLD };
    const vouched = codes.confirm("change-email", { ...own, emailVerified: true, actor: self() });
    await expect(vouched).rejects.toThrow(refusal("not-allowed"));
  });

  it("leaves the proof of the new one out for the application alone", async () => {
    const { codes } = test.space;
    const asked = await codes.request("change-email", { userId: id });
    if (asked.status !== "sent") throw new Error(asked.status);
    const code = codeIn(await newest(OLD));
    await expect(
      codes.confirm("change-email", {
        ticket: asked.ticket,
        code,
        newEmail: NEW,
        atOnce: true,
        actor: self(),
      }),
    ).rejects.toThrow(refusal("not-allowed"));
  });
});

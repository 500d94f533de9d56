import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MailNotTaken, type MailOptions, type OpenOptions, type SignInInput } from "watchword";
import { type SmtpRefusal, type SmtpTestServer, startSmtp } from "../helpers/smtp.js";
import { openTestSpace, type TestSpace } from "../helpers/space.js";

const PASSWORD = "correct horse battery staple";
const USER = { username: "ada", email: "ada@example.com", password: PASSWORD };
let smtp: SmtpTestServer;
let answer: SmtpRefusal | null;
let tests: TestSpace[];

beforeEach(async () => {
  answer = null;
  tests = [];
  smtp = await startSmtp({ refuse: (_, stage) => (stage === "rcpt" ? answer : null) });
});
afterEach(async () => {
  for (const test of tests) await test.cleanup();
  await smtp.close();
});

async function open(mail: MailOptions = {}, options: OpenOptions = {}): Promise<TestSpace> {
  const test = await openTestSpace({
    siteName: "Ada's Shop",
    baseUrl: "https://shop.example",
    ...options,
    mail: {
      smtp: { url: `smtp://localhost:${smtp.port}`, ca: smtp.ca },
      from: "hello@shop.example",
      ...mail,
    },
  });
  tests.push(test);
  return test;
}

/** The template of each mail that waits. */
async function waiting({ space }: TestSpace): Promise<string[]> {
  return (await space.mail.list({ state: "queued" })).items.map((mail) => mail.template);
}

describe("templates of one's own", () => {
  it("are what people read, in their language, as text and HTML", async () => {
    const { space } = await open({
      templates: {
        "verify-email": {
          de: { subject: "Code für {site}", html: `<p>Grüße, {name}: <b>{code}</b> bis {expiry}</p>` },
          en: { subject: "Code for {site}", text: "{name}: {code}" },
        },
      },
    });
    await space.signUp({ ...USER, locale: "de-AT" });
    await space.signUp({ email: "bob@example.com", password: PASSWORD });
    await space.mail.deliver();
    const [german, english] = ["ada", "bob"].map((name) =>
      smtp.mails.find((mail) => mail.envelopeTo.includes(`${name}@example.com`)),
    );
    expect(german?.subject).toBe("Code für Ada's Shop");
    expect(german?.text).toMatch(/^Grüße, ada: [0-9A-Z]{6} bis 2026-03-02 09:10 UTC\n/);
    expect(german?.html).toMatch(/<p>Grüße, ada: <b>[0-9A-Z]{6}<\/b>/);
    expect(english?.text).toMatch(/^bob@example.com: [0-9A-Z]{6}$/m);
    expect(english?.html).toBe(false);
  });

  it("are refused when the space opens, before a database is made", async () => {
    const templates = { "new-device": { subject: "{nobody}", text: "x" } };
    await expect(open({ templates })).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringContaining("{nobody}"),
    });
  });

  it("can be looked at without sending anything", async () => {
    const { space } = await open({ templates: { "new-device": { subject: "{device}", text: "{ip}" } } });
    expect(await space.mail.preview("new-device")).toEqual({
      from: "hello@shop.example",
      subject: "Firefox on Linux",
      text: "192.0.2.7",
      html: "",
    });
    expect((await space.mail.preview("verify-email", { locale: "de" })).text).toContain("7KQ2MX");
    await expect(space.mail.preview("nothing" as never)).rejects.toMatchObject({ code: "invalid-input" });
    expect(smtp.connections).toBe(0);
  });
});

describe("links to pages of one's own", () => {
  const links = {
    "verify-email": "https://front.example/welcome#{link}",
    "reset-password": "/own/reset/{link}?from=mail",
  };

  it("are in the mail, in built-in texts and in one's own, and open what they are for", async () => {
    const html = '<p><a href="{link}">Here</a></p>';
    const templates = { "reset-password": { subject: "Reset", html } };
    const { space } = await open({ links, templates });
    const signedUp = await space.signUp(USER);
    if (signedUp.status !== "verification-sent") throw new Error(signedUp.status);
    await space.mail.deliver();
    const [welcome] = smtp.mails;
    const token = /^https:\/\/front\.example\/welcome#([\w.-]+)$/m.exec(welcome?.text ?? "")?.[1] ?? "";
    expect(welcome?.html).toContain(`href="https://front.example/welcome#${token}"`);
    expect(await space.codes.peek(token)).toMatchObject({ purpose: "verify-email" });
    const { ticket } = signedUp;
    expect(await space.codes.confirm("verify-email", { link: token, ticket })).toMatchObject({
      status: "verified",
    });
    await space.codes.request("reset-password", { identifier: "ada" });
    await space.codes.request("unlock", { identifier: "ada" });
    await space.mail.deliver();
    const reset = smtp.mails.find(({ subject }) => subject === "Reset");
    const link = /href="https:\/\/shop\.example\/own\/reset\/([\w.-]+)\?from=mail"/.exec(
      `${reset?.html}`,
    )?.[1];
    const newPassword = "another good long password";
    expect(await space.codes.confirm("reset-password", { link: link ?? "", newPassword })).toMatchObject({
      status: "password-reset",
    });
    expect(smtp.mails.some(({ text }) => text?.includes("https://shop.example/unlock?link="))).toBe(true);
    const shown = (await space.mail.preview("verify-email")).text;
    expect(shown).toContain("https://front.example/welcome#sample");
    expect((await space.mail.preview("reset-password")).html).toContain("/own/reset/sample?from=mail");
  });

  it("are refused when the space opens, before a database is made", async () => {
    await expect(open({ links: { unlock: "https://front.example/" } })).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringContaining('mail.links["unlock"]'),
    });
  });

  it("leave no secret behind where the mail is refused with its own words", async () => {
    const seen: string[] = [];
    const send = async ({ text }: { readonly text: string }) => {
      seen.push(text);
      const token = /\/own\/reset\/([\w.-]+)\?/.exec(text)?.[1] ?? "";
      throw new Error(`I take no ${token.split(".")[1]}, nor ${token}, nor this: ${text}`);
    };
    const { space } = await open({ links, send });
    await space.users.create(USER);
    await space.codes.request("reset-password", { identifier: "ada" });
    expect(await space.mail.deliver()).toMatchObject({ retried: 1 });
    const [id = "", secret = ""] = /\/own\/reset\/([\w.-]+)\?/.exec(seen[0] ?? "")?.[1]?.split(".") ?? [];
    expect(secret).toHaveLength(43);
    const [waits] = (await space.mail.list()).items;
    expect(waits?.lastError).toContain("I take no …, nor …, nor this:");
    expect(waits?.lastError).not.toContain(secret);
    expect(waits?.lastError).not.toContain(`${id}.`);
    expect(waits?.lastError).not.toMatch(/^ {4}[0-9A-Z]{6}$/m);
  });
});

describe("a test mail", () => {
  it("arrives, or tells what the mail server said", async () => {
    const { space } = await open();
    expect(await space.mail.test("Ada@Example.com")).toEqual({ status: "sent" });
    expect(smtp.mails[0]).toMatchObject({ subject: "Test mail from Ada's Shop" });
    answer = { code: 550, message: "5.1.1 No such mailbox" };
    expect(await space.mail.test("eve@example.com")).toEqual({
      status: "refused",
      lasting: true,
      reason: expect.stringContaining("5.1.1 No such mailbox"),
    });
    expect((await space.mail.list()).items).toEqual([]);
    await expect(space.mail.test("no address")).rejects.toMatchObject({ code: "invalid-identifier" });
    const admin = { type: "user", id: "x", admin: true, superuser: false } as const;
    await expect(space.mail.test("ada@example.com", { actor: admin })).rejects.toMatchObject({
      code: "not-allowed",
    });
  });
});

describe("notices", () => {
  it("can each be turned off; the others go out", async () => {
    const test = await open({ notices: { passwordChanged: false, signUpKnown: false, newDevice: false } });
    const { space } = test;
    const user = await space.users.create(USER);
    await space.passwords.set(user.id, "another good long password");
    await space.signUp({ email: USER.email, password: PASSWORD });
    for (let i = 0; i < 2; i++)
      await space.signIn({ identifier: "ada", password: "another good long password" });
    expect(await waiting(test)).not.toContain("new-device");
    await space.users.delete(user.id);
    await space.mail.deliver();
    expect(smtp.mails.map((mail) => mail.subject)).toEqual(["Your account at Ada's Shop was deleted"]);
    expect((await space.mail.list()).items).toEqual([]);
  });

  it("refuse names that are none", async () => {
    await expect(open({ notices: { newDevices: false } as never })).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringContaining("newDevices"),
    });
  });
});

describe("a sign-in on a device that nobody knows", () => {
  const ADA = { identifier: "ada", password: PASSWORD };
  async function signIn({ space }: TestSpace, more: Partial<SignInInput> = {}): Promise<string> {
    const result = await space.signIn({ ...ADA, ...more } as SignInInput);
    if (result.status !== "signed-in") throw new Error(result.status);
    return result.device;
  }

  it("is told to the owner; the first one and known devices are not", async () => {
    const test = await open();
    await test.space.users.create(USER);
    const device = await signIn(test);
    await signIn(test, { device });
    expect(await waiting(test)).toEqual([]);
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    await signIn(test, { ip: "192.0.2.9", userAgent: firefox });
    expect(await waiting(test)).toEqual(["new-device"]);
    await test.space.mail.deliver();
    expect(smtp.mails[0]?.subject).toBe("New sign-in to your account at Ada's Shop");
    expect(smtp.mails[0]?.text).toContain("Network address: 192.0.2.9\nDevice: Firefox on Linux");
  });

  it("is told where the proof is another person's, and not without an address", async () => {
    const test = await open();
    await test.space.users.create(USER);
    await test.space.users.create({ username: "bob", password: PASSWORD });
    const bobs = await signIn(test, { identifier: "bob" });
    await signIn(test, { identifier: "bob" });
    await signIn(test);
    expect(await waiting(test)).toEqual([]);
    await signIn(test, { device: bobs });
    expect(await waiting(test)).toEqual(["new-device"]);
  });

  it("fills no inbox: five an hour, and wrong passwords none", async () => {
    const test = await open();
    await test.space.users.create(USER);
    for (let i = 0; i < 9; i++) await signIn(test);
    await test.space.signIn({ ...ADA, password: "wrong" });
    expect(await waiting(test)).toHaveLength(5);
  });
});

describe("a caller who waits for the mail", () => {
  it("hears when the mail server has it, for codes and for known addresses", async () => {
    const { space } = await open();
    expect(await space.signUp({ ...USER, waitForMail: true })).toMatchObject({ status: "verification-sent" });
    expect(smtp.mails).toHaveLength(1);
    await space.users.create({ email: "bob@example.com", password: PASSWORD });
    await space.signUp({ email: "bob@example.com", password: PASSWORD, waitForMail: true });
    expect(smtp.mails[1]?.subject).toBe("You already have an account at Ada's Shop");
    const asked = { identifier: "bob@example.com", waitForMail: true };
    expect((await space.codes.request("reset-password", asked)).status).toBe("sent");
    expect(smtp.mails).toHaveLength(3);
    const nobody = { identifier: "nobody@example.com", waitForMail: true };
    expect((await space.codes.request("reset-password", nobody)).status).toBe("sent");
    expect(smtp.mails).toHaveLength(3);
  });

  it("gets mail-failed with the reason; the mail waits, and the ticket still serves", async () => {
    const test = await open();
    answer = { code: 451, message: "4.3.0 Come back later" };
    const error = await test.space.signUp({ ...USER, waitForMail: true }).catch((thrown: unknown) => thrown);
    if (!(error instanceof MailNotTaken)) throw error;
    expect(error).toMatchObject({ code: "mail-failed", queued: true, details: { queued: true } });
    expect(error.message).toContain("4.3.0 Come back later");
    const { ticket } = error.answer as { readonly ticket: string };
    expect(JSON.stringify({ ...error })).not.toContain(ticket);
    answer = null;
    test.clock.advance(60_000);
    await test.space.mail.deliver();
    const code = /^\s*([0-9A-Z]{6})\s*$/m.exec(smtp.mails[0]?.text ?? "")?.[1] ?? "";
    expect((await test.space.codes.confirm("verify-email", { ticket, code })).status).toBe("verified");
  });

  it("hears of a refusal for good that the mail is not tried again", async () => {
    const { space } = await open();
    await space.users.create(USER);
    answer = { code: 550, message: "5.1.1 No such mailbox" };
    const call = space.codes.request("reset-password", { identifier: "ada", waitForMail: true });
    await expect(call).rejects.toMatchObject({ code: "mail-failed", queued: false });
    expect((await space.mail.list({ state: "failed" })).items).toHaveLength(1);
  });

  it("is the application itself, never a person", async () => {
    const { space } = await open();
    const actor = { type: "user", id: "x", admin: true, superuser: true } as const;
    await expect(space.signUp({ ...USER, waitForMail: true, actor })).rejects.toMatchObject({
      code: "not-allowed",
    });
    expect((await space.mail.list()).items).toEqual([]);
  });
});

describe("a mail that was refused for good", () => {
  it("can be tried again or dropped, by those who may, and is written down", async () => {
    const { space } = await open();
    const user = await space.users.create(USER);
    answer = { code: 550, message: "5.1.1 No such mailbox" };
    await space.passwords.set(user.id, "another good long password");
    await space.mail.deliver();
    const [failed] = (await space.mail.list({ state: "failed" })).items;
    const id = failed?.id ?? "";
    expect(failed?.lastError).toContain("No such mailbox");
    const actor = { type: "user", id: user.id, admin: true, superuser: false } as const;
    await expect(space.mail.drop(id, { actor })).rejects.toMatchObject({ code: "not-allowed" });
    await expect(space.mail.retry(id, { actor: { ...actor, admin: false } })).rejects.toMatchObject({
      code: "not-allowed",
    });
    expect(await space.mail.retry(id, { actor })).toBe(true);
    expect(await space.mail.deliver()).toEqual({ sent: 0, retried: 0, failed: 1 });
    answer = null;
    expect(await space.mail.retry(id)).toBe(true);
    expect(await space.mail.deliver()).toEqual({ sent: 1, retried: 0, failed: 0 });
    expect(await space.mail.retry(id)).toBe(false);
    await space.users.delete(user.id);
    const [queued] = (await space.mail.list()).items;
    expect(await space.mail.drop(queued?.id ?? "")).toBe(true);
    expect(await space.mail.drop(queued?.id ?? "")).toBe(false);
    expect(await space.mail.deliver()).toEqual({ sent: 0, retried: 0, failed: 0 });
    const actions = (await space.audit.list()).items.map((entry) => entry.action);
    expect(actions.filter((action) => action === "mail.retried")).toHaveLength(2);
    expect(actions.filter((action) => action === "mail.dropped")).toHaveLength(1);
  });
});

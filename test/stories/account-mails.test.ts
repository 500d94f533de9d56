import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MailTemplate, OpenOptions } from "watchword";
import { type SmtpTestServer, startSmtp } from "../helpers/smtp.js";
import { openTestSpace, type TestSpace } from "../helpers/space.js";

const PASSWORD = "correct horse battery staple";
let smtp: SmtpTestServer;
let test: TestSpace;
let id: string;

beforeEach(async () => {
  smtp = await startSmtp();
  await open();
  const ada = { username: "ada", email: "ada@example.com", emailVerified: true, password: PASSWORD };
  id = (await test.space.users.create(ada)).id;
});
afterEach(async () => {
  await test.cleanup();
  await smtp.close();
});

async function open(options: OpenOptions = {}): Promise<void> {
  test = await openTestSpace({
    siteName: "Ada's Shop",
    baseUrl: "https://shop.example",
    ...options,
    mail: {
      smtp: { url: `smtp://localhost:${smtp.port}`, ca: smtp.ca },
      from: "hello@shop.example",
      ...options.mail,
    },
  });
}

/** The one mail that a call makes, as its reader gets it. */
async function mailOf(call: () => Promise<unknown>) {
  await test.space.mail.deliver();
  const before = smtp.mails.length;
  await call();
  await test.space.mail.deliver();
  const [mail, ...more] = smtp.mails.slice(before);
  if (mail === undefined || more.length > 0) throw new Error(`${smtp.mails.length - before} mails arrived`);
  return mail;
}

describe("what arrives over SMTP", () => {
  it.each([
    ["sign-in", "bea", "Your code to sign in at Ada's Shop", "/sign-in/link"],
    ["delete-account", "ada", "Delete your account at Ada's Shop", "/delete-account"],
    ["unlock", "ada", "Unlock your account at Ada's Shop", "/unlock"],
  ] as const)("for %s: code and link, in text and HTML", async (purpose, identifier, subject, path) => {
    await test.space.users.create({ username: "bea", email: "bea@example.com" });
    const mail = await mailOf(() => test.space.codes.request(purpose, { identifier }));
    expect(mail.subject).toBe(subject);
    expect(mail.envelopeTo).toEqual([`${identifier}@example.com`]);
    expect(mail.text).toMatch(/^ {4}[0-9A-Z]{6}$/m);
    expect(mail.text).toContain("for 10 minutes (until 2 March 2026");
    const link = new RegExp(`https://shop\\.example${path}\\?link=[\\w.-]+`).exec(mail.text ?? "")?.[0];
    expect(mail.html).toContain(`href="${link}"`);
  });

  it("for a new address: the code goes there, the notice to the old one", async () => {
    const { codes } = test.space;
    const newEmail = "lovelace@example.com";
    const mail = await mailOf(() => codes.request("change-email", { userId: id, newEmail }));
    expect([mail.envelopeTo, mail.subject]).toEqual([
      [newEmail],
      "Confirm your new email address for Ada's Shop",
    ]);
    const link = /\/change-email\?link=([\w.-]+)/.exec(mail.text ?? "")?.[1] ?? "";
    const notice = await mailOf(() => codes.confirm("change-email", { link, password: PASSWORD }));
    expect(notice.envelopeTo).toEqual(["ada@example.com"]);
    expect(notice.text).toContain("New address: l…@example.com");
  });

  it("for somebody whose address another account wants", async () => {
    await test.space.users.create({ username: "bea", email: "bea@example.com" });
    const mail = await mailOf(() =>
      test.space.codes.request("change-email", { userId: id, newEmail: "bea@example.com" }),
    );
    expect([mail.envelopeTo, mail.subject]).toEqual([
      ["bea@example.com"],
      "This address is in use at Ada's Shop",
    ]);
    expect(mail.text).not.toMatch(/link=|^ {4}[0-9A-Z]{6}$/m);
  });

  it("for a second factor: whether it was chosen or is due to wrong passwords, and never a link", async () => {
    const on = await mailOf(() => test.space.users.setSecondFactor(id, "mail"));
    expect(on.text).toContain("asks for a code from a mail, besides the password");
    const chosen = await mailOf(() => test.space.signIn({ identifier: "ada", password: PASSWORD }));
    expect(chosen.text).toContain("To sign in, this code is needed too:");
    expect(chosen.text).not.toContain("link=");
    for (let i = 0; i < 101; i++) await test.space.signIn({ identifier: "ada", password: "wrong" });
    const forced = await mailOf(() => test.space.signIn({ identifier: "ada", password: PASSWORD }));
    expect(forced.text).toContain("Because many wrong ones were tried before");
    const off = await mailOf(() => test.space.users.setSecondFactor(id, null));
    expect(off.text).toContain("no longer asks for a code");
  });

  it("in one's own words, with another alphabet", async () => {
    await test.cleanup();
    const templates = {
      "account-code": { subject: "{site}", text: "{name}: {code} until {expiry}" },
      "second-factor-changed": { subject: "{site}", text: "mailed code: {secondFactor}" },
    };
    await open({ mail: { templates }, codes: { alphabet: "unambiguous", length: 8 } });
    const { users, codes } = test.space;
    const ada = { username: "ada", email: "ada@example.com", emailVerified: true, password: PASSWORD };
    const user = await users.create(ada);
    const mail = await mailOf(() => codes.request(["reset-password", "delete-account"], { userId: user.id }));
    expect(mail.text).toMatch(/^ada: [BCDFGHJKLMNPQRSTVWXZ]{8} until 2026-03-02 09:10 UTC/);
    expect((await mailOf(() => users.setSecondFactor(user.id, "mail"))).text).toContain("mailed code: yes");
  });

  it("is not what was turned off", async () => {
    await test.cleanup();
    await open({ mail: { notices: { secondFactorChanged: false, changeEmailKnown: false } } });
    const { users, codes } = test.space;
    const user = await users.create({ email: "ada@example.com", emailVerified: true, password: PASSWORD });
    await users.create({ email: "bea@example.com" });
    await users.setSecondFactor(user.id, "mail");
    await codes.request("change-email", { userId: user.id, newEmail: "bea@example.com" });
    await test.space.mail.deliver();
    expect(smtp.mails).toEqual([]);
    expect((await test.space.mail.list()).items).toEqual([]);
  });
});

it.each([
  "sign-in",
  "change-email",
  "change-email-known",
  "delete-account",
  "unlock",
  "account-code",
  "second-factor-changed",
] satisfies MailTemplate[])("%s can be looked at", async (template) => {
  const { subject, text } = await test.space.mail.preview(template);
  expect(subject).toContain("Ada's Shop");
  expect(text).toMatch(/^Hello Ada,/);
});

import { afterEach, beforeEach, expect, it } from "vitest";
import { type SmtpTestServer, startSmtp } from "../helpers/smtp.js";
import { openTestSpace, type TestSpace } from "../helpers/space.js";

const PASSWORD = "correct horse battery staple";
const MINUTE = 60_000;
let test: TestSpace;
let smtp: SmtpTestServer;

beforeEach(async () => {
  smtp = await startSmtp();
  test = await openTestSpace({
    siteName: "Ada's Shop",
    baseUrl: "https://accounts.example.com",
    mail: {
      smtp: { url: `smtp://localhost:${smtp.port}`, ca: smtp.ca },
      from: "Ada's Shop <hello@example.com>",
    },
  });
});
afterEach(async () => {
  await test.cleanup();
  await smtp.close();
});

/** What a reader of the newest message to an address finds in it. */
function read(address: string): { code: string; link: string; text: string } {
  const text = smtp.mails.filter((mail) => mail.envelopeTo.includes(address)).at(-1)?.text ?? "";
  return {
    code: /^\s*([0-9A-Z]{6})\s*$/m.exec(text)?.[1] ?? "",
    link: /https:\/\/accounts\.example\.com\/\w+\?link=([\w.-]+)/.exec(text)?.[1] ?? "",
    text,
  };
}

it("people sign up, verify and reset by mail that really travels", async () => {
  const signedUp = await test.space.signUp({ email: "ada@example.com", username: "ada", password: PASSWORD });
  if (signedUp.status !== "verification-sent") throw new Error(signedUp.status);
  await test.space.mail.deliver();
  const verified = await test.space.codes.confirm("verify-email", {
    ticket: signedUp.ticket,
    code: read("ada@example.com").code,
  });
  expect(verified.status).toBe("verified");

  const asked = await test.space.codes.request("reset-password", { identifier: "ada" });
  expect(asked.status).toBe("sent");
  await test.space.mail.deliver();
  const reset = await test.space.codes.confirm("reset-password", {
    link: read("ada@example.com").link,
    newPassword: "another good long password",
  });
  expect(reset.status).toBe("password-reset");
  await test.space.mail.deliver();
  expect(smtp.mails).toHaveLength(3);
  expect(smtp.mails.every((mail) => mail.from?.text.includes("hello@example.com"))).toBe(true);
  expect(
    await test.space.signIn({ identifier: "ada", password: "another good long password" }),
  ).toMatchObject({
    status: "signed-in",
  });
});

it("a mail server that is away for an hour, and a restart, lose no mail, and the code that arrives is alive", async () => {
  const port = smtp.port;
  await smtp.close();
  const tickets = new Map<string, string>();
  for (let i = 0; i < 20; i++) {
    const email = `user${i}@example.com`;
    const result = await test.space.signUp({ email, password: PASSWORD });
    if (result.status === "verification-sent") tickets.set(email, result.ticket);
  }
  for (let minute = 0; minute < 60; minute += 10) {
    await test.space.mail.deliver();
    test.clock.advance(10 * MINUTE);
  }
  expect((await test.space.mail.list({ state: "queued" })).items).toHaveLength(20);
  expect((await test.space.mail.list()).items[0]?.lastError).not.toBeNull();

  smtp = await startSmtp({ port });
  await test.reopen({ mail: { courier: false, smtp: { url: `smtp://localhost:${port}`, ca: smtp.ca } } });
  for (let round = 0; round < 4 && smtp.mails.length < 20; round++) {
    test.clock.advance(30 * MINUTE);
    await test.space.mail.deliver();
  }
  expect(smtp.mails).toHaveLength(20);
  for (const [email, ticket] of tickets)
    expect((await test.space.codes.confirm("verify-email", { ticket, code: read(email).code })).status).toBe(
      "verified",
    );
});

it("a process that does not know the mail server leaves the queue to those that do", async () => {
  // A server that runs a courier for this mail server has been here.
  await test.reopen({ mail: { smtp: { url: `smtp://localhost:${smtp.port}`, ca: smtp.ca } } });
  await test.reopen();
  await test.space.signUp({ email: "ada@example.com", password: PASSWORD });
  const ignorant = await test.reopen({ mail: {}, baseUrl: "https://accounts.example.com" });
  expect(ignorant.mail.transport).toBe("elsewhere");
  const failsClearly = expect.objectContaining({ code: "mail-failed" });
  await expect(ignorant.mail.deliver()).rejects.toThrow(failsClearly);
  await expect(ignorant.mail.test("ada@example.com")).rejects.toThrow(failsClearly);
  const bea = { email: "bea@example.com", password: PASSWORD };
  await expect(ignorant.signUp({ ...bea, waitForMail: true })).rejects.toThrow(failsClearly);
  expect((await ignorant.mail.preview("verify-email")).subject).not.toBe("");
  expect((await ignorant.mail.list({ state: "queued" })).items).toHaveLength(1);
  expect(await ignorant.mail.outbox()).toEqual([]);
  await test.reopen();
  await test.space.mail.deliver();
  expect(smtp.mails).toHaveLength(1);
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Answer, AuthOptions } from "watchword/compat/easy-mongodb-auth";
import { newDatabase } from "../helpers/database.js";
import { type SmtpTestServer, startSmtp } from "../helpers/smtp.js";
import { type EasyBench, openEasy, says } from "./easy-bench.js";

const ADA = "ada@example.com";
const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
const auth = { user: "shop@example.com", password: "the shop's own" };

describe("a shop that mails codes", () => {
  let smtp: SmtpTestServer;
  let bench: EasyBench;
  const refused = new Set<string>();
  beforeEach(async () => {
    refused.clear();
    smtp = await startSmtp({
      auth,
      refuse: (address, stage) =>
        stage === "rcpt" && refused.has(address) ? { code: 554, message: "5.7.1 Not from you" } : null,
    });
    bench = await openEasy({ mailInfo: mailInfo(), watchword: { mail: {} } }, await newDatabase());
  });
  afterEach(async () => {
    await bench.cleanup();
    await smtp.close();
  });
  const mailInfo = () => ({
    server: "127.0.0.1",
    port: smtp.port,
    username: auth.user,
    password: auth.password,
    ca: smtp.ca,
  });
  const newest = () => smtp.mails.at(-1);
  const codeIn = () => /^Your verification code is: ([0-9A-Z]+)\s*$/.exec(newest()?.text ?? "")?.[1] ?? "";
  const open = (options: AuthOptions) =>
    bench.open({ mailInfo: mailInfo(), watchword: { mail: {} }, ...options });

  it("registers, verifies, asks for a second factor, and resets a forgotten password", async () => {
    const { auth, utils } = bench;
    expect(await auth.registerUser(ADA, GOOD, { plan: "free" })).toEqual(says(201));
    expect(newest()).toMatchObject({
      subject: "Verification Code",
      from: { text: "shop@example.com" },
      to: { text: ADA },
      envelopeFrom: "shop@example.com",
      envelopeTo: [ADA],
      html: false,
    });
    const verification = codeIn();
    expect(verification).toMatch(/^[0-9A-Z]{6}$/);
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(302));
    expect(await auth.verifyUser(ADA, verification)).toEqual(says(300));
    expect(await utils.isVerified(ADA)).toEqual(says(300));

    expect(await auth.authenticateUser(ADA, GOOD, true)).toEqual(says(202));
    expect(smtp.mails).toHaveLength(2);
    expect(await auth.verifyMfaCode(ADA, verification)).toEqual(says(417));
    expect(await auth.verifyMfaCode(ADA, codeIn())).toEqual(says(200));

    expect(await auth.generateCode(ADA, 12)).toEqual(says(201));
    const reset = codeIn();
    expect(reset).toMatch(/^[0-9A-Z]{12}$/);
    expect(await auth.verifyResetCodeAndResetPassword(ADA, reset, NEXT)).toEqual(says(203));
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(502));
    expect(await auth.authenticateUser(ADA, NEXT)).toEqual(says(202));
    expect(await utils.getCustUsrData(ADA)).toEqual({ success: true, message: { plan: "free" } });
    // Nothing is mailed but codes.
    expect(smtp.mails).toHaveLength(3);
  });

  it("takes people without a password, who choose one by a code", async () => {
    const { auth } = bench;
    expect(await auth.registerUserNoPass(ADA)).toEqual(says(201));
    expect(await auth.verifyUser(ADA, codeIn())).toEqual(says(300));
    for (const password of ["", "None"])
      expect(await auth.authenticateUser(ADA, password)).toEqual(says(502));
    expect(await auth.resetPasswordNoVerif(ADA, "", NEXT)).toEqual(says(500));
    expect(await auth.deleteUser(ADA, "")).toEqual(says(501));
    await auth.generateCode(ADA);
    expect(await auth.verifyResetCodeAndResetPassword(ADA, codeIn(), NEXT)).toEqual(says(203));
    expect(await auth.authenticateUser(ADA, NEXT)).toEqual(says(202));
  });

  it("mails in its own words, as text or as HTML with a text part", async () => {
    const texts = open({
      mailSubject: "{verifcode} is your code, {name}",
      mailBody: "Type {verifcode} {here}, or {{verifcode}}.",
    });
    await texts.registerUser(ADA, GOOD);
    const code = newest()?.subject?.slice(0, 6) ?? "";
    expect(newest()?.subject).toBe(`${code} is your code, {name}`);
    expect(newest()?.text?.trim()).toBe(`Type ${code} {here}, or {${code}}.`);
    expect(await texts.verifyUser(ADA, code)).toEqual(says(300));

    const html = open({
      mailBody:
        '<p class="a">Hello &amp; welcome,</p><p>your code is <b>{verifcode}</b></p><style>p { color: red }</style>',
    });
    await html.authenticateUser(ADA, GOOD, true);
    const second = /your code is ([0-9A-Z]{6})/.exec(newest()?.text ?? "")?.[1] ?? "none";
    expect(newest()?.text).toContain("Hello & welcome,");
    expect(newest()?.html).toContain(`<b>${second}</b>`);
    expect(await html.verifyMfaCode(ADA, second)).toEqual(says(200));
  });

  it("takes an address or a comparison in a text for no HTML", async () => {
    const texts = open({ mailBody: "Reply to <ada@example.com> if 1<b holds: {verifcode}" });
    await texts.registerUser(ADA, GOOD);
    expect(newest()?.html).toBe(false);
    expect(newest()?.text).toContain("Reply to <ada@example.com> if 1<b holds: ");
  });

  it("has codes of the length that was asked for", async () => {
    const long = open({ codeLength: 9 });
    expect(await long.registerUser(ADA, GOOD)).toEqual(says(201));
    expect(codeIn()).toMatch(/^[0-9A-Z]{9}$/);
    expect(await long.generateCode(ADA, 0)).toEqual(says(201));
    expect(codeIn()).toMatch(/^[0-9A-Z]{9}$/);
    // An empty code, or one that could be guessed, is never made.
    for (const length of [-3, 2, 33]) expect(await long.generateCode(ADA, length)).toEqual(says(400));
    expect(await long.registerUser("bea@example.com", GOOD, undefined, 2)).toEqual(says(400));
    expect(await bench.utils.isVerified("bea@example.com")).toEqual(says(404));
    expect(smtp.mails).toHaveLength(2);
  });

  it.each(["registerUser", "registerUserNoPass"] as const)(
    "%s makes no user where the mail is refused, and says why",
    async (method) => {
      const { auth, utils, coredb } = bench;
      const call = () => (method === "registerUser" ? auth[method](ADA, GOOD) : auth[method](ADA));
      refused.add(ADA);
      const answer: Answer = await call();
      expect(answer).toEqual({ success: false, message: expect.stringContaining("554") });
      expect(answer.message).toContain("5.7.1 Not from you");
      expect(await utils.isVerified(ADA)).toEqual(says(404));
      expect(await coredb.userCount()).toBe(0);
      refused.clear();
      expect(await call()).toEqual(says(201));
      expect(smtp.mails).toHaveLength(1);
    },
  );

  it("makes no user where nobody answers, and mails nothing later either", async () => {
    const { port } = smtp;
    await smtp.close();
    const answer = await bench.auth.registerUser(ADA, GOOD);
    expect(answer).toEqual({ success: false, message: expect.stringContaining(`127.0.0.1:${port}`) });
    expect(await bench.coredb.userCount()).toBe(0);
    smtp = await startSmtp({ auth, port });
    bench.clock.advance(600_000);
    const space = await bench.space();
    await space.mail.deliver();
    expect(await space.mail.list()).toMatchObject({ items: [] });
    expect(smtp.mails).toEqual([]);
  });

  it("says why a code could not be mailed to a user, who stays", async () => {
    const { auth } = bench;
    await auth.registerUserNoVerif(ADA, GOOD);
    refused.add(ADA);
    const why = { success: false, message: expect.stringContaining("554") };
    expect(await auth.generateCode(ADA)).toEqual(why);
    expect(await auth.authenticateUser(ADA, GOOD, true)).toEqual(why);
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(202));
  });

  it("sends no password to a mail server that it cannot trust", async () => {
    const { ca: _none, ...stranger } = mailInfo();
    const answer = await open({ mailInfo: stranger }).registerUser(ADA, GOOD);
    expect(answer).toEqual({ success: false, message: expect.stringMatching(/certificate/i) });
    expect(smtp.mails).toEqual([]);
  });
});

describe("an Auth without a mail server", () => {
  it("throws where a code would have to be mailed, and does the rest", async () => {
    const bench = await openEasy({}, await newDatabase());
    try {
      const { mail: _outbox, ...watchword } = { mail: {}, ...bench.connection.watchword };
      const auth = bench.open({ watchword: { ...watchword, mail: {} } });
      const missing = expect.objectContaining({
        code: "mail-failed",
        message: expect.stringContaining("mailInfo"),
      });
      await expect(auth.registerUser(ADA, GOOD)).rejects.toThrow(missing);
      await expect(auth.registerUserNoPass(ADA)).rejects.toThrow(missing);
      expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(says(200));
      await expect(auth.authenticateUser(ADA, GOOD, true)).rejects.toThrow(missing);
      await expect(auth.generateCode(ADA)).rejects.toThrow(missing);
      expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(202));
    } finally {
      await bench.cleanup();
    }
  });
});

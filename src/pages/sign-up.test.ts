import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Browser, formFields } from "../../test/helpers/pages-browser.js";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "a walk in the wet park";

const MINUTE = 60_000;

let test: TestSpace;

beforeEach(async () => {
  test = await openTestSpace();
});

afterEach(async () => {
  await test.cleanup();
});

function newBrowser(options: { ip?: string; userAgent?: string } = {}): Browser {
  return new Browser(test.space, options);
}

async function signUp(browser: Browser, email = "ada@example.com", username = "ada") {
  return browser.complete(await browser.open("/sign-up"), "/sign-up", {
    email,
    username,
    password: PASSWORD,
  });
}

async function signIn(browser: Browser, identifier = "ada", password = PASSWORD) {
  return browser.submit(await browser.open("/sign-in"), "/sign-in", { identifier, password });
}

/** Ada, with a proven address, made behind the pages. */
function createAda() {
  return test.space.users.create({
    username: "ada",
    email: "ada@example.com",
    emailVerified: true,
    password: PASSWORD,
  });
}

describe("signing up", () => {
  it("leads by typed code to an account, and through it back out", async () => {
    const browser = newBrowser();
    const waiting = await signUp(browser);
    expect(waiting.path).toBe("/verify");
    expect(waiting.html).not.toContain(browser.cookies.get("watchword-ticket")?.value);

    const [mail] = await test.mailsTo("ada@example.com");
    const verified = await browser.complete(waiting, "/verify", { code: codeIn(mail).toLowerCase() });
    expect(verified.path).toBe("/sign-in?done=verified");
    expect(browser.cookies.has("watchword")).toBe(false);
    expect(browser.cookies.has("watchword-ticket")).toBe(false);

    const account = await browser.complete(verified, "/sign-in", { identifier: "ada", password: PASSWORD });
    expect(account.path).toBe("/account");
    expect(account.text).toContain("ada@example.com (confirmed)");
    expect(account.text).toContain("Firefox on Linux This device");

    const home = await browser.complete(await browser.open("/"), "/sign-out");
    expect(home.text).toContain("You are signed out.");
    expect((await browser.open("/account")).path).toBe("/sign-in");
  });

  it("by the link of the mail, in the same browser, asks for a button and nothing else", async () => {
    const browser = newBrowser();
    await signUp(browser);
    const [mail] = await test.mailsTo("ada@example.com");
    const page = await browser.open(`/verify?link=${linkIn(mail)}`);
    expect(page.html).not.toContain('type="password"');
    expect((await browser.complete(page, "/verify")).text).toContain("Your email address is confirmed.");
  });

  it("by the link in another browser asks for the password of the sign-up", async () => {
    await signUp(newBrowser());
    const [mail] = await test.mailsTo("ada@example.com");
    const other = newBrowser({ ip: "192.0.2.7" });
    const page = await other.open(`/verify?link=${linkIn(mail)}`);

    const wrong = await other.submit(page, "/verify", { password: "not the right one" });
    expect(wrong.status).toBe(422);
    expect(wrong.html).not.toContain("not the right one");
    expect(await test.space.users.find({ email: "ada@example.com" })).toBeNull();

    const verified = await other.complete(wrong, "/verify", { password: PASSWORD });
    expect(verified.path).toBe("/sign-in?done=verified");
    expect((await signIn(other)).location).toBe("/account");
  });

  it("asks for the password where the ticket in the browser is that of another sign-up", async () => {
    await signUp(newBrowser());
    const [mail] = await test.mailsTo("ada@example.com");
    const other = newBrowser();
    await signUp(other, "eve@example.com", "eve");
    const asked = await other.submit(await other.open(`/verify?link=${linkIn(mail)}`), "/verify");
    expect(asked.status).toBe(422);
    expect(asked.html).toContain('aria-invalid="true"');
    expect((await other.complete(asked, "/verify", { password: PASSWORD })).text).toContain("is confirmed");
  });

  it("survives programs that follow every link in a mail", async () => {
    const browser = newBrowser();
    await signUp(browser);
    const [mail] = await test.mailsTo("ada@example.com");
    const scanner = newBrowser({ ip: "198.51.100.3" });
    for (let i = 0; i < 10; i++) {
      const page = await scanner.get(`/verify?link=${linkIn(mail)}`);
      expect(page.status).toBe(200);
    }
    const page = await browser.open(`/verify?link=${linkIn(mail)}`);
    expect((await browser.complete(page, "/verify")).text).toContain("is confirmed");
    expect((await browser.get(`/verify?link=${linkIn(mail)}`)).status).toBe(422);
  });

  it("answers the same for an address that has an account", async () => {
    await createAda();
    const known = newBrowser();
    const unknown = newBrowser();
    const first = await known.submit(await known.open("/sign-up"), "/sign-up", {
      email: "ada@example.com",
      password: PASSWORD,
    });
    const second = await unknown.submit(await unknown.open("/sign-up"), "/sign-up", {
      email: "grace@example.com",
      password: PASSWORD,
    });
    expect([first.status, first.location]).toEqual([second.status, second.location]);
    const withoutTokens = async (browser: Browser) =>
      (await browser.open("/verify")).html.replace(/name="form_token" value="[^"]*"/g, "");
    expect(await withoutTokens(known)).toBe(await withoutTokens(unknown));
    const [mail] = await test.mailsTo("ada@example.com");
    expect(mail?.subject).toContain("already");
  });

  it("shows mistakes beside their fields and keeps what was typed, but no password", async () => {
    await createAda();
    const browser = newBrowser();
    const page = await browser.open("/sign-up");

    const taken = await browser.submit(page, "/sign-up", {
      email: "new@example.com",
      username: "Ada",
      password: PASSWORD,
    });
    expect(taken.status).toBe(409);
    expect(formFields(taken, "/sign-up")).toMatchObject({
      email: "new@example.com",
      username: "Ada",
      password: "",
    });
    expect(taken.html).toContain('id="sign-up-username-error"');
    expect(taken.html).toMatch(
      /<input id="sign-up-username"[^>]*aria-describedby="[^"]*sign-up-username-error"/,
    );
    expect(taken.html).toContain("<title>Error: ");
    expect(taken.html).not.toContain(PASSWORD);

    const short = await browser.submit(page, "/sign-up", { email: "new@example.com", password: "short" });
    expect(short.status).toBe(422);
    expect(short.text).toContain("at least 8 characters");

    const noEmail = await browser.submit(page, "/sign-up", { email: "no mail", password: PASSWORD });
    expect(noEmail.status).toBe(400);
    expect(noEmail.html).toContain('id="sign-up-email-error"');

    const empty = await browser.submit(page, "/sign-up");
    expect(empty.status).toBe(422);
    expect(empty.text.match(/Fill this in\./g)).toHaveLength(2);
  });

  it("sends another code, with which the earlier one is void", async () => {
    const browser = newBrowser();
    const waiting = await signUp(browser);
    const [first] = await test.mailsTo("ada@example.com");
    test.clock.advance(MINUTE);
    await browser.complete(await browser.open("/verify/again"), "/verify/again");
    const [second] = await test.mailsTo("ada@example.com");
    expect(second?.id).not.toBe(first?.id);
    const old = await browser.submit(waiting, "/verify", { code: codeIn(first) });
    expect(old.status).toBe(422);
    expect(old.html).toContain('aria-invalid="true"');
    expect((await browser.submit(waiting, "/verify", { code: codeIn(second) })).status).toBe(303);
  });

  it("leaves a ticket that serves no other page", async () => {
    const browser = newBrowser();
    await signUp(browser);
    expect((await browser.get("/reset/code")).location).toBe("/reset");
    expect((await browser.get("/sign-in/code")).location).toBe("/sign-in");
    await browser.complete(await browser.open("/reset"), "/reset", { identifier: "ada" });
    expect((await browser.open("/verify")).text).toContain("in the browser in which you asked for it");
  });

  it("is refused where the space takes no sign-ups", async () => {
    await test.reopen({ signUp: { enabled: false } });
    const browser = newBrowser();
    const page = await browser.open("/sign-up");
    expect(page.status).toBe(403);
    expect(page.text).toContain("takes no sign-ups");
    expect(page.text).not.toContain("<form");
    for (const path of ["/", "/sign-in"])
      expect((await browser.open(path)).text).not.toContain('href="/sign-up"');
  });

  it("needs no code where the space asks for none", async () => {
    await test.reopen({ signUp: { verification: "none" } });
    const browser = newBrowser();
    const done = await signUp(browser);
    expect(done.path).toBe("/sign-in?done=signed-up");
    const again = await browser.submit(await browser.open("/sign-up"), "/sign-up", {
      email: "ada@example.com",
      password: PASSWORD,
    });
    expect([again.status, again.html.includes('id="sign-up-email-error"')]).toEqual([409, true]);
  });

  it("goes on by signing in where the ticket is lost", async () => {
    await signUp(newBrowser());
    await test.mailsTo("ada@example.com");
    test.clock.advance(MINUTE);
    const browser = newBrowser();
    const page = await browser.follow(await signIn(browser));
    expect(page.path).toBe("/verify?done=confirm-first");
    const [mail] = await test.mailsTo("ada@example.com");
    expect((await browser.submit(page, "/verify", { code: codeIn(mail) })).status).toBe(303);
    expect((await signIn(browser)).location).toBe("/account");
  });
});

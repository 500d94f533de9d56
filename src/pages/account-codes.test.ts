import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../../test/helpers/pages-browser.js";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "a walk in the wet park";
let test: TestSpace;
let browser: Browser;
beforeEach(async () => {
  test = await openTestSpace({ signUp: { password: "optional" } });
  browser = new Browser(test.space);
});
afterEach(() => test.cleanup());

const newest = async (name: string) => (await test.mailsTo(`${name}@example.com`))[0];

/** Signs somebody in who has a password, and shows their account. */
async function ada() {
  const { id } = await test.space.users.create({
    username: "ada",
    email: "ada@example.com",
    emailVerified: true,
    password: PASSWORD,
  });
  const page = await browser.open("/sign-in");
  return {
    id,
    page: await browser.complete(page, "/sign-in", { identifier: "ada", password: PASSWORD }),
  };
}

/** Signs somebody in who has none, and shows their account. */
async function bea() {
  const { id } = await test.space.users.create({ username: "bea", email: "bea@example.com" });
  const asked = await browser.complete(await browser.open("/sign-in/mail"), "/sign-in/mail", {
    identifier: "bea",
  });
  const code = codeIn(await newest("bea"));
  return { id, page: await browser.complete(asked, "/sign-in/mail/code", { code }) };
}

describe("signing in with a mailed code on the pages", () => {
  it("leads from signing up without a password to the account and back in, by code and by link", async () => {
    const signUp = await browser.open("/sign-up");
    const waiting = await browser.complete(signUp, "/sign-up", { email: "bea@example.com", password: "" });
    await browser.complete(waiting, "/verify", { code: codeIn(await newest("bea")) });
    const signIn = await browser.open("/sign-in");
    expect(signIn.html).toContain('href="/sign-in/mail"');

    const ask = await browser.open("/sign-in/mail?return_to=%2Faccount");
    const asked = await browser.complete(ask, "/sign-in/mail", { identifier: "bea@example.com" });
    expect(asked.text).toContain("it works for 10 minutes");
    const wrong = await browser.submit(asked, "/sign-in/mail/code", { code: "AAAAAA" });
    expect([wrong.status, wrong.html.includes('id="code-code-error"')]).toEqual([422, true]);
    const mail = await newest("bea");
    const account = await browser.complete(asked, "/sign-in/mail/code", { code: codeIn(mail) });
    expect(account.path).toBe("/account");

    const elsewhere = new Browser(test.space);
    await elsewhere.complete(await elsewhere.open("/sign-in/mail"), "/sign-in/mail", {
      identifier: "bea@example.com",
    });
    const link = `/sign-in/link?link=${linkIn(await newest("bea"))}`;
    // Looking at it, as mail programs do, signs nobody in.
    for (let i = 0; i < 3; i++) expect((await elsewhere.open(link)).text).toContain("Press the button");
    expect(elsewhere.cookies.has("watchword")).toBe(false);
    const inside = await elsewhere.complete(await elsewhere.open(link), "/sign-in/link");
    expect(inside.path).toBe("/account");
    expect((await elsewhere.open(link)).status).toBe(422);
  });

  it("shows the same for a name that is nobody's", async () => {
    const shown: string[] = [];
    await test.space.users.create({ username: "bea", email: "bea@example.com" });
    for (const identifier of ["bea", "nobody"]) {
      const one = new Browser(test.space);
      const page = await one.complete(await one.open("/sign-in/mail"), "/sign-in/mail", { identifier });
      shown.push(page.text);
      const wrong = await one.submit(page, "/sign-in/mail/code", { code: "AAAAAA" });
      shown.push(`${wrong.status} ${wrong.text}`);
    }
    expect(shown[2]).toBe(shown[0]);
    expect(shown[3]).toBe(shown[1]);
  });

  it("is not offered where nobody may", async () => {
    await test.reopen({ signUp: {}, signIn: { emailCode: "nobody" } });
    browser = new Browser(test.space);
    expect((await browser.open("/sign-in")).html).not.toContain("/sign-in/mail");
  });

  it("asks for no password at sign-up where nobody has one", async () => {
    await test.reopen({ signUp: { password: "none" } });
    browser = new Browser(test.space);
    const page = await browser.open("/sign-up");
    expect(page.html).not.toContain('type="password"');
    const waiting = await browser.complete(page, "/sign-up", { email: "bea@example.com" });
    expect(waiting.path).toBe("/verify");
  });
});

describe("the account page", () => {
  it("changes the address with the password and the code from the new one", async () => {
    const { id, page } = await ada();
    const wrong = await browser.submit(page, "/account/email", { email: "l@example.com", password: "no" });
    expect(wrong.html).toContain('id="email-password-error"');
    const same = await browser.submit(page, "/account/email", {
      email: "ada@example.com",
      password: PASSWORD,
    });
    expect(same.text).toContain("This is the address that you have already.");
    const change = { email: "lovelace@example.com", password: PASSWORD };
    const waiting = await browser.complete(page, "/account/email", change);
    expect(waiting.path).toBe("/change-email");
    const changed = await browser.complete(waiting, "/change-email", {
      code: codeIn(await newest("lovelace")),
    });
    expect(changed.path).toBe("/account?done=email-changed");
    expect(changed.text).toContain("lovelace@example.com (confirmed)");
    expect((await test.space.users.get(id)).email).toBe("lovelace@example.com");
  });

  it("changes it by the link, in another browser too, by its button only", async () => {
    const { id, page } = await ada();
    await browser.complete(page, "/account/email", { email: "lovelace@example.com", password: PASSWORD });
    const link = `/change-email?link=${linkIn(await newest("lovelace"))}`;
    const elsewhere = new Browser(test.space);
    await elsewhere.open(link);
    expect((await test.space.users.get(id)).email).toBe("ada@example.com");
    const shown = await elsewhere.open(link);
    expect((await elsewhere.submit(shown, "/change-email", {})).html).toContain('id="code-password-error"');
    const wrong = await elsewhere.submit(shown, "/change-email", { password: "wrong password" });
    expect(wrong.text).toContain("This is not your password.");
    expect((await test.space.users.get(id)).email).toBe("ada@example.com");
    const done = await elsewhere.complete(shown, "/change-email", { password: PASSWORD });
    expect(done.path).toBe("/sign-in?done=email-changed");
    expect((await elsewhere.open(link)).status).toBe(422);
  });

  it("changes it by the link in the browser that asked, by the button alone", async () => {
    const { id, page } = await ada();
    await browser.complete(page, "/account/email", { email: "lovelace@example.com", password: PASSWORD });
    const shown = await browser.open(`/change-email?link=${linkIn(await newest("lovelace"))}`);
    expect(shown.html).not.toContain('type="password"');
    expect((await browser.complete(shown, "/change-email")).path).toBe("/account?done=email-changed");
    expect((await test.space.users.get(id)).email).toBe("lovelace@example.com");
  });

  it("changes it without a password by two codes, and deletes the account by one", async () => {
    const { id, page } = await bea();
    expect(page.text).toContain("You have no password");
    const old = await browser.complete(page, "/account/email/ask");
    const code = codeIn(await newest("bea"));
    const bad = await browser.submit(old, "/change-email/old", { code, email: "nowhere" });
    expect(bad.html).toContain('id="code-email-error"');
    const next = await browser.complete(old, "/change-email/old", { code, email: "beatrice@example.com" });
    const done = await browser.complete(next, "/change-email", { code: codeIn(await newest("beatrice")) });
    expect(done.text).toContain("beatrice@example.com (confirmed)");

    const asked = await browser.complete(done, "/account/delete/ask");
    expect(asked.html).not.toContain('type="password"');
    const gone = await browser.complete(asked, "/delete-account", {
      code: codeIn(await newest("beatrice")),
    });
    expect(gone.text).toContain("Your account is deleted.");
    expect(await test.space.users.find({ id })).toBeNull();
    expect(browser.cookies.has("watchword")).toBe(false);
  });

  it("deletes by link with the password only, and leaves others signed in", async () => {
    const { id } = await ada();
    await test.space.codes.request("delete-account", { userId: id });
    const link = `/delete-account?link=${linkIn(await newest("ada"))}`;
    await test.space.users.create({ username: "carl", password: PASSWORD });
    const carl = new Browser(test.space);
    await carl.complete(await carl.open("/sign-in"), "/sign-in", { identifier: "carl", password: PASSWORD });
    const page = await carl.open(link);
    for (const password of ["", "not hers"]) {
      const refused = await carl.submit(page, "/delete-account", { password });
      expect([refused.status, refused.html.includes('id="delete-password-error"')]).toEqual([422, true]);
    }
    await carl.complete(page, "/delete-account", { password: PASSWORD });
    expect(await test.space.users.find({ id })).toBeNull();
    expect((await carl.open("/account")).path).toBe("/account");
  });

  it("turns the second step on and off, and then signs in with it", async () => {
    const { page } = await ada();
    const wrong = await browser.submit(page, "/account/second-factor", { password: "no" });
    expect(wrong.html).toContain('id="second-factor-password-error"');
    const on = await browser.complete(page, "/account/second-factor", { password: PASSWORD });
    expect(on.text).toContain("asks for a code from a mail, besides the password");
    await newest("ada");

    const other = new Browser(test.space);
    const step = await other.complete(await other.open("/sign-in"), "/sign-in", {
      identifier: "ada",
      password: PASSWORD,
    });
    expect([step.path, other.cookies.has("watchword")]).toEqual(["/sign-in/code", false]);
    const inside = await other.complete(step, "/sign-in/code", { code: codeIn(await newest("ada")) });
    expect(inside.path).toBe("/account");

    const off = await other.complete(inside, "/account/second-factor", { password: PASSWORD });
    expect(off.path).toBe("/account?done=second-factor-off");
  });

  it("says what a second step needs", async () => {
    const { page } = await bea();
    expect(page.text).toContain("This needs a password, and an email address that is confirmed.");
  });
});

describe("unlocking on the pages", () => {
  it("is offered where there are too many tries, and lets the owner in at once", async () => {
    await test.space.users.create({ username: "ada", email: "ada@example.com", password: PASSWORD });
    const signIn = await browser.open("/sign-in");
    for (let i = 0; i < 5; i++)
      await browser.submit(signIn, "/sign-in", { identifier: "ada", password: "no" });
    const limited = await browser.submit(signIn, "/sign-in", { identifier: "ada", password: PASSWORD });
    expect([limited.status, limited.html.includes('href="/unlock"')]).toEqual([429, true]);

    const asked = await browser.complete(await browser.open("/unlock"), "/unlock", { identifier: "ada" });
    const done = await browser.complete(asked, "/unlock/code", { code: codeIn(await newest("ada")) });
    expect(done.text).toContain("The account is unlocked.");
    const inside = await browser.complete(done, "/sign-in", { identifier: "ada", password: PASSWORD });
    expect(inside.path).toBe("/account");
  });

  it("works by the button behind the link", async () => {
    await test.space.users.create({ username: "ada", email: "ada@example.com", password: PASSWORD });
    await browser.complete(await browser.open("/unlock"), "/unlock", { identifier: "ada" });
    const link = `/unlock?link=${linkIn(await newest("ada"))}`;
    await browser.open(link);
    const done = await browser.complete(await browser.open(link), "/unlock/link");
    expect(done.path).toBe("/sign-in?done=unlocked");
    expect((await browser.open(link)).status).toBe(422);
  });
});

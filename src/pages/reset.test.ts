import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Browser, formFields } from "../../test/helpers/pages-browser.js";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "a walk in the wet park";
const NEW_PASSWORD = "another walk, in the sun";

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

describe("a forgotten password", () => {
  it("is replaced by typed code, and every session ends", async () => {
    await createAda();
    const old = newBrowser();
    await signIn(old);
    const browser = newBrowser();
    const page = await browser.complete(await browser.open("/reset"), "/reset", {
      identifier: "ADA@example.com",
    });
    expect(page.path).toBe("/reset/code");

    const [mail] = await test.mailsTo("ada@example.com");
    const weak = await browser.submit(page, "/reset/code", { code: codeIn(mail), newPassword: "short" });
    expect([weak.status, formFields(weak, "/reset/code").code]).toEqual([422, codeIn(mail)]);
    const wrong = await browser.submit(page, "/reset/code", { code: "000000", newPassword: NEW_PASSWORD });
    expect(wrong.status).toBe(422);
    expect(wrong.html).not.toContain(NEW_PASSWORD);

    const done = await browser.complete(page, "/reset/code", {
      code: codeIn(mail),
      newPassword: NEW_PASSWORD,
    });
    expect(done.path).toBe("/sign-in?done=password-reset");
    expect(browser.cookies.has("watchword")).toBe(false);
    expect((await old.open("/account")).path).toBe("/sign-in");
    expect((await signIn(browser)).status).toBe(401);
    expect((await signIn(browser, "ada", NEW_PASSWORD)).location).toBe("/account");
  });

  it.each(["/reset", "/reset/link"])(
    "is replaced by the link at %s, which only the button uses up",
    async (path) => {
      await createAda();
      const asking = newBrowser();
      await asking.complete(await asking.open("/reset"), "/reset", { identifier: "ada" });
      const [mail] = await test.mailsTo("ada@example.com");
      const browser = newBrowser();
      for (let i = 0; i < 5; i++) await browser.get(`${path}?link=${linkIn(mail)}`);
      const page = await browser.open(`${path}?link=${linkIn(mail)}`);
      expect((await browser.submit(page, "/reset/link", { newPassword: "short" })).status).toBe(422);
      const done = await browser.complete(page, "/reset/link", { newPassword: NEW_PASSWORD });
      expect(done.path).toBe("/sign-in?done=password-reset");
      expect((await browser.submit(page, "/reset/link", { newPassword: PASSWORD })).status).toBe(422);
      expect((await browser.get(`${path}?link=${linkIn(mail)}`)).status).toBe(422);
      expect((await signIn(browser, "ada", NEW_PASSWORD)).status).toBe(303);
    },
  );

  it("answers the same for a name that nobody has", async () => {
    await createAda();
    const seen = await Promise.all(
      ["ada", "nobody", "nobody@example.com"].map(async (identifier) => {
        const browser = newBrowser();
        const answer = await browser.submit(await browser.open("/reset"), "/reset", { identifier });
        const page = await browser.open("/reset/code");
        const wrong = await browser.submit(page, "/reset/code", {
          code: "000000",
          newPassword: NEW_PASSWORD,
        });
        return [answer.status, answer.location, page.text, wrong.status, wrong.text];
      }),
    );
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it("is no way past the link of an address, and the other way round", async () => {
    const browser = newBrowser();
    await signUp(browser);
    const [mail] = await test.mailsTo("ada@example.com");
    expect((await browser.get(`/reset?link=${linkIn(mail)}`)).status).toBe(422);
    const form = new URLSearchParams({ ...formFields(await browser.open("/reset"), "/reset") });
    form.set("link", linkIn(mail));
    form.set("newPassword", NEW_PASSWORD);
    expect((await browser.post("/reset/link", form)).status).toBe(422);
    const page = await browser.open(`/verify?link=${linkIn(mail)}`);
    expect((await browser.submit(page, "/verify")).status).toBe(303);
  });

  it("limits how many mails a stranger can cause", async () => {
    await createAda();
    const browser = newBrowser();
    const page = await browser.open("/reset");
    const statuses: number[] = [];
    for (let i = 0; i < 40; i++) {
      const stranger = newBrowser({ ip: "203.0.113.9" });
      stranger.cookies.set("watchword-form", {
        value: browser.cookies.get("watchword-form")?.value ?? "",
        path: "/",
      });
      statuses.push((await stranger.submit(page, "/reset", { identifier: "ada" })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect((await test.mailsTo("ada@example.com")).length).toBeLessThanOrEqual(5);
  });
});

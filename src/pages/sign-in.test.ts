import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Browser, formFields } from "../../test/helpers/pages-browser.js";
import { codeIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

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

describe("signing in", () => {
  it("answers a wrong password and a wrong name alike", async () => {
    await createAda();
    const without = (html: string) => html.replace(/value="[^"]*"/g, "");
    const wrong = await signIn(newBrowser(), "ada", "not her password");
    const unknown = await signIn(newBrowser(), "bob", "not his password");
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(without(wrong.html)).toBe(without(unknown.html));
    expect(formFields(wrong, "/sign-in").identifier).toBe("ada");
    expect(wrong.html).toContain('role="alert"');
    expect(wrong.html).not.toContain("not her password");
  });

  it("says when to come back after too many tries", async () => {
    await createAda();
    const browser = newBrowser();
    for (let i = 0; i < 5; i++) expect((await signIn(browser, "ada", `guess ${i}`)).status).toBe(401);
    const limited = await signIn(browser);
    expect(limited.status).toBe(429);
    const wait = Number(limited.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(limited.headers.get("ratelimit")).toBe(`"default";r=0;t=${wait}`);
    expect(limited.headers.get("ratelimit-policy")).toBe('"default";q=5;w=86400');
    expect(limited.text).toMatch(/Try again in \d+ (second|minute)/);
    test.clock.advance(Number(limited.headers.get("retry-after")) * 1000);
    expect((await signIn(browser)).status).toBe(303);
  });

  it("goes where the app asked for, if that is on this site", async () => {
    await createAda();
    const browser = newBrowser();
    const there = await browser.open(`/sign-in?return_to=${encodeURIComponent("/app/orders?tab=open")}`);
    const answer = await browser.submit(there, "/sign-in", { identifier: "ada", password: PASSWORD });
    expect(answer.location).toBe("/app/orders?tab=open");

    for (const evil of ["//evil.example", "/\\evil.example", "https://evil.example", "/.//evil.example"]) {
      const page = await browser.open(`/sign-in?return_to=${encodeURIComponent(evil)}`);
      expect(page.html).not.toContain("evil.example");
      const fields = {
        ...formFields(page, "/sign-in"),
        identifier: "ada",
        password: PASSWORD,
        return_to: evil,
      };
      expect((await browser.post("/sign-in", new URLSearchParams(fields))).location).toBe("/account");
    }
  });

  it("gives a new session every time, and ends the one that the browser had", async () => {
    await createAda();
    const browser = newBrowser();
    await signIn(browser);
    const first = browser.cookies.get("watchword")?.value ?? "";
    await signIn(browser);
    const second = browser.cookies.get("watchword")?.value ?? "";
    expect(second).not.toBe(first);
    expect((await test.space.sessions.check(first)).status).toBe("not-found");
    expect((await test.space.sessions.check(second)).status).toBe("ok");
  });

  it("asks for a mailed code too after a hundred wrong passwords, and goes where it was asked to", async () => {
    await createAda();
    for (let i = 0; i < 100; i++)
      await test.space.signIn({ identifier: "ada", password: `guess ${i}`, ip: `203.0.113.${i}` });

    const browser = newBrowser();
    const page = await browser.open("/sign-in?return_to=%2Fapp");
    const second = await browser.complete(page, "/sign-in", { identifier: "ada", password: PASSWORD });
    expect(second.path).toBe("/sign-in/code?return_to=%2Fapp");
    expect(second.html).not.toContain(browser.cookies.get("watchword-ticket")?.value);

    const wrong = await browser.submit(second, "/sign-in/code", { code: "WRONG1" });
    expect([wrong.status, formFields(wrong, "/sign-in/code").code]).toEqual([422, "WRONG1"]);
    const [mail] = await test.mailsTo("ada@example.com");
    expect((await browser.submit(wrong, "/sign-in/code", { code: codeIn(mail) })).location).toBe("/app");
    expect(browser.cookies.has("watchword-ticket")).toBe(false);
  });

  it("begins anew without the ticket of the first step", async () => {
    expect((await newBrowser().get("/sign-in/code")).location).toBe("/sign-in");
  });

  it("says so where the server is busy, and keeps what was typed", async () => {
    await createAda();
    await test.reopen({ passwords: { argon2: { memory: 65_536, passes: 3, lanes: 1 }, slots: 1, queue: 1 } });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => signIn(newBrowser({ ip: `192.0.2.${i}` }), `nobody${i}`)),
    );
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    for (const page of busy) {
      expect(Number(page.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(formFields(page, "/sign-in").identifier).toMatch(/^nobody\d$/);
    }
  });

  it("tells those with the right password that they are blocked or switched off", async () => {
    const ada = await createAda();
    await test.space.users.block(ada.id, {
      reason: "<b>unpaid</b>",
      until: new Date(test.clock.now() + MINUTE),
    });
    const blocked = await signIn(newBrowser());
    expect(blocked.status).toBe(403);
    expect(blocked.text).toContain("blocked until 2 March 2026, 09:01 UTC. The reason given: <b>unpaid</b>");
    expect(blocked.html).not.toContain("<b>unpaid");
    await test.space.users.unblock(ada.id);
    await test.space.users.changePermissions(ada.id, { active: false });
    expect((await signIn(newBrowser())).text).toContain("switched off");
  });
});

describe("signing out", () => {
  it("takes a button, not a link", async () => {
    await createAda();
    const browser = newBrowser();
    await signIn(browser);
    const page = await browser.open("/sign-out");
    expect((await browser.open("/account")).path).toBe("/account");
    await browser.complete(page, "/sign-out");
    expect((await browser.open("/account")).path).toBe("/sign-in");
    expect((await test.space.sessions.list()).items).toEqual([]);
  });
});

import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ASSET_PATHS } from "#dist/pages/assets.js";
import { PAGE_PATHS } from "#dist/pages/pages.js";
import { attribute, Browser, formFields, type Shown } from "../../test/helpers/pages-browser.js";
import { linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "a walk in the wet park";
const OUTBOX_KEY = "the key of the outbox";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** Every address that takes a form; `pages` below checks that the list is whole. */
const POSTS = [
  "/sign-up",
  "/verify",
  "/verify/again",
  "/sign-in",
  "/sign-in/code",
  "/sign-in/mail",
  "/sign-in/mail/code",
  "/sign-in/link",
  "/sign-out",
  "/reset",
  "/reset/code",
  "/reset/link",
  "/unlock",
  "/unlock/code",
  "/unlock/link",
  "/account/profile",
  "/account/password",
  "/account/email",
  "/account/email/ask",
  "/account/second-factor",
  "/account/sessions/end",
  "/account/sessions/end-others",
  "/account/delete",
  "/account/delete/ask",
  "/change-email",
  "/change-email/old",
  "/delete-account",
  "/set-up",
];

let test: TestSpace;
let browser: Browser;
let token: string;
/** Every kind of page there is, by what it shows. */
let shown: ReadonlyMap<string, Shown>;

beforeAll(async () => {
  test = await openTestSpace({ http: { outboxKey: OUTBOX_KEY }, siteName: 'Ada & "Co" <b>' });
  const setUpToken = await test.space.setUp.createToken();
  await test.space.users.create({ username: "ada", email: "ada@example.com", password: PASSWORD });
  browser = new Browser(test.space);
  const seen = new Map<string, Shown>();
  const see = async (name: string, page: Promise<Shown>) => {
    seen.set(name, await page);
    return page;
  };
  await see("home", browser.open("/"));
  const signUp = await see("sign-up", browser.open("/sign-up"));
  await see("sign-up with mistakes", browser.submit(signUp, "/sign-up", { email: "x", username: "ada" }));
  await see("verify without a ticket", browser.open("/verify"));
  await see("verify again without a ticket", browser.open("/verify/again"));
  const waiting = await see(
    "verify",
    browser.complete(signUp, "/sign-up", { email: "new@example.com", password: PASSWORD }),
  );
  await see("verify with a mistake", browser.submit(waiting, "/verify", { code: "<script>" }));
  await see("verify again", browser.open("/verify/again"));
  const [mail] = await test.mailsTo("new@example.com");
  await see("verify by link", browser.open(`/verify?link=${linkIn(mail)}`));
  await see("verify by link elsewhere", new Browser(test.space).open(`/verify?link=${linkIn(mail)}`));
  await see("a dead link", browser.open("/verify?link=x"));
  const reset = await see("reset", browser.open("/reset"));
  await see("reset code", browser.complete(reset, "/reset", { identifier: "ada" }));
  const [resetMail] = await test.mailsTo("ada@example.com");
  await see("reset by link", browser.open(`/reset?link=${linkIn(resetMail)}`));
  await see("a dead reset link", browser.open("/reset?link=x"));
  await test.space.users.create({ username: "bea", email: "bea@example.com" });
  const bea = new Browser(test.space);
  const byMail = await see("sign-in by mail", bea.open("/sign-in/mail"));
  await see("sign-in by mail, code", bea.complete(byMail, "/sign-in/mail", { identifier: "bea" }));
  const [signInMail] = await test.mailsTo("bea@example.com");
  const byLink = await see("sign-in by link", bea.open(`/sign-in/link?link=${linkIn(signInMail)}`));
  const beasAccount = await see("account without a password", bea.complete(byLink, "/sign-in/link"));
  await see("change of address, old one", bea.complete(beasAccount, "/account/email/ask"));
  await see("deletion by code", bea.complete(beasAccount, "/account/delete/ask"));
  const deletion = (await test.mailsTo("bea@example.com")).find(({ subject }) => subject.includes("Delete"));
  await see("deletion by link", bea.open(`/delete-account?link=${linkIn(deletion)}`));
  const unlock = await see("unlock", browser.open("/unlock"));
  await see("unlock code", browser.complete(unlock, "/unlock", { identifier: "ada" }));
  const [unlockMail] = await test.mailsTo("ada@example.com");
  await see("unlock by link", browser.open(`/unlock?link=${linkIn(unlockMail)}`));
  await see("a dead link of another kind", browser.open("/unlock?link=x"));
  await see("set-up", browser.open(`/set-up?token=${setUpToken}`));
  await see("set-up without a token", browser.open("/set-up"));
  await see("nothing", browser.open("/nothing/here"));
  await see("outbox without its key", browser.open("/outbox"));
  await see("outbox", browser.open(`/outbox?key=${encodeURIComponent(OUTBOX_KEY)}`));
  await see("a mail", browser.open(`/outbox/${mail?.id}`));
  const signIn = await see("sign-in", browser.open("/sign-in"));
  await see(
    "sign-in with a mistake",
    browser.submit(signIn, "/sign-in", { identifier: "<b>", password: "x" }),
  );
  const account = await see(
    "account",
    browser.complete(signIn, "/sign-in", { identifier: "ada@example.com", password: PASSWORD }),
  );
  await see("account with a mistake", browser.submit(account, "/account/password", { newPassword: "x" }));
  const change = { email: "new@example.org", password: PASSWORD };
  await see("change of address", browser.complete(account, "/account/email", change));
  const [changeMail] = await test.mailsTo("new@example.org");
  await see("change of address by link", browser.open(`/change-email?link=${linkIn(changeMail)}`));
  await see("home when signed in", browser.open("/"));
  await see("sign-in when signed in", browser.open("/sign-in"));
  await see("sign-out", browser.open("/sign-out"));
  token = formFields(account, "/account/delete").form_token ?? "";
  shown = seen;
});

afterAll(async () => {
  await test.cleanup();
});

describe("every page", () => {
  it("is whole: language, viewport, title, one heading, one main part", () => {
    for (const [name, { html }] of shown) {
      expect(html, name).toMatch(/^<!DOCTYPE html><html lang="en">/);
      expect(html, name).toContain('<meta name="viewport" content="width=device-width, initial-scale=1"/>');
      expect(html, name).toMatch(/<title>[^<]+ · Ada &amp; &quot;Co&quot; &lt;b&gt;<\/title>/);
      expect(html.match(/<h1>/g), name).toHaveLength(1);
      expect(html.match(/<main /g), name).toHaveLength(1);
    }
    const titles = new Set([...shown.values()].map(({ html }) => /<title>(.*?)<\/title>/.exec(html)?.[1]));
    expect(titles.size).toBeGreaterThan(12);
  });

  it("names and describes each of its fields, and tells password managers what it is", () => {
    for (const [name, { html }] of shown) {
      const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(ids).size, name).toBe(ids.length);
      for (const [tag] of html.matchAll(/<input [^>]*>/g)) {
        if (attribute(tag, "type") === "hidden" || / hidden=/.test(tag)) continue;
        expect(html, `${name}: ${tag}`).toContain(`<label for="${attribute(tag, "id")}">`);
        for (const id of attribute(tag, "aria-describedby")?.split(" ") ?? [])
          expect(ids, `${name}: ${tag}`).toContain(id);
        expect(
          ["username", "email", "current-password", "new-password", "one-time-code", "language"],
          `${name}: ${tag}`,
        ).toContain(attribute(tag, "autocomplete"));
        expect(tag, name).not.toMatch(/\s(maxlength|onpaste)=/);
      }
    }
  });

  it("puts an error into the description of its field", () => {
    const { html } = shown.get("account with a mistake") ?? { html: "" };
    expect(html).toMatch(/<input id="password-currentPassword"[^>]*aria-invalid="true"/);
    expect(html).toMatch(/aria-describedby="password-currentPassword-error"/);
    expect(html).toContain("<title>Error: ");
  });

  it("needs and holds no script, and escapes what people typed", () => {
    for (const [name, { html }] of shown) {
      expect(html.replace(/srcdoc="[^"]*"/, ""), name).not.toMatch(/<script|javascript:|\son\w+=|\sstyle=/i);
      expect(html, name).not.toContain("<b>");
    }
  });

  it("asks browsers to keep it to themselves", () => {
    for (const [name, { headers }] of shown) {
      const policy = headers.get("content-security-policy") ?? "";
      const styles = name === "a mail" ? "'self' 'unsafe-inline'" : "'self'";
      expect(policy.split("; "), name).toEqual([
        "default-src 'none'",
        `style-src ${styles}`,
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]);
      expect(headers.get("referrer-policy"), name).toBe("same-origin");
      expect(headers.get("x-content-type-options"), name).toBe("nosniff");
      expect(headers.get("cache-control"), name).toBe("no-store");
      expect(headers.get("content-type"), name).toBe("text/html; charset=utf-8");
    }
  });

  it("answers methods that it does not know with 405, and what does not exist with 404", async () => {
    const takes: string[] = [];
    for (const path of PAGE_PATHS) {
      const answer = async (method: string) => {
        const request = new Request(`http://localhost:3000${path.replace(":id", "1")}`, {
          method,
          headers: { origin: "http://localhost:3000", "content-type": FORM_TYPE },
        });
        return test.space.handler(request, { ip: "127.0.0.1" });
      };
      for (const method of ["PUT", "PATCH", "DELETE"]) {
        const response = await answer(method);
        expect([path, method, response.status]).toEqual([path, method, 405]);
        expect(response.headers.get("allow")).toMatch(/GET, HEAD|POST/);
      }
      if ((await answer("POST")).status !== 405) takes.push(path);
    }
    expect(takes.sort()).toEqual([...POSTS].sort());
    expect(shown.get("nothing")?.status).toBe(404);
  });
});

describe("every form", () => {
  const fields = (formToken: string) => new URLSearchParams({ form_token: formToken });

  it.each(POSTS)("%s is refused without the token, and with that of another browser", async (path) => {
    const stranger = new Browser(test.space);
    const foreign = formFields(await stranger.open("/sign-in"), "/sign-in").form_token ?? "";
    for (const wrong of ["", foreign, `${token}x`, token.slice(1)]) {
      const answer = await browser.post(path, fields(wrong));
      expect([wrong, answer.status, answer.location]).toEqual([wrong, 403, null]);
    }
    expect((await browser.post(path, new URLSearchParams({ code: "1" }))).status).toBe(403);
    expect((await browser.post(path, fields(token))).status).not.toBe(403);
    await signInAgain();
  });

  it.each(POSTS)("%s is refused from another site, whatever token it brings", async (path) => {
    for (const headers of [
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      { origin: "https://evil.example" },
      { origin: "null", "sec-fetch-site": "cross-site" },
      { origin: "http://localhost:3001", "sec-fetch-site": "same-site" },
      { origin: "http://localhost:3000", "sec-fetch-site": "cross-site" },
      { origin: "http://localhost:3000.evil.example", "sec-fetch-site": "same-origin" },
    ] as Record<string, string>[])
      expect([headers, (await browser.post(path, fields(token), headers)).status]).toEqual([headers, 403]);
  });

  it.each(POSTS)("%s takes one media type, and each field once", async (path) => {
    for (const type of [
      "text/plain",
      "text/plain; application/x-www-form-urlencoded",
      "application/json",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded2",
      "application/x-www-form-urlencoded, text/plain",
      "application/xml",
      "",
    ])
      expect((await browser.post(path, fields(token), { "content-type": type })).status).toBe(415);
    const twice = fields(token);
    twice.append("form_token", token);
    expect((await browser.post(path, twice)).status).toBe(400);
    const large = fields(token);
    large.set("code", "x".repeat(1024 * 1024));
    expect((await browser.post(path, large)).status).toBe(413);
  });

  /** Some of the forms above end the session, as they should. */
  async function signInAgain() {
    if ((await browser.open("/account")).path === "/account") return;
    const account = await browser.complete(await browser.open("/sign-in"), "/sign-in", {
      identifier: "ada@example.com",
      password: PASSWORD,
    });
    token = formFields(account, "/account/delete").form_token ?? "";
  }
});

describe("tokens of a form", () => {
  it("from before signing in are void after it", async () => {
    const one = new Browser(test.space);
    const page = await one.open("/sign-in");
    await one.complete(page, "/sign-in", { identifier: "ada@example.com", password: PASSWORD });
    const old = formFields(page, "/sign-in").form_token ?? "";
    expect(
      (await one.post("/account/sessions/end-others", new URLSearchParams({ form_token: old }))).status,
    ).toBe(403);
  });
});

describe("the stylesheet", () => {
  it("is served, and kept under its version for good", async () => {
    const href = /<link rel="stylesheet" href="([^"]*)"/.exec(shown.get("home")?.html ?? "")?.[1] ?? "";
    const styles = await browser.get(href);
    expect([styles.status, styles.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
    expect(styles.headers.get("cache-control")).toContain("immutable");
    expect((await browser.get("/assets/watchword.css?v=old")).headers.get("cache-control")).not.toContain(
      "immutable",
    );
    expect((await browser.get("/assets/watchword.svg")).headers.get("content-type")).toBe("image/svg+xml");
    expect((await browser.get("/assets/other.css")).status).toBe(404);
  });
});

describe("docs/pages.md", () => {
  it("has a row for every page and file", async () => {
    const docs = await readFile(new URL("../../docs/pages.md", import.meta.url), "utf8");
    for (const path of [...PAGE_PATHS, ...ASSET_PATHS]) expect(docs).toContain(`\n| \`${path}\` `);
  });
});

describe("a parameter given twice", () => {
  it("is refused, for whoever reads it next might take the other", async () => {
    for (const path of [
      "/verify?link=a&link=b",
      "/reset?link=a&link=b",
      "/sign-in?return_to=/a&return_to=//b",
    ])
      expect((await browser.get(path)).status).toBe(400);
  });
});

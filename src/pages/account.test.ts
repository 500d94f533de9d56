import { afterEach, beforeEach, expect, it } from "vitest";
import { Browser, formFields, type Shown } from "../../test/helpers/pages-browser.js";
import { codeIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "a walk in the wet park";
const NEW_PASSWORD = "another walk, in the sun";

let test: TestSpace;
let id: string;
let browser: Browser;
let page: Shown;

beforeEach(async () => {
  test = await openTestSpace();
  const ada = await test.space.users.create({
    username: "ada",
    email: "ada@example.com",
    emailVerified: true,
    password: PASSWORD,
  });
  id = ada.id;
  browser = await signedIn();
  page = await browser.open("/account");
});

afterEach(async () => {
  await test.cleanup();
});

async function signedIn(identifier = "ada", userAgent?: string): Promise<Browser> {
  const one = new Browser(test.space, userAgent === undefined ? {} : { userAgent });
  await one.complete(await one.open("/sign-in"), "/sign-in", { identifier, password: PASSWORD });
  return one;
}

it("changes username and language", async () => {
  const saved = await browser.complete(page, "/account/profile", {
    username: " countess ",
    userLocale: "en-GB",
  });
  expect(saved.path).toBe("/account?done=profile-saved");
  expect(formFields(saved, "/account/profile")).toMatchObject({ username: "countess", userLocale: "en-GB" });
  expect(await test.space.users.get(id)).toMatchObject({ username: "countess", locale: "en-GB" });

  await browser.complete(page, "/account/profile", { username: "", userLocale: "" });
  expect(await test.space.users.get(id)).toMatchObject({ username: null, locale: null });
});

it("keeps what was typed where a name is taken or no name, and no language", async () => {
  await test.space.users.create({ username: "bob" });
  const taken = await browser.submit(page, "/account/profile", { username: "BOB", userLocale: "en" });
  expect([taken.status, formFields(taken, "/account/profile").username]).toEqual([409, "BOB"]);
  const other = await browser.submit(page, "/account/profile", { username: "bob@example.com" });
  expect(other.status).toBe(400);
  const locale = await browser.submit(page, "/account/profile", { userLocale: "not a language" });
  expect(locale.status).toBe(422);
  expect(locale.html).toContain('id="profile-userLocale-error"');
  expect((await test.space.users.get(id)).username).toBe("ada");
});

it("escapes what people call themselves", async () => {
  const name = `"><script>alert(1)</script>&'`;
  const saved = await browser.complete(page, "/account/profile", { username: name });
  expect(saved.html).not.toContain("<script");
  expect(formFields(saved, "/account/profile").username).toBe(name);
});

it("changes the password, under a new session, and ends the others", async () => {
  const elsewhere = await signedIn();
  const before = browser.cookies.get("watchword")?.value ?? "";

  const wrong = await browser.submit(page, "/account/password", {
    currentPassword: "not her password",
    newPassword: NEW_PASSWORD,
  });
  expect(wrong.html).toContain('id="password-currentPassword-error"');
  expect(wrong.status).toBe(422);
  const weak = await browser.submit(page, "/account/password", {
    currentPassword: PASSWORD,
    newPassword: "ada",
  });
  expect(weak.html).toContain('id="password-newPassword-error"');

  const changed = await browser.complete(page, "/account/password", {
    currentPassword: PASSWORD,
    newPassword: NEW_PASSWORD,
  });
  expect(changed.path).toBe("/account?done=password-changed");
  expect(browser.cookies.get("watchword")?.value).not.toBe(before);
  expect((await test.space.sessions.check(before)).status).not.toBe("ok");
  expect((await elsewhere.open("/account")).path).toBe("/sign-in");
});

it("shows where one is signed in, and ends one or all others", async () => {
  const phone = await signedIn("ada", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1");
  const tablet = await signedIn("ada", "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) Safari/604.1");
  const laptop = await signedIn(
    "ada",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/137.0 Safari/537.36",
  );
  page = await browser.open("/account");
  expect(page.text).toContain("Firefox on Linux This device");
  for (const device of ["Safari on iPhone", "Safari on iPad", "Chrome on macOS"])
    expect(page.text).toContain(device);

  const iphone = [0, 1, 2].find((index) => rowOf(page, index).includes("iPhone"));
  await browser.complete(page, "/account/sessions/end", {}, iphone);
  expect((await phone.open("/account")).path).toBe("/sign-in");
  expect((await tablet.open("/account")).path).toBe("/account");

  const rest = await browser.complete(await browser.open("/account"), "/account/sessions/end-others");
  expect(rest.text).toContain("All other devices are signed out.");
  for (const other of [tablet, laptop]) expect((await other.open("/account")).path).toBe("/sign-in");
  expect((await browser.open("/account")).path).toBe("/account");
});

/** The label of a row's button names the device. */
function rowOf(shown: Shown, index: number): string {
  return [...shown.html.matchAll(/aria-label="(Sign out [^"]*)"/g)][index]?.[1] ?? "";
}

it("ends nobody else's session", async () => {
  await test.space.users.create({ username: "bob", password: PASSWORD });
  const bob = await signedIn("bob");
  const [session] = (await test.space.sessions.list({ userId: id })).items;
  await signedIn();
  const page = await bob.open("/account");
  const form = new URLSearchParams({
    form_token: formFields(page, "/account/delete").form_token ?? "",
    session: session?.id ?? "",
  });
  expect((await bob.post("/account/sessions/end", form)).status).toBe(404);
  expect((await browser.open("/account")).path).toBe("/account");
});

it("is deleted with the password only, and after five wrong ones not even with that", async () => {
  for (let i = 0; i < 4; i++) {
    const wrong = await browser.submit(page, "/account/delete", { password: `guess ${i}` });
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('id="deletion-password-error"');
  }
  expect((await browser.submit(page, "/account/delete", { password: "guess" })).status).toBe(422);
  expect((await browser.submit(page, "/account/delete", { password: PASSWORD })).status).toBe(429);
  test.clock.advance(15 * 60_000);
  const gone = await browser.complete(page, "/account/delete", { password: PASSWORD });
  expect(gone.text).toContain("Your account is deleted.");
  expect(await test.space.users.find({ id })).toBeNull();
  expect(browser.cookies.has("watchword")).toBe(false);
});

it("confirms an address from within, and stays signed in", async () => {
  await test.space.users.update(id, { email: "ada@example.org" });
  page = await browser.open("/account");
  expect(page.text).toContain("ada@example.org (not confirmed yet)");
  const waiting = await browser.complete(await browser.open("/verify/again"), "/verify/again");
  const [mail] = await test.mailsTo("ada@example.org");
  const confirmed = await browser.complete(waiting, "/verify", { code: codeIn(mail) });
  expect(confirmed.path).toBe("/account?done=address-confirmed");
  expect(confirmed.text).toContain("ada@example.org (confirmed)");
});

it("asks to sign in where nobody is, and changes nothing", async () => {
  const stranger = new Browser(test.space);
  for (const path of ["profile", "password", "sessions/end", "sessions/end-others", "delete"]) {
    const answer = await stranger.post(`/account/${path}`, new URLSearchParams({ password: PASSWORD }));
    expect([answer.status, answer.location]).toEqual([303, "/sign-in"]);
    expect((await browser.get(`/account/${path}`)).location).toBe("/account");
  }
  expect((await test.space.sessions.list({ userId: id })).items).toHaveLength(1);
});

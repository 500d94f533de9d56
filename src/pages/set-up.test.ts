import { afterEach, beforeEach, expect, it } from "vitest";
import { Browser, formFields } from "../../test/helpers/pages-browser.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "a walk in the wet park";
const NAMES = { username: "root", email: "root@example.com" };

let test: TestSpace;
let browser: Browser;

beforeEach(async () => {
  test = await openTestSpace();
  browser = new Browser(test.space);
});

afterEach(async () => {
  await test.cleanup();
});

it("makes the first administrator with the link of the terminal, once", async () => {
  const token = (await test.space.setUp.createToken()) ?? "";
  expect((await browser.open("/")).text).toContain("There is no administrator yet.");
  for (let i = 0; i < 5; i++) await browser.get(`/set-up?token=${token}`);

  const page = await browser.open(`/set-up?token=${token}`);
  const weak = await browser.submit(page, "/set-up", { ...NAMES, password: "root" });
  expect([weak.status, formFields(weak, "/set-up").email]).toEqual([422, "root@example.com"]);
  const done = await browser.complete(weak, "/set-up", { ...NAMES, password: PASSWORD });
  expect(done.path).toBe("/sign-in?done=set-up");
  expect(browser.cookies.has("watchword")).toBe(false);
  expect(await test.space.users.find({ username: "root" })).toMatchObject({ superuser: true });

  expect(
    (await browser.submit(page, "/set-up", { ...NAMES, username: "second", password: PASSWORD })).status,
  ).toBe(410);
  expect((await browser.get(`/set-up?token=${token}`)).status).toBe(410);
  expect(await test.space.users.count()).toBe(1);
  expect((await browser.open("/")).text).not.toContain("There is no administrator yet.");
  const account = await browser.complete(done, "/sign-in", { identifier: "root", password: PASSWORD });
  expect(account.text).toContain("Superuser");
});

it("refuses a link that is wrong, or was replaced by a newer one", async () => {
  const old = (await test.space.setUp.createToken()) ?? "";
  const token = (await test.space.setUp.createToken()) ?? "";
  for (const wrong of [old, "", "x", `${token}x`])
    expect((await browser.get(`/set-up?token=${encodeURIComponent(wrong)}`)).status).toBe(422);
  expect((await browser.get("/set-up")).text).toContain("stands in the terminal");

  const page = await browser.open(`/set-up?token=${token}`);
  const fields = { ...formFields(page, "/set-up"), ...NAMES, password: PASSWORD, token: old };
  expect((await browser.post("/set-up", new URLSearchParams(fields))).status).toBe(422);
  expect(await test.space.users.count()).toBe(0);
});

it("tells of a name that somebody has", async () => {
  await test.space.users.create({ username: "root", email: "first@example.com" });
  const token = (await test.space.setUp.createToken()) ?? "";
  const page = await browser.open(`/set-up?token=${token}`);
  const taken = await browser.submit(page, "/set-up", { ...NAMES, password: PASSWORD });
  expect([taken.status, taken.html.includes('id="set-up-username-error"')]).toEqual([409, true]);
  expect(
    (await browser.submit(page, "/set-up", { ...NAMES, username: "adm", password: PASSWORD })).status,
  ).toBe(303);
});

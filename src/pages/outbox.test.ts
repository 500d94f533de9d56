import { afterEach, beforeEach, expect, it } from "vitest";
import { attribute, Browser } from "../../test/helpers/pages-browser.js";
import { codeIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const KEY = "key of the outbox, with spaces; & signs";
const WITH_KEY = `/outbox?key=${encodeURIComponent(KEY)}`;

let test: TestSpace;

beforeEach(async () => {
  test = await openTestSpace({ http: { outboxKey: KEY } });
  await test.space.users.create({ username: "ada", email: "ada@example.com" });
  await test.space.codes.request("reset-password", { identifier: "ada" });
  await test.space.mail.deliver();
});

afterEach(async () => {
  await test.cleanup();
});

it("shows mails to whoever has the key, which leaves the address bar at once", async () => {
  const browser = new Browser(test.space);
  expect((await browser.get("/outbox")).status).toBe(403);
  const first = await browser.get(WITH_KEY);
  expect([first.status, first.location]).toEqual([303, "/outbox"]);
  expect(first.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^watchword-outbox=[\w-]{43}; Path=\/outbox; HttpOnly; SameSite=Strict$/),
  ]);
  expect(first.headers.getSetCookie().join()).not.toContain(encodeURIComponent(KEY));

  const list = await browser.open("/outbox");
  const href = /<a href="(\/outbox\/[^"]+)"/.exec(list.html)?.[1] ?? "";
  const mail = await browser.open(href);
  const [stored] = await test.space.mail.outbox();
  expect(mail.text).toContain(codeIn(stored));

  const frame = /<iframe [^>]*>/.exec(mail.html)?.[0] ?? "";
  expect(attribute(frame, "sandbox")).toBe("");
  expect(attribute(frame, "srcdoc")).toBe(stored?.html);
  const link = /<pre>.*?<a href="([^"]+)"/s.exec(mail.html)?.[1] ?? "";
  expect(link).toMatch(/^http:\/\/localhost:3000\/reset\?link=/);
  expect((await browser.open(new URL(link).pathname + new URL(link).search)).status).toBe(200);
  expect((await browser.get("/outbox/none")).status).toBe(404);
});

it("shows nothing to a wrong key, a made-up cookie, or that of another space", async () => {
  const browser = new Browser(test.space);
  for (const wrong of ["", "x", `${KEY} `, KEY.slice(0, -1)]) {
    const answer = await browser.get(`/outbox?key=${encodeURIComponent(wrong)}`);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
  }
  const other = await openTestSpace({ http: { outboxKey: KEY } });
  try {
    const elsewhere = new Browser(other.space);
    await elsewhere.get(WITH_KEY);
    for (const value of [
      "x",
      encodeURIComponent(KEY),
      elsewhere.cookies.get("watchword-outbox")?.value ?? "",
    ]) {
      browser.cookies.set("watchword-outbox", { value, path: "/outbox" });
      expect((await browser.get("/outbox")).status).toBe(403);
    }
  } finally {
    await other.cleanup();
  }
});

it("is not there under a name that is not this machine's, even with the key", async () => {
  for (const origin of ["http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost:3000"])
    expect((await new Browser(test.space, { origin }).get(WITH_KEY)).status).toBe(303);
  for (const origin of [
    "http://evil.example",
    "http://localhost.evil.example:3000",
    "http://127.0.0.1.evil.example",
    "http://192.168.1.5:3000",
    "http://0.0.0.0:3000",
  ])
    expect((await new Browser(test.space, { origin }).get(WITH_KEY)).status).toBe(404);
  expect((await new Browser(test.space).get(WITH_KEY, { host: "evil.example" })).status).toBe(404);
  expect((await new Browser(test.space).get(WITH_KEY, { host: "localhost@evil.example" })).status).toBe(404);
});

it("is not there without a key in the options", async () => {
  await test.reopen({ http: {} });
  const browser = new Browser(test.space);
  for (const path of ["/outbox", "/outbox?key=", WITH_KEY, "/outbox/1"])
    expect((await browser.get(path)).status).toBe(404);
});

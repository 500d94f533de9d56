import { afterEach, expect, it } from "vitest";
import { callApi } from "../../test/helpers/api.js";
import { linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

let test: TestSpace;
afterEach(() => test.cleanup());

/** The statuses of wrong passwords for one account, each under another forwarded address. */
async function guess(count: number, forwarded: (turn: number) => string): Promise<number[]> {
  const statuses: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const headers = {
      "x-forwarded-for": forwarded(turn),
      "x-real-ip": `198.51.100.${turn}`,
      forwarded: `for=198.51.100.${turn}`,
    };
    const body = { identifier: "ada", password: `guess ${turn}` };
    statuses.push((await callApi(test.space, "192.0.2.1", "POST", "/api/sign-in", body, headers)).status);
  }
  return statuses;
}

it("200 invented addresses do not get around the limit where no proxy is trusted", async () => {
  test = await openTestSpace();
  await test.space.users.create({ username: "ada", password: "correct horse battery staple" });
  const statuses = await guess(200, (turn) => `203.0.113.${turn}, 198.51.100.${turn}`);
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
  expect(statuses.at(-1)).toBe(429);
});

it("with one trusted proxy only what it wrote counts", async () => {
  test = await openTestSpace({ http: { trustProxy: 1 } });
  await test.space.users.create({ username: "ada", password: "correct horse battery staple" });
  const invented = await guess(50, (turn) => `203.0.113.${turn}, 198.51.100.1`);
  expect(invented.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
  const { items } = await test.space.audit.list({ size: 1000 });
  const addresses = new Set(items.map(({ ip }) => ip).filter((ip) => ip !== null));
  expect([...addresses]).toEqual(["198.51.100.1"]);
  const elsewhere = await guess(3, () => "198.51.100.2");
  expect(elsewhere).toEqual([401, 401, 401]);
});

it("links in mails begin with baseUrl, whatever host a request names", async () => {
  test = await openTestSpace({ baseUrl: "https://accounts.example.com" });
  await test.space.users.create({ username: "ada", email: "ada@example.com", emailVerified: true });
  const headers = {
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "http",
    forwarded: "host=evil.example",
    "x-original-url": "https://evil.example/",
  };
  const request = new Request("https://evil.example/api/password/reset", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ identifier: "ada" }),
  });
  expect((await test.space.handler(request, { ip: "192.0.2.1" })).status).toBe(202);
  const [mail] = await test.mailsTo("ada@example.com");
  expect(linkIn(mail)).not.toBe("");
  const addresses = `${mail?.text}${mail?.html}`.match(/https?:\/\/[^\s"<>]+/g) ?? [];
  expect(addresses.length).toBeGreaterThan(0);
  for (const address of addresses) expect(address).toMatch(/^https:\/\/accounts\.example\.com(\/|$)/);
});

it("without an address the limits for addresses are off, and the log says so once", async () => {
  const warnings: string[] = [];
  const logger = {
    debug() {},
    info() {},
    warn: (_: object, message: string) => warnings.push(message),
    error() {},
  };
  test = await openTestSpace({ logger });
  for (let turn = 0; turn < 3; turn++) await callApi(test.space, null, "GET", "/health/live", undefined, {});
  expect(warnings.filter((message) => message.includes("limits for addresses are off"))).toHaveLength(1);
});

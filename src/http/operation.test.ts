import { afterEach, describe, expect, it } from "vitest";
import { callApi } from "../../test/helpers/api.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const TOKEN = "a token for the scraper";
const PASSWORD = "correct horse battery staple";

let test: TestSpace;
afterEach(() => test.cleanup());

const get = (path: string, headers: Record<string, string> = {}) =>
  callApi(test.space, "192.0.2.1", "GET", path, undefined, headers);

function recorder() {
  const lines: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    lines.push({ level, fields: { ...fields }, message });
  return { lines, logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

describe("health", () => {
  it("tells a living server from a ready one", async () => {
    test = await openTestSpace();
    expect((await get("/health/live")).body).toEqual({ status: "ok" });
    expect((await get("/health/ready")).body).toEqual({ status: "ok", milliseconds: expect.any(Number) });
  });

  it("is not ready without its database, and says nothing about it", async () => {
    const { logger } = recorder();
    test = await openTestSpace({ logger });
    await test.space.close();
    expect((await get("/health/live")).status).toBe(200);
    const ready = await get("/health/ready");
    expect(ready.status).toBe(503);
    expect(Number(ready.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(JSON.stringify(ready.body)).not.toContain(test.space.database.location);
    expect((await get("/api/session", { authorization: `Bearer ${"a".repeat(43)}` })).status).toBe(503);
    await test.reopen();
  });
});

describe("metrics", () => {
  const scrape = (token: string) => get("/metrics", { authorization: `Bearer ${token}` });

  it("are there for the token only", async () => {
    test = await openTestSpace({ http: { metricsToken: TOKEN } });
    expect((await scrape(TOKEN)).status).toBe(200);
    for (const token of ["", "x", TOKEN.slice(1), `${TOKEN} `.repeat(2)])
      expect((await scrape(token)).status).toBe(404);
    expect((await get("/metrics")).status).toBe(404);
  });

  it("are not there without the option", async () => {
    test = await openTestSpace();
    expect((await scrape("")).status).toBe(404);
    expect((await scrape("undefined")).status).toBe(404);
  });

  it("count requests, session checks, sign-ins and mails", async () => {
    test = await openTestSpace({
      http: { metricsToken: TOKEN },
      mail: { notices: { newDevice: false } },
    });
    const { id } = await test.space.users.create({
      username: "ada",
      email: "ada@example.com",
      password: PASSWORD,
    });
    const { token } = await test.space.sessions.create({ userId: id });
    await get("/api/session", { authorization: `Bearer ${token}` });
    await get("/api/session", { authorization: `Bearer ${"a".repeat(43)}` });
    await get("/api/account", { authorization: `Bearer ${token}` });
    await get("/api/nowhere/at/all");
    await callApi(
      test.space,
      "192.0.2.1",
      "POST",
      "/api/sign-in",
      { identifier: "ada", password: PASSWORD },
      {},
    );
    await callApi(
      test.space,
      "192.0.2.1",
      "POST",
      "/api/sign-in",
      { identifier: "ada", password: "wrong" },
      {},
    );
    await callApi(test.space, "192.0.2.1", "POST", "/api/password/reset", { identifier: "ada" }, {});
    const lines = String((await scrape(TOKEN)).body).split("\n");
    for (const line of [
      'watchword_http_requests_total{method="GET",route="/api/session",status="200"} 1',
      'watchword_http_requests_total{method="GET",route="/api/session",status="401"} 1',
      'watchword_http_requests_total{method="GET",route="unmatched",status="404"} 1',
      'watchword_http_request_duration_seconds_count{method="POST",route="/api/sign-in"} 2',
      'watchword_session_checks_total{outcome="ok"} 2',
      'watchword_session_checks_total{outcome="not-found"} 1',
      'watchword_sign_ins_total{outcome="signed-in"} 1',
      'watchword_sign_ins_total{outcome="wrong-credentials"} 1',
      'watchword_mails{state="queued"} 1',
      'watchword_mails{state="failed"} 0',
      "watchword_database_up 1",
    ])
      expect(lines).toContain(line);
  });
});

describe("the log", () => {
  it("has a line for each request, with the pattern of the route and no secret in it", async () => {
    const { lines, logger } = recorder();
    test = await openTestSpace({ logger });
    const { id } = await test.space.users.create({
      username: "ada",
      email: "ada@example.com",
      password: PASSWORD,
    });
    const { token } = await test.space.sessions.create({ userId: id });
    const bearer = { authorization: `Bearer ${token}` };
    await callApi(test.space, "192.0.2.1", "GET", `/api/account/sessions?after=${id}`, undefined, bearer);
    await callApi(test.space, "192.0.2.1", "DELETE", `/api/account/sessions/${id}`, undefined, bearer);
    await callApi(test.space, "192.0.2.1", "GET", "/api/session", undefined, {
      cookie: `watchword=${token}`,
    });
    await callApi(
      test.space,
      "192.0.2.1",
      "POST",
      "/api/sign-in",
      { identifier: "ada", password: PASSWORD },
      {},
    );
    await callApi(test.space, "192.0.2.1", "POST", "/api/sign-in", `{"password":"${PASSWORD}"`, {});
    await callApi(test.space, "192.0.2.1", "GET", "/verify?link=a-secret-link", undefined, {});

    const requests = lines.filter(({ message }) => message === "request");
    expect(requests.map(({ level, fields }) => [level, fields.method, fields.route, fields.status])).toEqual([
      ["info", "GET", "/api/account/sessions", 200],
      ["info", "DELETE", "/api/account/sessions/:id", 404],
      ["debug", "GET", "/api/session", 200],
      ["info", "POST", "/api/sign-in", 200],
      ["info", "POST", "/api/sign-in", 400],
      ["info", "GET", "/verify", expect.any(Number)],
    ]);
    expect(requests[0]?.fields).toMatchObject({ ms: expect.any(Number), requestId: expect.any(String) });
    const text = JSON.stringify(lines);
    for (const secret of [token, PASSWORD, "a-secret-link", "192.0.2.1", "ada@example.com", id])
      expect(text).not.toContain(secret);
  });
});

it("a failure of our own is 500 with an id to look it up under; the cause is in the log only", async () => {
  const { lines, logger } = recorder();
  test = await openTestSpace({ logger });
  const { id } = await test.space.users.create({ username: "ada" });
  const { token } = await test.space.sessions.create({ userId: id });
  const { list } = test.space.sessions;
  const fail = () => Promise.reject(new Error("a table with a telling name"));
  Object.assign(test.space.sessions, { list: fail });
  try {
    const answer = await get("/api/account/sessions", { authorization: `Bearer ${token}` });
    expect(answer.body).toMatchObject({ status: 500, code: "internal", requestId: expect.any(String) });
    expect(JSON.stringify(answer.body)).not.toContain("telling");
    const line = lines.find(({ message }) => message === "a request failed");
    expect(line?.fields).toMatchObject({ requestId: answer.text("requestId") });
    expect(line?.fields.err instanceof Error ? line.fields.err.stack : "").toContain(
      "a table with a telling name",
    );
  } finally {
    Object.assign(test.space.sessions, { list });
  }
});

it("every answer says that nobody may store it, guess its type or pass its address on", async () => {
  test = await openTestSpace();
  for (const path of ["/api/session", "/api/openapi.json", "/health/live", "/api/nowhere"]) {
    const { headers } = await get(path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
});

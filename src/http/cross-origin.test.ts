import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "#dist/http/routes/index.js";
import { callApi } from "../../test/helpers/api.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "correct horse battery staple";
const SIGN_IN = JSON.stringify({ identifier: "ada", password: PASSWORD });

/** All that a form or a script of another site could try, the first ones without asking the browser's leave. */
const CONTENT_TYPES = [
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "text/plain; application/json",
  "text/plain;charset=application/json",
  "application/json, text/plain",
  "text/plain, application/json",
  "application/jsonp",
  "application/vnd.api+json",
  "application/json; charset",
  "text/json",
  "",
];

let test: TestSpace;
let token: string;
beforeAll(async () => {
  test = await openTestSpace();
  const { id } = await test.space.users.create({ username: "ada", password: PASSWORD });
  token = (await test.space.sessions.create({ userId: id })).token;
});
afterAll(() => test.cleanup());

function post(path: string, body: string | undefined, headers: Record<string, string>) {
  return callApi(test.space, "192.0.2.1", "POST", path, body, headers);
}

describe("a post from another site", () => {
  it.each([...CONTENT_TYPES, "application/json"])("as %j signs nobody in", async (type) => {
    const foreign = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ];
    for (const headers of foreign) {
      const answer = await post("/api/sign-in", SIGN_IN, { "content-type": type, ...headers });
      expect(answer.body).toMatchObject({ status: 403, code: "foreign-origin" });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  const changes = ROUTES.filter(({ method }) => method !== "get");
  it.each(changes.map(({ method, path }) => [`${method.toUpperCase()} ${path}`, method, path] as const))(
    "%s is refused before anything else is looked at",
    async (_, method, path) => {
      const headers = {
        cookie: `watchword=${token}`,
        origin: "https://evil.example",
        "content-type": "text/plain",
      };
      const answer = await callApi(test.space, "192.0.2.1", method.toUpperCase(), path, "x=1", headers);
      expect(answer.body).toMatchObject({ status: 403, code: "foreign-origin" });
    },
  );

  it("with the bearer token of a page is refused too, where it brings our cookie and no origin", async () => {
    const headers = { cookie: `watchword=${token}`, authorization: `Bearer ${token}` };
    expect((await post("/api/sign-out", undefined, headers)).status).toBe(403);
    expect((await test.space.sessions.check(token)).status).toBe("ok");
  });
});

describe("from our own site", () => {
  it.each(CONTENT_TYPES)("the content type %j is not JSON", async (type) => {
    const answer = await post("/api/sign-in", SIGN_IN, { "content-type": type, origin: test.space.baseUrl });
    expect(answer.body).toMatchObject({ status: 415, code: "unsupported-media-type" });
  });

  it.each([
    "application/json",
    "Application/JSON",
    "application/json;charset=utf-8",
    'application/json ; charset="utf-8"',
    "application/json; charset=utf-8; profile=x",
  ])("the content type %j is JSON", async (type) => {
    const answer = await post("/api/sign-in", SIGN_IN, { "content-type": type, origin: test.space.baseUrl });
    expect(answer.status).toBe(200);
  });

  it.each(["http://127.0.0.1:3000", "http://[::1]:3000"])("%s is this machine as well", async (origin) => {
    expect((await post("/api/sign-in", SIGN_IN, { origin })).status).toBe(200);
  });

  it("a route that takes no body refuses one that a form could send", async () => {
    const headers = { origin: test.space.baseUrl, "content-type": "text/plain" };
    expect((await post("/api/sign-out", "x", headers)).status).toBe(415);
  });
});

it("no answer lets another site read it", async () => {
  for (const origin of ["https://evil.example", test.space.baseUrl]) {
    const answer = await callApi(test.space, "192.0.2.1", "GET", "/api/session", undefined, {
      origin,
      cookie: `watchword=${token}`,
    });
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

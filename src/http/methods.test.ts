import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "#dist/http/routes/index.js";
import { type ApiProgram, callApi, signedInProgram } from "../../test/helpers/api.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const SOMEBODY = "019a0000-0000-7000-8000-000000000000";

let test: TestSpace;
let superuser: ApiProgram;
beforeAll(async () => {
  test = await openTestSpace();
  superuser = (await signedInProgram(test.space, "root", { superuser: true })).program;
});
afterAll(() => test.cleanup());

const paths = [...new Set([...ROUTES.map(({ path }) => path), "/api/openapi.json"])];

describe("each address", () => {
  it.each(paths)("%s answers its methods, and 405 with those methods to every other", async (path) => {
    const served = new Set(
      ROUTES.filter((route) => route.path === path).map(({ method }) => method.toUpperCase()),
    );
    if (path === "/api/openapi.json") served.add("GET");
    if (served.has("GET")) served.add("HEAD");
    for (const method of METHODS.filter((one) => !served.has(one))) {
      const answer = await superuser.call(method, path.replace("{id}", SOMEBODY));
      expect([method, answer.status]).toEqual([method, 405]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(new Set(answer.headers.get("allow")?.split(", "))).toEqual(served);
      if (method !== "HEAD") expect(answer.body).toMatchObject({ code: "method-not-allowed" });
    }
  });

  it("is what the list of routes says", () => {
    const rows = ROUTES.map(({ method, path, access }) => `${method.toUpperCase()} ${path} (${access})`);
    expect(rows.sort()).toMatchInlineSnapshot(`
      [
        "DELETE /api/account (signed-in)",
        "DELETE /api/account/sessions (signed-in)",
        "DELETE /api/account/sessions/{id} (signed-in)",
        "DELETE /api/admin/blocks (admin)",
        "DELETE /api/admin/mail/{id} (superuser)",
        "DELETE /api/admin/sessions (superuser)",
        "DELETE /api/admin/sessions/{id} (admin)",
        "DELETE /api/admin/users/{id} (admin)",
        "DELETE /api/admin/users/{id}/block (admin)",
        "DELETE /api/admin/users/{id}/sessions (admin)",
        "GET /api/account (signed-in)",
        "GET /api/account/sessions (signed-in)",
        "GET /api/admin/audit (admin)",
        "GET /api/admin/blocks (admin)",
        "GET /api/admin/mail (admin)",
        "GET /api/admin/sessions (admin)",
        "GET /api/admin/statistics (admin)",
        "GET /api/admin/users (admin)",
        "GET /api/admin/users/{id} (admin)",
        "GET /api/admin/users/{id}/data (admin)",
        "GET /api/admin/users/{id}/sessions (admin)",
        "GET /api/session (signed-in)",
        "GET /health/live (anyone)",
        "GET /health/ready (anyone)",
        "PATCH /api/account (signed-in)",
        "PATCH /api/admin/users/{id} (admin)",
        "PATCH /api/admin/users/{id}/data (admin)",
        "PATCH /api/admin/users/{id}/permissions (admin)",
        "POST /api/account/deletion (signed-in)",
        "POST /api/admin/limits/check (admin)",
        "POST /api/admin/limits/check-and-hit (admin)",
        "POST /api/admin/limits/hit (admin)",
        "POST /api/admin/limits/reset (admin)",
        "POST /api/admin/limits/time-since (admin)",
        "POST /api/admin/mail/{id}/retry (admin)",
        "POST /api/admin/users (admin)",
        "POST /api/admin/users/{id}/password-reset (admin)",
        "POST /api/admin/users/{id}/unlock (admin)",
        "POST /api/email/change (signed-in)",
        "POST /api/email/verification (anyone)",
        "POST /api/password/reset (anyone)",
        "POST /api/sign-in (anyone)",
        "POST /api/sign-in/code (anyone)",
        "POST /api/sign-out (anyone)",
        "POST /api/sign-up (anyone)",
        "POST /api/unlock (anyone)",
        "PUT /api/account/deletion (anyone)",
        "PUT /api/account/second-factor (signed-in)",
        "PUT /api/admin/blocks (admin)",
        "PUT /api/admin/users/{id}/block (admin)",
        "PUT /api/admin/users/{id}/data (admin)",
        "PUT /api/admin/users/{id}/password (superuser)",
        "PUT /api/admin/users/{id}/second-factor (admin)",
        "PUT /api/email/change (anyone)",
        "PUT /api/email/verification (anyone)",
        "PUT /api/password (signed-in)",
        "PUT /api/password/reset (anyone)",
        "PUT /api/unlock (anyone)",
      ]
    `);
  });
});

describe("an address at which there is nothing", () => {
  it.each([
    "/api",
    "/api/",
    "/api/nothing",
    "/api/session/",
    "/api//session",
    "/API/session",
    "/health",
    "/metrics/x",
  ])("%s is 404 under every method", async (path) => {
    for (const method of METHODS) {
      const answer = await superuser.call(method, path);
      expect([method, answer.status]).toEqual([method, 404]);
    }
  });
});

it("HEAD answers as GET does, without the body", async () => {
  const head = await superuser.call("HEAD", "/api/session");
  expect([head.status, head.body]).toEqual([200, ""]);
});

it("GET /api/session is answered alike by the short way and by the router", async () => {
  const short = await superuser.get("/api/session");
  const long = await superuser.get("/api/session?");
  expect(long.body).toEqual(short.body);
  for (const name of ["content-type", "cache-control", "x-content-type-options", "referrer-policy"])
    expect(long.headers.get(name)).toBe(short.headers.get(name));
  expect((await superuser.get("/api/session?x=1")).status).toBe(400);
});

it("a path is never decoded into another one, and a long one breaks nothing", async () => {
  for (const path of [
    "/api%2Fsession",
    "/%61pi/session",
    `/api/${"a/".repeat(4000)}`,
    "/api/account/sessions/%E0%A4%A",
  ]) {
    const answer = await callApi(test.space, "192.0.2.1", "GET", path, undefined, {});
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  }
});

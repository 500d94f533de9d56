import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "#dist/http/routes/index.js";
import { type ApiProgram, callApi, signedInProgram } from "../../test/helpers/api.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

let test: TestSpace;
let person: ApiProgram;
let admin: ApiProgram;
let victim: string;
beforeAll(async () => {
  test = await openTestSpace();
  person = (await signedInProgram(test.space, "person")).program;
  admin = (await signedInProgram(test.space, "admin", { admin: true })).program;
  victim = (await test.space.users.create({ username: "victim", email: "victim@example.com" })).id;
});
afterAll(() => test.cleanup());

const guarded = ROUTES.filter(({ access }) => access !== "anyone");
const name = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;

describe("without a session", () => {
  it.each(guarded.map((route) => [name(route), route] as const))(
    "%s is 401, whoever the body, the query and the headers claim to be",
    async (_, { method, path }) => {
      const claim = { userId: victim, id: victim, email: "victim@example.com", actor: { type: "system" } };
      const query = `?userId=${victim}&id=${victim}`;
      const headers = { "x-user-id": victim, "x-forwarded-user": "victim", authorization: `Basic ${victim}` };
      const answer = await callApi(
        test.space,
        "192.0.2.1",
        method.toUpperCase(),
        path.replace("{id}", victim) + query,
        method === "get" ? undefined : claim,
        headers,
      );
      expect(answer.body).toMatchObject({ status: 401, code: "not-signed-in" });
    },
  );

  it.each(["", "x", "Bearer", "Bearer ", "Bearer x", `bearer ${"a".repeat(43)}`, "Basic YTpi"])(
    "the authorization %j opens nothing",
    async (authorization) => {
      const answer = await callApi(test.space, "192.0.2.1", "GET", "/api/session", undefined, {
        authorization,
      });
      expect(answer.status).toBe(401);
    },
  );

  it("the id of a session opens nothing, nor does its hash", async () => {
    const { session } = await test.space.sessions.create({ userId: victim });
    for (const token of [session.id, victim]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await callApi(test.space, null, "GET", "/api/session", undefined, headers)).status).toBe(401);
    }
  });
});

describe("with a session that lacks the right", () => {
  const forAdmins = guarded.filter(({ access }) => access !== "signed-in");

  it.each(forAdmins.map((route) => [name(route), route] as const))(
    "%s is 403 for a person",
    async (_, route) => {
      const answer = await person.call(route.method.toUpperCase(), route.path.replace("{id}", victim));
      expect(answer.body).toMatchObject({ status: 403, code: "not-allowed" });
    },
  );

  it.each(
    forAdmins.filter(({ access }) => access === "superuser").map((route) => [name(route), route] as const),
  )("%s is 403 for an administrator", async (_, route) => {
    const answer = await admin.call(route.method.toUpperCase(), route.path.replace("{id}", victim), {});
    expect(answer.body).toMatchObject({ status: 403, code: "not-allowed" });
  });
});

it("a right that is taken away is gone at the next request", async () => {
  const { program, id } = await signedInProgram(test.space, "former", { admin: true });
  expect((await program.get("/api/admin/statistics")).status).toBe(200);
  await test.space.users.changePermissions(id, { admin: false });
  expect((await program.get("/api/admin/statistics")).status).toBe(401);
});

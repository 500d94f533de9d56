import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApiProgram, signedInProgram } from "../../test/helpers/api.js";
import { linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const NOBODY = "019a0000-0000-7000-8000-000000000000";
const PASSWORD = "correct horse battery staple";

let test: TestSpace;
let admin: ApiProgram;
let root: ApiProgram;
beforeEach(async () => {
  test = await openTestSpace();
  admin = (await signedInProgram(test.space, "boss", { admin: true })).program;
  root = (await signedInProgram(test.space, "root", { superuser: true })).program;
});
afterEach(() => test.cleanup());

describe("an administrator", () => {
  it("creates a user, who chooses the password by mail", async () => {
    const created = await admin.call("POST", "/api/admin/users", {
      username: "ada",
      email: "ada@example.com",
      emailVerified: true,
      locale: "en",
      roles: ["editor"],
      data: { plan: "free" },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ username: "ada", locale: "en", roles: ["editor"], admin: false });
    expect(created.body).not.toHaveProperty("data");
    const id = created.text("id");

    const withPassword = await admin.call("POST", "/api/admin/users", {
      username: "bob",
      password: PASSWORD,
    });
    expect(withPassword.body).toMatchObject({ status: 403, code: "not-allowed" });
    const taken = await admin.call("POST", "/api/admin/users", { username: "ADA" });
    expect(taken.body).toMatchObject({ status: 409, code: "username-taken" });

    const reset = await admin.call("POST", `/api/admin/users/${id}/password-reset`);
    expect([reset.status, reset.body]).toEqual([202, { status: "sent" }]);
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    expect((await admin.call("PUT", "/api/password/reset", { link, newPassword: PASSWORD })).status).toBe(
      200,
    );
    expect((await admin.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD })).status).toBe(
      200,
    );
  });

  it("finds users page by page", async () => {
    for (const name of ["ann", "anna", "annika"])
      await test.space.users.create({ username: name, roles: ["tester"] });
    const page = await admin.get("/api/admin/users?search=ann&size=2&order=username");
    expect(page.items.map(({ username }) => username)).toEqual(["ann", "anna"]);
    const rest = await admin.get(
      `/api/admin/users?search=ann&size=2&order=username&after=${encodeURIComponent(page.text("next"))}`,
    );
    expect(rest.items.map(({ username }) => username)).toEqual(["annika"]);
    expect(rest.body).toMatchObject({ next: null });
    expect(
      (await admin.get("/api/admin/users?role=tester&active=true&blocked=false&admin=false")).items,
    ).toHaveLength(3);
    expect((await admin.get("/api/admin/users?superuser=true")).items).toMatchObject([{ username: "root" }]);
    expect((await admin.get("/api/admin/users?verified=true&search=ann")).items).toEqual([]);
  });

  it("sees the number of a user, and so does the user; nobody chooses one over HTTP", async () => {
    const ada = await test.space.users.create({ username: "ada", password: PASSWORD, numbered: true });
    expect((await admin.get(`/api/admin/users/${ada.id}`)).body).toMatchObject({ number: 1 });
    expect((await admin.get("/api/admin/users?search=ada")).items).toMatchObject([{ number: 1 }]);
    const { program } = await signedInProgram(test.space, "bob");
    expect((await program.get("/api/session")).body).toMatchObject({
      user: { username: "bob", number: null },
    });
    const { token } = await test.space.sessions.create({ userId: ada.id });
    const own = await test.space.handler(
      new Request("http://localhost/api/session", { headers: { authorization: `Bearer ${token}` } }),
    );
    expect(await own.json()).toMatchObject({ user: { username: "ada", number: 1 } });
    for (const more of [{ numbered: true }, { number: 5 }]) {
      const created = await root.call("POST", "/api/admin/users", { username: "eve", ...more });
      expect(created.body).toMatchObject({ status: 400, code: "invalid-input" });
      const changed = await root.call("PATCH", `/api/admin/users/${ada.id}`, more);
      expect(changed.body).toMatchObject({ status: 400, code: "invalid-input" });
    }
    expect(await test.space.users.find({ number: 1 })).toMatchObject({ username: "ada" });
  });

  it("changes, blocks, unblocks and deletes a user", async () => {
    const { id } = await test.space.users.create({ username: "ada", email: "ada@example.com" });
    const path = `/api/admin/users/${id}`;
    const changed = await admin.call("PATCH", path, {
      username: "countess",
      emailVerified: true,
      locale: null,
    });
    expect(changed.body).toMatchObject({
      username: "countess",
      emailVerifiedAt: expect.any(String),
      locale: null,
    });
    const rights = await admin.call("PATCH", `${path}/permissions`, { roles: ["editor"], active: true });
    expect(rights.body).toMatchObject({ roles: ["editor"] });

    const { token } = await test.space.sessions.create({ userId: id });
    const until = new Date(test.clock.now() + 3_600_000).toISOString();
    const blocked = await admin.call("PUT", `${path}/block`, { reason: "spam", until });
    expect(blocked.body).toMatchObject({ blocked: { reason: "spam", until } });
    expect((await test.space.sessions.check(token)).status).not.toBe("ok");
    expect((await admin.call("DELETE", `${path}/block`)).body).toMatchObject({ blocked: null });
    expect((await admin.call("PUT", `${path}/block`, { until: "tomorrow" })).body).toMatchObject({
      status: 400,
      field: "until",
    });

    expect((await admin.call("DELETE", path)).status).toBe(204);
    expect((await admin.get(path)).status).toBe(404);
  });

  it("unlocks a user after failed passwords", async () => {
    const password = "correct horse battery staple";
    const { id } = await test.space.users.create({ username: "ada", password });
    const signIn = async (typed: string) =>
      (await test.space.signIn({ identifier: "ada", password: typed, ip: "192.0.2.77" })).status;
    for (let tries = 0; tries < 6; tries++) await signIn("not hers");
    expect(await signIn(password)).toBe("limited");
    const answer = await admin.call("POST", `/api/admin/users/${id}/unlock`);
    expect(answer).toMatchObject({ status: 200, body: { id, username: "ada" } });
    expect(await signIn(password)).toBe("signed-in");
    const { items } = await test.space.audit.list({ action: "user.unlocked" });
    expect(items[0]?.actor).not.toBe("system");
    const nobody = await admin.call("POST", `/api/admin/users/${id.replace(/.$/, "x")}/unlock`);
    expect(nobody.status).toBe(404);
  });

  it("keeps what the application knows of a user", async () => {
    const { id } = await test.space.users.create({ username: "ada", data: { plan: "free", seats: 1 } });
    const path = `/api/admin/users/${id}/data`;
    expect((await admin.get(path)).body).toEqual({ plan: "free", seats: 1 });
    expect((await admin.call("PATCH", path, { plan: "paid", seats: null, tags: ["a"] })).body).toEqual({
      plan: "paid",
      tags: ["a"],
    });
    expect((await admin.call("PUT", path, { fresh: { deep: [1, null] } })).body).toEqual({
      fresh: { deep: [1, null] },
    });
    expect((await admin.call("PUT", path, { big: "x".repeat(70_000) })).body).toMatchObject({
      status: 400,
      field: "data",
    });
    expect((await admin.call("PUT", path, [1])).status).toBe(400);
  });

  it("sees and ends sessions", async () => {
    const { id } = await test.space.users.create({ username: "ada" });
    const sessions = await Promise.all([1, 2, 3].map(() => test.space.sessions.create({ userId: id })));
    expect((await admin.get(`/api/admin/users/${id}/sessions`)).items).toHaveLength(3);
    expect((await admin.get(`/api/admin/sessions?userId=${id}&state=live`)).items).toHaveLength(3);
    expect((await admin.call("DELETE", `/api/admin/sessions/${sessions[0]?.session.id}`)).status).toBe(204);
    expect((await admin.call("DELETE", `/api/admin/sessions/${sessions[0]?.session.id}`)).status).toBe(404);
    expect((await admin.call("DELETE", `/api/admin/users/${id}/sessions`)).body).toEqual({ ended: 2 });
    expect((await admin.get(`/api/admin/users/${id}/sessions`)).items).toEqual([]);
  });

  it("reads the audit log, the mail queue and the figures", async () => {
    const { id } = await test.space.users.create({ username: "ada", email: "ada@example.com" });
    await admin.call("PUT", `/api/admin/users/${id}/block`, { reason: "spam" });
    const { items } = await admin.get(`/api/admin/audit?userId=${id}&action=user.blocked`);
    expect(items).toMatchObject([
      { action: "user.blocked", userId: id, ip: "192.0.2.1", requestId: expect.any(String) },
    ]);
    await admin.call("POST", "/api/password/reset", { identifier: "boss" });
    const mails = await admin.get("/api/admin/mail?state=queued");
    expect(mails.items).toMatchObject([
      { template: "reset-password", to: "boss@example.com", state: "queued" },
    ]);
    expect((await admin.get("/api/admin/statistics")).body).toMatchObject({ users: 3, mailsQueued: 1 });
  });

  it("has a mail tried again; a superuser drops it", async () => {
    await admin.call("POST", "/api/password/reset", { identifier: "boss" });
    const [mail] = (await admin.get("/api/admin/mail")).items;
    const path = `/api/admin/mail/${String(mail?.id)}`;
    expect((await admin.call("POST", `${path}/retry`)).status).toBe(204);
    expect((await admin.call("DELETE", path)).body).toMatchObject({ status: 403, code: "not-allowed" });
    expect((await root.call("DELETE", path)).status).toBe(204);
    expect((await root.call("DELETE", path)).body).toMatchObject({ status: 404, code: "not-found" });
    expect((await admin.call("POST", `${path}/retry`)).body).toMatchObject({ status: 404 });
    const { items } = await admin.get("/api/admin/audit?action=mail.dropped");
    expect(items).toMatchObject([{ details: { mail: mail?.id } }]);
  });

  it("may not touch a superuser, make administrators or choose passwords", async () => {
    const superuser = await test.space.users.find({ username: "root" });
    const path = `/api/admin/users/${superuser?.id}`;
    const { id } = await test.space.users.create({ username: "ada" });
    for (const [method, address, body] of [
      ["PATCH", path, { username: "toor" }],
      ["DELETE", path, undefined],
      ["PUT", `${path}/block`, {}],
      ["PATCH", `${path}/permissions`, { active: false }],
      ["DELETE", `${path}/sessions`, undefined],
      ["PUT", `${path}/data`, {}],
      ["PATCH", `/api/admin/users/${id}/permissions`, { admin: true }],
      ["PATCH", `/api/admin/users/${id}/permissions`, { superuser: true }],
      ["PUT", `/api/admin/users/${id}/password`, { password: PASSWORD }],
      ["POST", "/api/admin/users", { username: "eve", superuser: true }],
      ["DELETE", "/api/admin/sessions", { everyone: true }],
    ] as const) {
      const answer = await admin.call(method, address, body);
      expect([method, address, answer.status]).toEqual([method, address, 403]);
    }
    expect((await root.get("/api/session")).status).toBe(200);
  });
});

describe("a superuser", () => {
  it("sets a password, of which its owner is told", async () => {
    const { id } = await test.space.users.create({
      username: "ada",
      email: "ada@example.com",
      emailVerified: true,
    });
    const { token } = await test.space.sessions.create({ userId: id });
    expect((await root.call("PUT", `/api/admin/users/${id}/password`, { password: "short" })).status).toBe(
      422,
    );
    expect((await root.call("PUT", `/api/admin/users/${id}/password`, { password: PASSWORD })).status).toBe(
      204,
    );
    expect((await test.space.sessions.check(token)).status).not.toBe("ok");
    expect(await test.mailsTo("ada@example.com")).toHaveLength(1);
  });

  it("signs everybody out, and has to say so", async () => {
    expect((await root.call("DELETE", "/api/admin/sessions", {})).body).toMatchObject({
      status: 400,
      field: "everyone",
    });
    expect((await root.call("DELETE", "/api/admin/sessions", { everyone: true })).body).toEqual({ ended: 2 });
    expect((await root.get("/api/session")).status).toBe(401);
  });
});

it("an id that is nobody's is 404 on every route that takes one", async () => {
  for (const id of [NOBODY, "1", "x".repeat(500), "%00", "..%2f"])
    for (const [method, path, body] of [
      ["GET", "", undefined],
      ["PATCH", "", {}],
      ["DELETE", "", undefined],
      ["PATCH", "/permissions", {}],
      ["PUT", "/block", {}],
      ["DELETE", "/block", undefined],
      ["POST", "/password-reset", undefined],
      ["PUT", "/password", { password: PASSWORD }],
      ["GET", "/data", undefined],
      ["PUT", "/data", {}],
      ["PATCH", "/data", {}],
      ["GET", "/sessions", undefined],
      ["DELETE", "/sessions", undefined],
    ] as const) {
      const answer = await root.call(method, `/api/admin/users/${id}${path}`, body);
      expect([method, id, path, answer.status]).toEqual([method, id, path, 404]);
    }
});

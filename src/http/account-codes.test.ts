import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiBrowser, ApiProgram, signedInProgram } from "../../test/helpers/api.js";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

const newest = async (name: string) => (await test.mailsTo(`${name}@example.com`))[0];

describe("signing in with a mailed code over HTTP", () => {
  it("works by code and by link, in a cookie or with a token", async () => {
    await test.space.users.create({ username: "bea", email: "bea@example.com" });
    const program = new ApiProgram(test.space);
    const asked = await program.call("POST", "/api/sign-in/code", { identifier: "bea" });
    expect(asked.status).toBe(202);
    const code = codeIn(await newest("bea"));
    const body = { ticket: asked.text("ticket"), code, cookie: false };
    const signedIn = await program.call("POST", "/api/sign-in", body);
    expect(signedIn.status).toBe(200);
    expect(signedIn.text("token")).toHaveLength(43);

    const browser = new ApiBrowser(test.space);
    await browser.call("POST", "/api/sign-in/code", { identifier: "bea@example.com" });
    const link = linkIn(await newest("bea"));
    expect((await browser.call("POST", "/api/sign-in", { link })).status).toBe(200);
    expect((await browser.get("/api/session")).status).toBe(200);
    expect((await browser.call("POST", "/api/sign-in", { link })).body).toMatchObject({ code: "wrong-code" });
  });

  it("takes a code with its ticket only: no name stands in for it", async () => {
    const { id } = await test.space.users.create({ username: "bea", email: "bea@example.com" });
    const program = new ApiProgram(test.space);
    const paths = ["/api/password/reset", "/api/unlock", "/api/email/verification", "/api/email/change"];
    for (const path of [...paths, "/api/account/deletion"])
      for (const who of [{ userId: id }, { identifier: "bea" }]) {
        const body = { ...who, code: "ABC123", newPassword: "a long secret of hers" };
        const answer = await program.call("PUT", path, body);
        expect(answer.body, path).toMatchObject({ status: 400, code: "invalid-input" });
      }
    for (const more of [
      { withoutTicket: true },
      { length: 8 },
      { waitForMail: true },
      { skipLimits: true },
    ]) {
      const body = { identifier: "bea", ...more };
      for (const path of ["/api/sign-in/code", "/api/unlock", "/api/password/reset"])
        expect((await program.call("POST", path, body)).body).toMatchObject({ code: "invalid-input" });
    }
  });

  it("says when to come back, whoever the name is", async () => {
    await test.space.users.create({ username: "bea", email: "bea@example.com" });
    const program = new ApiProgram(test.space);
    for (const path of ["/api/sign-in/code", "/api/unlock"])
      for (const identifier of ["bea", "nobody"]) {
        for (let i = 0; i < 5; i++)
          expect((await program.call("POST", path, { identifier })).status).toBe(202);
        const answer = await program.call("POST", path, { identifier });
        expect(answer.status).toBe(429);
        expect(answer.headers.get("retry-after")).toBe("3600");
        expect(answer.headers.get("ratelimit-policy")).toBe('"default";q=5;w=3600');
      }
  });
});

describe("one's account over HTTP", () => {
  it("gets another address with the password and the code from the new one", async () => {
    const { program, password, id } = await signedInProgram(test.space, "ada");
    const newEmail = "lovelace@example.com";
    const wrong = await program.call("POST", "/api/email/change", { newEmail, password: "wrong password" });
    expect(wrong.body).toMatchObject({ status: 403, code: "wrong-password" });
    const asked = await program.call("POST", "/api/email/change", { newEmail, password });
    expect(asked.status).toBe(202);
    const again = await program.call("POST", "/api/email/change", { ticket: asked.text("ticket") });
    expect(again.body).toEqual(asked.body);
    // Whoever reads the mail need not be signed in.
    const stranger = new ApiProgram(test.space, { ip: "192.0.2.9" });
    const link = linkIn(await newest("lovelace"));
    const click = await stranger.call("PUT", "/api/email/change", { link });
    expect(click.body).toMatchObject({ status: 403, code: "wrong-password" });
    const changed = await stranger.call("PUT", "/api/email/change", { link, password });
    expect(changed.body).toEqual({ status: "email-changed" });
    expect((await test.space.users.get(id)).email).toBe(newEmail);
  });

  it("gets another address with a code from the present one, where there is no password", async () => {
    const { program, id } = await signedInProgram(test.space, "ada");
    await test.space.passwords.remove(id);
    program.token = (await test.space.sessions.create({ userId: id })).token;
    await newest("ada");
    const asked = await program.call("POST", "/api/email/change", {});
    const code = codeIn(await newest("ada"));
    const body = { ticket: asked.text("ticket"), code, newEmail: "lovelace@example.com" };
    const first = await program.call("PUT", "/api/email/change", body);
    expect(first.body).toMatchObject({ status: "confirmation-sent" });
    const last = { ticket: first.text("ticket"), code: codeIn(await newest("lovelace")) };
    expect((await program.call("PUT", "/api/email/change", last)).status).toBe(200);
  });

  it("chooses a second factor, and needs it from then on", async () => {
    const { program, password } = await signedInProgram(test.space, "ada");
    const path = "/api/account/second-factor";
    expect((await program.call("PUT", path, { factor: "mail", password: "no" })).body).toMatchObject({
      code: "wrong-password",
    });
    const on = await program.call("PUT", path, { factor: "mail", password });
    expect(on.body).toMatchObject({ secondFactor: "mail" });
    await newest("ada");
    const first = await program.call("POST", "/api/sign-in", { identifier: "ada", password, cookie: false });
    expect(first.status).toBe(202);
    expect(first.body).not.toHaveProperty("token");
    const code = codeIn(await newest("ada"));
    const second = { ticket: first.text("ticket"), code, cookie: false };
    expect((await program.call("POST", "/api/sign-in", second)).status).toBe(200);

    const bea = await test.space.users.create({ username: "bea", password });
    const other = new ApiProgram(test.space);
    other.token = (await test.space.sessions.create({ userId: bea.id })).token;
    expect((await other.call("PUT", path, { factor: "mail", password })).body).toMatchObject({
      status: 409,
      code: "conflict",
      reason: "no-address",
    });
  });

  it("is deleted with a code and the password, and the cookies go", async () => {
    const { program, password, id } = await signedInProgram(test.space, "ada");
    const asked = await program.call("POST", "/api/account/deletion", {});
    const proof = { ticket: asked.text("ticket"), code: codeIn(await newest("ada")) };
    expect((await program.call("PUT", "/api/account/deletion", proof)).body).toMatchObject({
      code: "wrong-password",
    });
    const answer = await program.call("PUT", "/api/account/deletion", { ...proof, password });
    expect(answer.body).toEqual({ status: "account-deleted" });
    expect(answer.headers.getSetCookie().join()).toContain("Max-Age=0");
    expect(await test.space.users.find({ id })).toBeNull();
  });

  it("is unlocked by link", async () => {
    await signedInProgram(test.space, "ada");
    const program = new ApiProgram(test.space);
    await program.call("POST", "/api/unlock", { identifier: "ada" });
    const link = linkIn(await newest("ada"));
    expect((await program.call("PUT", "/api/unlock", { link })).body).toEqual({ status: "unlocked" });
    expect((await program.call("PUT", "/api/unlock", { link })).body).toMatchObject({ code: "wrong-code" });
  });
});

describe("administrators over HTTP", () => {
  it("block names, list them, and take blocks off again", async () => {
    const { program } = await signedInProgram(test.space, "admin", { admin: true });
    const until = "2030-01-01T00:00:00.000Z";
    const put = await program.call("PUT", "/api/admin/blocks", { identifier: "Eve", reason: "spam", until });
    expect(put.body).toMatchObject({ identifier: "Eve", reason: "spam", until });
    expect((await program.get("/api/admin/blocks")).items).toHaveLength(1);
    expect((await program.get("/api/admin/blocks?identifier=eve")).items).toHaveLength(1);
    expect((await program.get("/api/admin/blocks?identifier=bob")).items).toHaveLength(0);
    const create = { username: "eve" };
    expect((await program.call("POST", "/api/admin/users", create)).body).toMatchObject({
      status: 403,
      code: "name-blocked",
    });
    const path = "/api/admin/blocks?identifier=EVE";
    expect((await program.call("DELETE", path)).status).toBe(204);
    expect((await program.call("DELETE", path)).status).toBe(404);
    expect((await program.call("POST", "/api/admin/users", create)).status).toBe(201);
  });

  it("take a lost second factor away, and delete with or without the blocks", async () => {
    const { program } = await signedInProgram(test.space, "admin", { admin: true });
    const { id } = await signedInProgram(test.space, "ada");
    await test.space.users.setSecondFactor(id, "mail");
    const path = `/api/admin/users/${id}`;
    const off = await program.call("PUT", `${path}/second-factor`, { factor: null });
    expect(off.body).toMatchObject({ secondFactor: null });
    await program.call("PUT", `${path}/block`, { reason: "spam" });
    expect((await program.call("DELETE", `${path}?blocks=some`)).status).toBe(400);
    expect((await program.call("DELETE", `${path}?blocks=remove`)).status).toBe(204);
    expect(await test.space.blocks.find("ada")).toBeNull();
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiBrowser, ApiProgram } from "../../test/helpers/api.js";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "correct horse battery staple";
const NEW_PASSWORD = "seven purple bicycles at dawn";

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

describe("in a browser", () => {
  it("a person signs up, verifies, signs in, stays signed in and signs out", async () => {
    const browser = new ApiBrowser(test.space);
    const signUp = await browser.call("POST", "/api/sign-up", {
      username: "ada",
      email: "ada@example.com",
      password: PASSWORD,
    });
    expect(signUp.status).toBe(202);
    expect(signUp.body).toEqual({ status: "verification-sent", ticket: expect.any(String) });

    // The ticket is in a cookie, so the code alone is enough here.
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const verified = await browser.call("PUT", "/api/email/verification", { code });
    expect(verified.status).toBe(200);
    expect(verified.body).toMatchObject({
      status: "verified",
      user: { username: "ada", email: "ada@example.com" },
    });
    expect(browser.cookies.has("watchword-ticket")).toBe(false);

    const signIn = await browser.call("POST", "/api/sign-in", { identifier: "ADA", password: PASSWORD });
    expect(signIn.status).toBe(200);
    expect(signIn.body).toMatchObject({
      status: "signed-in",
      user: { username: "ada" },
      session: { ip: "192.0.2.2" },
    });
    expect(signIn.body).not.toHaveProperty("token");
    expect(signIn.body).not.toHaveProperty("device");
    expect([...browser.cookies.keys()].sort()).toEqual(["watchword", "watchword-device"]);

    const session = await browser.get("/api/session");
    expect(session.status).toBe(200);
    expect(session.body).toMatchObject({
      user: { id: signIn.text("user.id") },
      session: { id: signIn.text("session.id") },
    });
    expect(session.body).not.toHaveProperty("user.data");

    const token = browser.cookies.get("watchword") ?? "";
    expect((await browser.call("POST", "/api/sign-out")).status).toBe(204);
    expect(browser.cookies.has("watchword")).toBe(false);
    expect((await test.space.sessions.check(token)).status).toBe("not-found");
    expect((await browser.get("/api/session")).status).toBe(401);
    expect((await browser.call("POST", "/api/sign-out")).status).toBe(204);
  });

  it("over https the cookies are for this host alone, and last as long as the session may", async () => {
    const secure = await openTestSpace({ baseUrl: "https://accounts.example.com" });
    try {
      await secure.space.users.create({ username: "ada", password: PASSWORD });
      const browser = new ApiBrowser(secure.space);
      const signIn = await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD });
      expect(signIn.headers.getSetCookie()).toEqual([
        expect.stringMatching(
          /^__Host-watchword=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
        ),
        expect.stringMatching(
          /^__Host-watchword-device=\S+; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
        ),
      ]);
      expect((await browser.get("/api/session")).status).toBe(200);
    } finally {
      await secure.cleanup();
    }
  });

  it("each sign-in brings a new token, and the one before is dead", async () => {
    await test.space.users.create({ username: "ada", password: PASSWORD });
    const browser = new ApiBrowser(test.space);
    await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD });
    const first = browser.cookies.get("watchword") ?? "";
    await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD });
    const second = browser.cookies.get("watchword") ?? "";
    expect(second).not.toBe(first);
    expect((await test.space.sessions.check(first)).status).toBe("not-found");
    expect((await test.space.sessions.check(second)).status).toBe("ok");
  });

  it("a new password ends the other sessions and gives this one a new token", async () => {
    await test.space.users.create({ username: "ada", email: "ada@example.com", password: PASSWORD });
    const here = new ApiBrowser(test.space);
    const elsewhere = new ApiBrowser(test.space);
    for (const browser of [here, elsewhere])
      await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD });
    const before = here.cookies.get("watchword") ?? "";

    const wrong = await here.call("PUT", "/api/password", {
      currentPassword: "a guess",
      newPassword: NEW_PASSWORD,
    });
    expect([wrong.status, wrong.text("code")]).toEqual([403, "wrong-password"]);
    const weak = await here.call("PUT", "/api/password", {
      currentPassword: PASSWORD,
      newPassword: "password",
    });
    expect(weak.body).toMatchObject({
      status: 422,
      code: "password-refused",
      reason: "common",
      field: "newPassword",
    });

    const changed = await here.call("PUT", "/api/password", {
      currentPassword: PASSWORD,
      newPassword: NEW_PASSWORD,
    });
    expect(changed.status).toBe(200);
    expect(changed.body).not.toHaveProperty("token");
    expect((await here.get("/api/session")).status).toBe(200);
    expect((await elsewhere.get("/api/session")).status).toBe(401);
    expect((await test.space.sessions.check(before)).status).not.toBe("ok");
  });
});

describe("as a program", () => {
  it("a person signs up, verifies, signs in and out, without a single cookie", async () => {
    const program = new ApiProgram(test.space);
    const signUp = await program.call("POST", "/api/sign-up", {
      email: "ada@example.com",
      password: PASSWORD,
    });
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const withoutTicket = await program.call("PUT", "/api/email/verification", { code });
    expect(withoutTicket.body).toMatchObject({ status: 400, field: "ticket" });
    const wrong = await program.call("PUT", "/api/email/verification", {
      ticket: signUp.text("ticket"),
      code: "000000",
    });
    expect(wrong.body).toMatchObject({ status: 422, code: "wrong-code" });
    const verified = await program.call("PUT", "/api/email/verification", {
      ticket: signUp.text("ticket"),
      code,
    });
    expect(verified.status).toBe(200);

    const signIn = await program.call("POST", "/api/sign-in", {
      identifier: "ada@example.com",
      password: PASSWORD,
      cookie: false,
    });
    expect(signIn.status).toBe(200);
    program.token = signIn.text("token");
    expect(signIn.text("device")).not.toBe("");
    expect((await program.get("/api/session")).body).toMatchObject({ user: { email: "ada@example.com" } });

    const again = await program.call("POST", "/api/sign-in", {
      identifier: "ada@example.com",
      password: PASSWORD,
      device: signIn.text("device"),
      cookie: false,
    });
    expect(again.status).toBe(200);

    const changed = await program.call("PUT", "/api/password", {
      currentPassword: PASSWORD,
      newPassword: NEW_PASSWORD,
    });
    expect((await program.get("/api/session")).status).toBe(401);
    program.token = changed.text("token");
    expect((await program.get("/api/session")).status).toBe(200);

    expect((await program.call("POST", "/api/sign-out")).status).toBe(204);
    expect((await program.get("/api/session")).body).toMatchObject({ status: 401, code: "not-signed-in" });
    for (const answer of [signUp, verified, signIn, again, changed])
      expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("the bearer token wins over a cookie, and signing out ends both", async () => {
    const ada = await test.space.users.create({ username: "ada" });
    const bob = await test.space.users.create({ username: "bob" });
    const [adas, bobs] = await Promise.all(
      [ada, bob].map(({ id }) => test.space.sessions.create({ userId: id })),
    );
    const program = new ApiProgram(test.space);
    program.token = adas?.token ?? "";
    const headers = { cookie: `watchword=${bobs?.token}`, origin: test.space.baseUrl };
    expect((await program.call("GET", "/api/session", undefined, headers)).text("user.username")).toBe("ada");
    expect((await program.call("POST", "/api/sign-out", undefined, headers)).status).toBe(204);
    for (const token of [adas?.token, bobs?.token])
      expect((await test.space.sessions.check(token ?? "")).status).toBe("not-found");
  });
});

describe("a forgotten password", () => {
  it("is replaced with the code or the link of a mail; every session ends and nobody is signed in by it", async () => {
    await test.space.users.create({
      username: "ada",
      email: "ada@example.com",
      emailVerified: true,
      password: PASSWORD,
    });
    const browser = new ApiBrowser(test.space);
    await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD });

    const asked = await browser.call("POST", "/api/password/reset", { identifier: "ada" });
    expect(asked.body).toEqual({ status: "sent", ticket: expect.any(String) });
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const reset = await browser.call("PUT", "/api/password/reset", {
      ticket: asked.text("ticket"),
      code,
      newPassword: NEW_PASSWORD,
    });
    expect([reset.status, reset.body]).toEqual([200, { status: "password-reset" }]);
    expect(reset.headers.getSetCookie()).toEqual([]);
    expect((await browser.get("/api/session")).status).toBe(401);
    expect(
      (await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD })).status,
    ).toBe(401);

    test.clock.advance(60 * 60 * 1000);
    await browser.call("POST", "/api/password/reset", { identifier: "ada@example.com" });
    const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
    expect((await browser.call("PUT", "/api/password/reset", { link, newPassword: PASSWORD })).status).toBe(
      200,
    );
    expect((await browser.call("PUT", "/api/password/reset", { link, newPassword: PASSWORD })).status).toBe(
      422,
    );
    expect(
      (await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD })).status,
    ).toBe(200);
  });

  it("is asked for alike whether the account exists or not", async () => {
    await test.space.users.create({ username: "ada", email: "ada@example.com", emailVerified: true });
    const program = new ApiProgram(test.space);
    for (const path of ["/api/password/reset", "/api/email/verification"]) {
      const [known, unknown] = await Promise.all(
        ["ada@example.com", "nobody@example.com"].map((address) =>
          program.call("POST", path, path.endsWith("reset") ? { identifier: address } : { email: address }),
        ),
      );
      expect(known?.status).toBe(202);
      expect(unknown?.status).toBe(known?.status);
      expect(Object.keys(unknown?.body ?? {})).toEqual(Object.keys(known?.body ?? {}));
      expect(unknown?.text("ticket").length).toBe(known?.text("ticket").length);
    }
  });
});

describe("signing in is refused", () => {
  const signIn = (password: string, identifier = "ada") =>
    new ApiProgram(test.space).call("POST", "/api/sign-in", { identifier, password });

  it("alike for a wrong password and for nobody", async () => {
    await test.space.users.create({ username: "ada", password: PASSWORD });
    const [wrong, nobody] = await Promise.all([signIn("a wrong guess"), signIn("a wrong guess", "nobody")]);
    expect(wrong?.body).toMatchObject({ status: 401, code: "wrong-credentials" });
    expect(wrong?.headers.get("www-authenticate")).toContain("Bearer");
    expect({ ...Object(nobody?.body), requestId: "" }).toEqual({ ...Object(wrong?.body), requestId: "" });
  });

  it("for blocked and inactive accounts, to whoever has the password", async () => {
    const { id } = await test.space.users.create({ username: "ada", password: PASSWORD });
    const until = new Date(test.clock.now() + 60_000);
    await test.space.users.block(id, { reason: "spam", until });
    expect((await signIn(PASSWORD)).body).toMatchObject({
      status: 403,
      code: "account-blocked",
      reason: "spam",
      until: until.toISOString(),
    });
    await test.space.users.unblock(id);
    await test.space.users.changePermissions(id, { active: false });
    expect((await signIn(PASSWORD)).body).toMatchObject({ status: 403, code: "account-inactive" });
  });

  it("after too many guesses, with the time to wait", async () => {
    await test.space.users.create({ username: "ada", password: PASSWORD });
    let answer = await signIn("guess 0");
    for (let guess = 1; guess <= 10 && answer.status === 401; guess++)
      answer = await signIn(`guess ${guess}`);
    expect(answer.body).toMatchObject({ status: 429, code: "too-many-requests" });
    const wait = Number(answer.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(Number.isInteger(wait)).toBe(true);
    expect(answer.headers.get("ratelimit")).toBe(`"default";r=0;t=${wait}`);
    expect(answer.headers.get("ratelimit-policy")).toBe('"default";q=5;w=86400');
    expect((await signIn(PASSWORD)).status).toBe(429);
    test.clock.advance(wait * 1000);
    expect((await signIn(PASSWORD)).status).toBe(200);
  });

  it("where the address must be proven first, with a ticket to prove it", async () => {
    const strict = await openTestSpace({ signIn: { requireVerifiedEmail: true } });
    try {
      await strict.space.users.create({ username: "ada", email: "ada@example.com", password: PASSWORD });
      const program = new ApiProgram(strict.space);
      const refused = await program.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD });
      expect(refused.body).toMatchObject({
        status: 403,
        code: "email-unverified",
        ticket: expect.any(String),
      });
      const sent = await program.call("POST", "/api/email/verification", { ticket: refused.text("ticket") });
      expect(sent.status).toBe(202);
      const code = codeIn((await strict.mailsTo("ada@example.com"))[0]);
      const verified = await program.call("PUT", "/api/email/verification", {
        ticket: sent.text("ticket"),
        code,
      });
      expect(verified.status).toBe(200);
      expect(
        (await program.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD })).status,
      ).toBe(200);
    } finally {
      await strict.cleanup();
    }
  });
});

describe("one's account", () => {
  it("can be seen, renamed and deleted, with the password", async () => {
    const { id } = await test.space.users.create({
      username: "ada",
      email: "ada@example.com",
      password: PASSWORD,
    });
    const browser = new ApiBrowser(test.space);
    await browser.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD });
    expect((await browser.get("/api/account")).body).toMatchObject({ id, username: "ada" });
    const renamed = await browser.call("PATCH", "/api/account", { username: "countess", locale: "en-GB" });
    expect(renamed.body).toMatchObject({ id, username: "countess", locale: "en-GB" });

    const sent = await browser.call("POST", "/api/email/verification", {});
    expect(sent.status).toBe(202);
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect((await browser.call("PUT", "/api/email/verification", { code })).status).toBe(200);

    expect((await browser.call("DELETE", "/api/account", { password: "a guess" })).body).toMatchObject({
      status: 403,
      code: "wrong-password",
    });
    const deleted = await browser.call("DELETE", "/api/account", { password: PASSWORD });
    expect(deleted.status).toBe(204);
    expect(browser.cookies.size).toBe(0);
    expect(await test.space.users.find({ id })).toBeNull();
  });

  it("does not give its password away to guesses at deleting it, parallel ones included", async () => {
    const { id } = await test.space.users.create({ username: "ada", password: PASSWORD });
    const program = new ApiProgram(test.space);
    program.token = (await test.space.sessions.create({ userId: id })).token;
    const before = test.space.passwords.statistics.done;
    const guesses: number[] = [];
    // Where guesses come at once, all but one may hear that the account's place in the line is taken: these do not count.
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          program.call("DELETE", "/api/account", { password: `guess ${i}` }),
        ),
      );
      guesses.push(...answers.map(({ status }) => status));
    }
    expect(guesses.filter((status) => status === 403)).toHaveLength(5);
    expect(test.space.passwords.statistics.done - before).toBe(5);
    expect((await program.call("DELETE", "/api/account", { password: PASSWORD })).status).toBe(429);
  });

  it("shows where one is signed in, and ends what one chooses", async () => {
    const { id } = await test.space.users.create({ username: "ada" });
    const bob = await test.space.users.create({ username: "bob" });
    const bobs = await test.space.sessions.create({ userId: bob.id });
    const program = new ApiProgram(test.space);
    const own = await test.space.sessions.create({ userId: id, ip: "192.0.2.7" });
    program.token = own.token;
    const others = [
      await test.space.sessions.create({ userId: id }),
      await test.space.sessions.create({ userId: id }),
    ];

    const { items } = await program.get("/api/account/sessions");
    expect(items).toHaveLength(3);
    expect(items.filter(({ current }) => current === true)).toMatchObject([
      { id: own.session.id, ip: "192.0.2.7" },
    ]);
    expect(items[0]).not.toHaveProperty("data");

    const page = await program.get("/api/account/sessions?size=2");
    expect(page.items).toHaveLength(2);
    expect((await program.get(`/api/account/sessions?size=2&after=${page.text("next")}`)).items).toHaveLength(
      1,
    );

    const foreign = await program.call("DELETE", `/api/account/sessions/${bobs.session.id}`);
    expect(foreign.status).toBe(404);
    expect((await test.space.sessions.check(bobs.token)).status).toBe("ok");
    expect((await program.call("DELETE", `/api/account/sessions/${others[0]?.session.id}`)).status).toBe(204);
    expect((await program.call("DELETE", "/api/account/sessions")).body).toEqual({ ended: 1 });
    expect((await program.get("/api/session")).status).toBe(200);
    expect((await program.call("DELETE", "/api/account/sessions/1")).status).toBe(404);
  });
});

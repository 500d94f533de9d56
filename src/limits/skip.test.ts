import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "watchword";
import { callApi } from "../../test/helpers/api.js";
import { codeIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const OTHER = "another long and good one";
const IP = "192.0.2.1";
const FREE = { ip: IP, skipLimits: true } as const;
const HOUR = 3_600_000;

let test: TestSpace;
let userId: string;
beforeEach(async () => {
  const once = { max: 1, window: HOUR };
  const both = { perAddress: once, perAccount: once };
  test = await openTestSpace({
    limits: { signIn: both, signUp: both, reset: both, resend: both, verify: both },
  });
  const user = await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });
  userId = user.id;
});
afterEach(() => test.cleanup());

/** Uses up the one that is allowed; afterwards the same call is refused without `skipLimits`, and passes with it. */
async function passesOnlyPast(
  expected: string,
  call: (how: { readonly ip: string; readonly skipLimits?: boolean }) => Promise<{ readonly status: string }>,
): Promise<void> {
  // Calls that skip use nothing up.
  for (let at = 0; at < 3; at++) expect((await call(FREE)).status).toBe(expected);
  expect((await call({ ip: IP })).status).toBe(expected);
  expect((await call({ ip: IP })).status).toBe("limited");
  expect((await call({ ip: IP, skipLimits: false })).status).toBe("limited");
  expect((await call(FREE)).status).toBe(expected);
  expect((await call({ ip: IP })).status).toBe("limited");
}

describe("skipLimits", () => {
  it("lets the application past the limits of a sign-in, and counts nothing", async () => {
    const { space } = test;
    await passesOnlyPast("wrong-credentials", (how) =>
      space.signIn({ identifier: "ada", password: "wrong", ...how }),
    );
    const right = { identifier: "ada", password: GOOD };
    expect((await space.signIn({ ...right, ...FREE })).status).toBe("signed-in");
    expect((await space.signIn({ ...right, ip: IP })).status).toBe("limited");
  });

  it("lets it past the hundred failures of an account too", async () => {
    const { space } = test;
    for (let at = 0; at < 100; at++)
      await space.signIn({ identifier: "ada", password: "wrong", ip: `198.51.100.${at}` });
    const right = { identifier: "ada", password: GOOD, ip: "203.0.113.1" };
    expect((await space.signIn({ ...right, skipLimits: true })).status).toBe("signed-in");
    expect((await space.signIn(right)).status).toBe("second-factor");
  });

  it("lets it past those of sign-ups and of requests, and the mails go out", async () => {
    const { space } = test;
    await passesOnlyPast("verification-sent", (how) =>
      space.signUp({ email: "bea@example.com", password: GOOD, ...how }),
    );
    await passesOnlyPast("sent", (how) =>
      space.codes.request("reset-password", { identifier: "ada@example.com", ...how }),
    );
    expect(await test.mailsTo("ada@example.com")).toHaveLength(5);
    await passesOnlyPast("sent", (how) =>
      space.codes.request("verify-email", { identifier: "ada@example.com", ...how }),
    );
  });

  it("lets it past those of codes, but for the tries of a code", async () => {
    const { space } = test;
    await passesOnlyPast("wrong-code", (how) =>
      space.codes.confirm("verify-email", { ticket: "nobody's", code: "WRONG1", ...how }),
    );
    const asked = await space.codes.request("reset-password", {
      identifier: "ada@example.com",
      skipLimits: true,
    });
    const ticket = asked.status === "sent" ? asked.ticket : "";
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const confirm = (typed: string) =>
      space.codes.confirm("reset-password", { ticket, code: typed, newPassword: OTHER, ...FREE });
    for (let at = 0; at < 4; at++) expect((await confirm("WRONG1")).status).toBe("wrong-code");
    expect((await confirm(code)).status).toBe("password-reset");
  });

  it("lets it past those of a password that is asked for again", async () => {
    const { space } = test;
    await passesOnlyPast("wrong-password", (how) =>
      space.passwords.confirm({ userId, password: "wrong", ...how }),
    );
    const change = (how: object) =>
      space.passwords.change({ userId, currentPassword: GOOD, newPassword: OTHER, ip: IP, ...how });
    expect((await change({})).status).toBe("limited");
    expect((await change({ skipLimits: true })).status).toBe("changed");
  });

  it("lets it past the number of changes in an hour", async () => {
    const { space } = test;
    const change = (at: number, how: object) =>
      space.passwords.change({
        userId,
        currentPassword: at % 2 === 0 ? GOOD : OTHER,
        newPassword: at % 2 === 0 ? OTHER : GOOD,
        ...how,
      });
    for (let at = 0; at < 20; at++) expect((await change(at, {})).status).toBe("changed");
    expect(await change(20, {})).toMatchObject({ status: "limited", limit: 20, remaining: 0, window: HOUR });
    expect((await change(20, { skipLimits: true })).status).toBe("changed");
  });

  it("is refused where a person acts, superusers included, before anything is done", async () => {
    const { space } = test;
    const actor: Actor = { type: "user", id: userId, admin: true, superuser: true };
    const how = { actor, skipLimits: true };
    const calls: (() => Promise<unknown>)[] = [
      () => space.signIn({ identifier: "ada", password: GOOD, ...how }),
      () => space.signIn({ ticket: "a", code: "b", ...how }),
      () => space.signUp({ email: "bea@example.com", password: "short", ...how }),
      () => space.codes.request("reset-password", { identifier: "ada@example.com", ...how }),
      () => space.codes.request("verify-email", { identifier: "ada@example.com", ...how }),
      () => space.codes.confirm("verify-email", { ticket: "a", code: "b", ...how }),
      () => space.codes.confirm("reset-password", { ticket: "a", code: "b", newPassword: GOOD, ...how }),
      () => space.passwords.change({ userId, currentPassword: GOOD, newPassword: OTHER, ...how }),
      () => space.passwords.confirm({ userId, password: GOOD, ...how }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "not-allowed" });
    expect(await test.mailsTo("ada@example.com")).toEqual([]);
    const odd = { identifier: "ada", password: GOOD, skipLimits: "yes" as never };
    await expect(space.signIn(odd)).rejects.toMatchObject({ code: "invalid-input" });
  });

  it("does not exist over HTTP, neither in a body nor in a query", async () => {
    const { space } = test;
    const bodies: [method: string, path: string, body: object][] = [
      ["POST", "/api/sign-in", { identifier: "ada", password: "wrong" }],
      ["POST", "/api/sign-up", { email: "bea@example.com", password: GOOD }],
      ["POST", "/api/password/reset", { identifier: "ada@example.com" }],
      ["PUT", "/api/password/reset", { ticket: "a", code: "WRONG1", newPassword: OTHER }],
      ["POST", "/api/email/verification", { email: "ada@example.com" }],
      ["PUT", "/api/email/verification", { ticket: "a", code: "WRONG1" }],
    ];
    for (const [method, path, body] of bodies) {
      const send = (sent: object, query = "") => callApi(space, IP, method, path + query, sent, {});
      expect((await send({ ...body, skipLimits: true })).status).toBe(400);
      expect((await send(body, "?skipLimits=true")).status).toBe(400);
    }
  });
});

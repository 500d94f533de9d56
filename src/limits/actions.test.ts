import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenOptions, openUserSpace } from "watchword";
import { codeIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const HOUR = 3_600_000;
const ONE = { max: 1, window: HOUR };

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

async function openWith(limits: OpenOptions["limits"]) {
  return test.reopen(limits === undefined ? {} : { limits });
}

/** How many of ten calls were not refused. */
async function passed(call: (at: number) => Promise<{ readonly status: string }>): Promise<number> {
  let count = 0;
  for (let at = 0; at < 10; at++) if ((await call(at)).status !== "limited") count++;
  return count;
}

describe("the windows of an action", () => {
  it("of sign-in stand per address and per account, and tell what they allow", async () => {
    const space = await openWith({
      signIn: { perAddress: { max: 4, window: HOUR }, perAccount: { max: 2, window: HOUR } },
    });
    const wrong = (identifier: string, ip: string) => space.signIn({ identifier, password: "wrong", ip });
    expect(await passed(() => wrong("ada", "192.0.2.1"))).toBe(2);
    expect(await wrong("ada", "192.0.2.1")).toEqual({
      status: "limited",
      retryAfter: 30_000,
      limit: 2,
      remaining: 0,
      window: HOUR,
    });
    expect(await passed((at) => wrong(`other${at}`, "192.0.2.1"))).toBe(2);
    expect(await wrong("other99", "192.0.2.1")).toMatchObject({ status: "limited", limit: 4, window: HOUR });
    expect(await passed((at) => wrong(`other${at}`, "2001:db8::1"))).toBe(4);
    expect((await wrong("bea", "2001:db8::ffff")).status).toBe("limited");
    expect((await wrong("bea", "2001:db8:1::1")).status).toBe("wrong-credentials");
  });

  it("of sign-up stand per address and per account", async () => {
    const space = await openWith({ signUp: { perAddress: { max: 3, window: HOUR }, perAccount: ONE } });
    const signUp = (email: string, ip: string) => space.signUp({ email, password: GOOD, ip });
    expect(await passed((at) => signUp(`p${at}@example.com`, "192.0.2.1"))).toBe(3);
    expect(await passed((at) => signUp("ada@example.com", `198.51.100.${at}`))).toBe(1);
    expect(await signUp("ADA@example.com", "203.0.113.1")).toEqual({
      status: "limited",
      retryAfter: HOUR,
      limit: 1,
      remaining: 0,
      window: HOUR,
    });
  });

  it.each([
    ["reset", "reset-password"],
    ["resend", "verify-email"],
  ] as const)("of %s stand per address and per account", async (action, purpose) => {
    const space = await openWith({ [action]: { perAddress: { max: 3, window: HOUR }, perAccount: ONE } });
    const ask = (identifier: string, ip: string) => space.codes.request(purpose, { identifier, ip });
    expect(await passed((at) => ask(`p${at}@example.com`, "192.0.2.1"))).toBe(3);
    expect(await passed((at) => ask("ada@example.com", `198.51.100.${at}`))).toBe(1);
    test.clock.advance(HOUR);
    expect((await ask("ada@example.com", "192.0.2.1")).status).toBe("sent");
    // The other action keeps its own.
    const other = purpose === "verify-email" ? "reset-password" : "verify-email";
    expect(
      await passed((at) =>
        space.codes.request(other, { identifier: "bea@example.com", ip: `198.51.100.${at}` }),
      ),
    ).toBe(5);
  });

  it("of verify stand per address and per account, over all re-sends", async () => {
    const space = await openWith({
      verify: { perAddress: { max: 4, window: HOUR }, perAccount: { max: 2, window: HOUR } },
    });
    await space.users.create({ email: "ada@example.com" });
    const { code, ticket } = await mailedReset("ada@example.com");
    const confirm = (typed: string, ip: string) =>
      space.codes.confirm("reset-password", { ticket, code: typed, newPassword: GOOD, ip });
    for (let i = 0; i < 2; i++)
      expect((await confirm("WRONG1", `198.51.100.${i}`)).status).toBe("wrong-code");
    // Two were compared, so even the right one is no more.
    expect((await confirm(code, "198.51.100.9")).status).toBe("wrong-code");
    expect(await passed(() => confirm("WRONG1", "192.0.2.1"))).toBe(4);
    test.clock.advance(HOUR);
    const again = await mailedReset("ada@example.com");
    const late = { ticket: again.ticket, code: again.code, newPassword: GOOD, ip: "192.0.2.1" };
    expect((await space.codes.confirm("reset-password", late)).status).toBe("password-reset");
  });

  it("are off where they are false; what an account counts from everywhere stays", async () => {
    const off = { signIn: false, signUp: false, reset: false, resend: false, verify: false } as const;
    const space = await openWith(off);
    const ip = "192.0.2.1";
    await space.users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    for (let at = 0; at < 40; at++) {
      const identifier = "zoe@example.com";
      expect((await space.codes.request("reset-password", { identifier, ip })).status).toBe("sent");
      expect((await space.codes.request("verify-email", { identifier, ip })).status).toBe("sent");
      expect((await space.signUp({ email: identifier, password: GOOD, ip })).status).toBe(
        "verification-sent",
      );
    }
    for (let at = 0; at < 100; at++)
      expect((await space.signIn({ identifier: "ada", password: "wrong", ip })).status).toBe(
        "wrong-credentials",
      );
    expect((await space.signIn({ identifier: "ada", password: GOOD, ip })).status).toBe("second-factor");
    const guess = { ticket: "nobody's", code: "WRONG1", ip };
    for (let at = 0; at < 70; at++)
      expect((await space.codes.confirm("verify-email", guess)).status).toBe("wrong-code");
  });

  it("keep the defaults for what an option leaves out", async () => {
    const space = await openWith({ signIn: { perAddress: { max: 1000, window: HOUR } }, reset: {} });
    const wrong = () => space.signIn({ identifier: "ada", password: "wrong", ip: "192.0.2.1" });
    expect(await passed(wrong)).toBe(5);
    const ask = () => space.codes.request("reset-password", { identifier: "ada@example.com" });
    expect(await passed(ask)).toBe(5);
  });

  it.each([
    [[], "limits"],
    [{ signIn: true }, "limits.signIn"],
    [{ signUp: null }, "limits.signUp"],
    [{ reset: { perAddress: 5 } }, "limits.reset.perAddress"],
    [{ resend: { perAccount: { max: 0, window: 1 } } }, "limits.resend.perAccount.max"],
    [{ verify: { perAccount: { max: 1 } } }, "limits.verify.perAccount.window"],
    [{ verify: { perAddress: { max: 1, window: 1.5 } } }, "limits.verify.perAddress.window"],
  ])("of the form %j are refused by the name of the option", async (limits, option) => {
    const opening = openUserSpace(`sqlite:${test.folder}/other.db`, { limits: limits as never });
    await expect(opening).rejects.toMatchObject({ code: "invalid-option", details: { option } });
  });
});

async function mailedReset(email: string): Promise<{ readonly code: string; readonly ticket: string }> {
  const asked = await test.space.codes.request("reset-password", { identifier: email });
  if (asked.status !== "sent") throw new Error(asked.status);
  const [mail] = await test.mailsTo(email);
  return { code: codeIn(mail), ticket: asked.ticket };
}

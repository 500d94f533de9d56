import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CodePurpose, OutboxMail } from "watchword";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";
import { plainCode, readCodePolicy, requireCodeLength } from "./options.js";

const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
const MINUTE = 60_000;
let test: TestSpace;
let id: string;
beforeEach(async () => {
  test = await openTestSpace();
  id = (await test.space.users.create({ username: "ada", email: "ada@example.com", password: GOOD })).id;
});
afterEach(() => test.cleanup());

async function ticketOf(asked: Promise<{ readonly status: string }>): Promise<string> {
  const result = await asked;
  if (!("ticket" in result) || typeof result.ticket !== "string") throw new Error(`it is ${result.status}`);
  return result.ticket;
}

const typedCode = (mail: OutboxMail | undefined, pattern: RegExp) =>
  pattern.exec(mail?.text ?? "")?.[1] ?? "";

describe("how codes look", () => {
  it.each([
    [{}, 6, /^[0-9A-Z]{6}$/],
    [{ alphabet: "unambiguous", length: 8 }, 8, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/],
    [{ alphabet: "0123456789" }, 6, /^[0-9]{6}$/],
    [{ alphabet: "abcdefghij", length: 7 }, 7, /^[a-j]{7}$/],
  ])("is set by the options: %o", async (codes, length, form) => {
    await test.reopen({ codes });
    const asked = test.space.codes.request("reset-password", { identifier: "ada" });
    const ticket = await ticketOf(asked);
    const code = typedCode((await test.mailsTo("ada@example.com"))[0], /^ {4}(\S+)$/m);
    expect(code).toHaveLength(length);
    expect(code).toMatch(form);
    // However people type it: in the other case, in groups, in the full-width characters of some keyboards.
    const odd = [...`${code.slice(0, 3)}- ${code.slice(3)}`]
      .map((c) => (/[A-Za-z0-9]/.test(c) ? String.fromCodePoint(c.charCodeAt(0) + 0xfee0) : c))
      .join("");
    const swapped = code === code.toUpperCase() ? odd.toLowerCase() : odd.toUpperCase();
    const reset = { ticket, code: swapped, newPassword: NEXT };
    expect(await test.space.codes.confirm("reset-password", reset)).toMatchObject({
      status: "password-reset",
    });
  });

  it("tells apart what an alphabet with both cases tells apart", () => {
    expect(plainCode("aB-c", "abcdefABCDEF")).toBe("aBc");
    expect(plainCode("aB-c", "ABCDEF0123")).toBe("ABC");
    expect(plainCode("aB-c", "abcdef0123")).toBe("abc");
  });

  it("keeps so many codes apart that five tries find none", () => {
    for (const codes of [
      { length: 3 },
      { length: 33 },
      { length: 6.5 },
      { alphabet: "0123456789", length: 5 },
      { alphabet: "012345678" },
      { alphabet: "00123456789" },
      { alphabet: "0123456789-" },
      { alphabet: "" },
      { lifetime: 59_999 },
      { lifetime: 61 * MINUTE },
      { linkLifetime: 25 * 60 * MINUTE },
    ])
      expect(() => readCodePolicy(codes), JSON.stringify(codes)).toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    expect(readCodePolicy({ length: 4 }).length).toBe(4);
    expect(readCodePolicy({ alphabet: "0123456789" }).length).toBe(6);
    expect(() => requireCodeLength(3, readCodePolicy())).toThrow(
      expect.objectContaining({ code: "invalid-input" }),
    );
  });

  it("is refused as an option before a database is made, and told by the service", async () => {
    await expect(test.reopen({ codes: { length: 2 } })).rejects.toThrow(
      expect.objectContaining({ code: "invalid-option" }),
    );
    await test.reopen({ codes: { lifetime: 2 * MINUTE, linkLifetime: 5 * MINUTE } });
    expect(test.space.codes.policy).toMatchObject({ length: 6, tries: 5, lifetime: 2 * MINUTE });
    const ticket = await ticketOf(test.space.codes.request("reset-password", { identifier: "ada" }));
    const [mail] = await test.mailsTo("ada@example.com");
    test.clock.advance(2 * MINUTE);
    const late = { ticket, code: codeIn(mail), newPassword: NEXT };
    expect((await test.space.codes.confirm("reset-password", late)).status).toBe("wrong-code");
    const link = { link: linkIn(mail), newPassword: NEXT };
    expect((await test.space.codes.confirm("reset-password", link)).status).toBe("password-reset");
  });

  it("has another length where one call asks for it", async () => {
    const { codes } = test.space;
    await codes.request("reset-password", { userId: id, withoutTicket: true, length: 12 });
    const code = typedCode((await test.mailsTo("ada@example.com"))[0], /^ {4}([0-9A-Z]{12})$/m);
    expect(await codes.confirm("reset-password", { userId: id, code, newPassword: NEXT })).toMatchObject({
      status: "password-reset",
    });
    await expect(codes.request("reset-password", { userId: id, length: 3 })).rejects.toThrow(
      expect.objectContaining({ code: "invalid-input" }),
    );
  });
});

describe("a code without its ticket", () => {
  it("is confirmed by whose it is, by any name, once", async () => {
    const { codes } = test.space;
    for (const proof of [{ userId: id }, { identifier: "ADA" }, { identifier: "ada@example.com" }]) {
      await codes.request("unlock", { identifier: "ada", withoutTicket: true });
      const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
      expect(await codes.confirm("unlock", { ...proof, code })).toEqual({ status: "unlocked" });
      expect(await codes.confirm("unlock", { ...proof, code })).toEqual({ status: "wrong-code" });
    }
    const nobody = { identifier: "nobody", code: "ABC123" };
    expect(await codes.confirm("unlock", nobody)).toEqual({ status: "wrong-code" });
  });

  it("is apart from those that strangers ask for: neither replaces nor uses up the other", async () => {
    const { codes } = test.space;
    await codes.request("reset-password", { userId: id, withoutTicket: true });
    const own = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const ticket = await ticketOf(codes.request("reset-password", { identifier: "ada" }));
    const stranger = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect(own).not.toBe(stranger);
    // The code of a ticket is none without it, and the other way round.
    expect(await codes.confirm("reset-password", { userId: id, code: stranger, newPassword: NEXT })).toEqual({
      status: "wrong-code",
    });
    expect(await codes.confirm("reset-password", { ticket, code: own, newPassword: NEXT })).toEqual({
      status: "wrong-code",
    });
    // A stranger spends all the tries of their own request; the other code is as good as before.
    for (let i = 0; i < 10; i++)
      await codes.confirm("reset-password", { ticket, code: "AAAAAA", newPassword: NEXT });
    expect(await codes.confirm("reset-password", { userId: id, code: own, newPassword: NEXT })).toMatchObject(
      { status: "password-reset" },
    );
  });

  it("replaces the last one of its kind, and only of its kind", async () => {
    const { codes } = test.space;
    const ask = async (purpose: "reset-password" | "unlock") => {
      await codes.request(purpose, { userId: id, withoutTicket: true });
      return codeIn((await test.mailsTo("ada@example.com"))[0]);
    };
    const unlock = await ask("unlock");
    const old = await ask("reset-password");
    const latest = await ask("reset-password");
    const reset = (code: string) => codes.confirm("reset-password", { userId: id, code, newPassword: NEXT });
    expect(await reset(old)).toEqual({ status: "wrong-code" });
    expect(await reset(unlock)).toEqual({ status: "wrong-code" });
    expect(await codes.confirm("unlock", { userId: id, code: unlock })).toEqual({ status: "unlocked" });
    expect(await reset(latest)).toMatchObject({ status: "password-reset" });
  });

  it("is for the application alone", async () => {
    const { codes } = test.space;
    const actor = { type: "user", id, admin: true, superuser: true } as const;
    const denied = expect.objectContaining({ code: "not-allowed" });
    await expect(codes.request("unlock", { userId: id, withoutTicket: true, actor })).rejects.toThrow(denied);
    await expect(codes.request("unlock", { userId: id, length: 8, actor })).rejects.toThrow(denied);
    await expect(codes.request("second-factor", { userId: id, actor })).rejects.toThrow(denied);
    await expect(codes.request(["reset-password", "delete-account"], { userId: id, actor })).rejects.toThrow(
      denied,
    );
    await expect(codes.confirm("unlock", { userId: id, code: "ABC123", actor })).rejects.toThrow(denied);
  });

  it("is used by exactly one of 50 at once, and compared with no more guesses than it has tries", async () => {
    const { codes } = test.space;
    await codes.request("unlock", { userId: id, withoutTicket: true });
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const tries = await Promise.all(
      Array.from({ length: 50 }, () => codes.confirm("unlock", { userId: id, code })),
    );
    expect(tries.filter(({ status }) => status === "unlocked")).toHaveLength(1);

    await codes.request("unlock", { userId: id, withoutTicket: true });
    const next = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const guesses = Array.from({ length: 200 }, (_, at) => String(at).padStart(6, "0"));
    const outcomes = await Promise.all(
      guesses.map((guess) => codes.confirm("unlock", { identifier: "ada", code: guess })),
    );
    expect(outcomes.every(({ status }) => status === "wrong-code")).toBe(true);
    // Had fewer than five been compared, the right one would still work.
    expect(await codes.confirm("unlock", { userId: id, code: next })).toEqual({ status: "wrong-code" });
  });
});

describe("a reset", () => {
  it("leaves codes that prove an address, unless it is to end all of them", async () => {
    const { codes } = test.space;
    for (const [endCodes, status] of [
      [{}, "verified"],
      [{ endCodes: "all" }, "wrong-code"],
    ] as const) {
      const proof = await ticketOf(codes.request("verify-email", { userId: id }));
      const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
      await codes.request("reset-password", { userId: id });
      const link = linkIn((await test.mailsTo("ada@example.com"))[0]);
      expect(await codes.confirm("reset-password", { link, newPassword: NEXT, ...endCodes })).toMatchObject({
        status: "password-reset",
      });
      expect(await codes.confirm("verify-email", { ticket: proof, code })).toMatchObject({ status });
      await test.space.users.update(id, { emailVerified: false });
      // The notice of the new password leaves, so that the newest mail of the next round is its code.
      await test.mailsTo("ada@example.com");
    }
  });
});

describe("one code for several things", () => {
  const shared = ["reset-password", "change-email", "delete-account"] as const;

  it("serves any one of them, once", async () => {
    const { codes } = test.space;
    const ask = async () => {
      // What was queued before leaves first, so that the newest mail is the code.
      await test.mailsTo("ada@example.com");
      await codes.request(shared, { userId: id, withoutTicket: true });
      return codeIn((await test.mailsTo("ada@example.com"))[0]);
    };
    let code = await ask();
    expect(await codes.confirm("reset-password", { userId: id, code, newPassword: NEXT })).toMatchObject({
      status: "password-reset",
    });
    expect(await codes.confirm("delete-account", { userId: id, code, password: NEXT })).toEqual({
      status: "wrong-code",
    });
    code = await ask();
    expect(
      await codes.confirm("change-email", {
        userId: id,
        code,
        newEmail: "lovelace@example.com",
        atOnce: true,
      }),
    ).toMatchObject({ status: "email-changed", user: { email: "lovelace@example.com" } });
    await codes.request(shared, { userId: id, withoutTicket: true });
    code = codeIn((await test.mailsTo("lovelace@example.com"))[0]);
    expect(await codes.confirm("delete-account", { userId: id, code, password: NEXT })).toMatchObject({
      status: "account-deleted",
    });
  });

  it("says in its mail what it may serve, and has no link", async () => {
    await test.space.codes.request(shared, { userId: id });
    const [mail] = await test.mailsTo("ada@example.com");
    expect(mail?.text).toContain("choose a new password, change the email address or delete the account");
    expect(mail?.text).not.toContain("link=");
  });

  it("gives way to a newer one for one of them, and the other way round", async () => {
    const { codes } = test.space;
    await codes.request(shared, { userId: id, withoutTicket: true });
    const several = codeIn((await test.mailsTo("ada@example.com"))[0]);
    await codes.request("reset-password", { userId: id, withoutTicket: true });
    const single = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const reset = (code: string) => codes.confirm("reset-password", { userId: id, code, newPassword: NEXT });
    expect(await reset(several)).toEqual({ status: "wrong-code" });
    expect(await reset(single)).toMatchObject({ status: "password-reset" });
  });

  it("serves nothing else, and never what proves an address or opens an account", async () => {
    const { codes } = test.space;
    for (const purposes of [
      ["reset-password", "sign-in"],
      ["second-factor", "delete-account"],
      ["verify-email", "reset-password"],
      ["reset-password", "reset-password"],
      [],
    ] as unknown as (readonly "reset-password"[])[])
      await expect(codes.request(purposes, { userId: id })).rejects.toThrow(
        expect.objectContaining({ code: "invalid-input" }),
      );
    await codes.request(shared, { userId: id, withoutTicket: true });
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await codes.confirm("verify-email", { userId: id, code })).toEqual({ status: "wrong-code" });
    expect(await codes.confirm("unlock", { userId: id, code })).toEqual({ status: "wrong-code" });
    expect(await codes.confirm("second-factor", { userId: id, code })).toEqual({ status: "wrong-code" });
  });
});

describe("a code of the application's own second step", () => {
  it("is confirmed once, and signs nobody in", async () => {
    const { codes } = test.space;
    const ticket = await ticketOf(codes.request("second-factor", { userId: id, withoutTicket: true }));
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    expect(await test.space.signIn({ ticket, code })).toEqual({ status: "wrong-code" });
    expect(await codes.confirm("second-factor", { userId: id, code })).toMatchObject({
      status: "confirmed",
      user: { id },
    });
    expect(await codes.confirm("second-factor", { userId: id, code })).toEqual({ status: "wrong-code" });
  });

  it("is not the code of a sign-in", async () => {
    await test.space.users.update(id, { emailVerified: true });
    await test.space.users.setSecondFactor(id, "mail");
    // The notice leaves first, so that the newest mail is the code.
    await test.mailsTo("ada@example.com");
    const result = await test.space.signIn({ identifier: "ada", password: GOOD });
    if (result.status !== "second-factor") throw new Error(result.status);
    const code = codeIn((await test.mailsTo("ada@example.com"))[0]);
    const { ticket } = result;
    expect(await test.space.codes.confirm("second-factor", { ticket, code })).toEqual({
      status: "wrong-code",
    });
    expect(await test.space.signIn({ ticket, code })).toMatchObject({ status: "signed-in" });
  });
});

describe("every purpose", () => {
  const purposes: readonly CodePurpose[] = [
    "verify-email",
    "reset-password",
    "change-email",
    "sign-in",
    "delete-account",
    "unlock",
  ];

  it.each(purposes)(
    "%s: answers alike for nobody, for somebody, and for somebody blocked",
    async (purpose) => {
      await test.space.users.create({ username: "bea", email: "bea@example.com", password: GOOD });
      await test.space.blocks.put("bea@example.com");
      const ask = (identifier: string) =>
        test.space.codes.request(purpose as "unlock", { identifier, ip: "192.0.2.7" });
      for (const identifier of ["ada", "nobody", "nobody@example.com", "bea", "bea@example.com"]) {
        const result = await ask(identifier);
        expect(Object.keys(result)).toEqual(["status", "ticket"]);
        if (result.status !== "sent") return;
        expect(result.ticket).toHaveLength(43);
        const attempt = { ticket: result.ticket, code: "ABC123", newPassword: NEXT };
        if (purpose === "sign-in") expect(await test.space.signIn(attempt)).toEqual({ status: "wrong-code" });
        else if (purpose !== "change-email" && purpose !== "delete-account")
          expect(await test.space.codes.confirm(purpose as "unlock", attempt)).toEqual({
            status: "wrong-code",
          });
      }
      expect(await test.mailsTo("bea@example.com")).toEqual([]);
      // Five an hour, whoever it is.
      for (const identifier of ["nobody", "ada"]) {
        for (let i = 0; i < 4; i++) await ask(identifier);
        expect((await ask(identifier)).status).toBe("limited");
      }
    },
  );
});

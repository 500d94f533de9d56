import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newDatabase } from "../helpers/database.js";
import { type EasyBench, openEasy, says } from "./easy-bench.js";

const ADA = "ada@example.com";
const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
const LATER = "lovelace@example.com";
const MINUTE = 60_000;
let bench: EasyBench;
beforeEach(async () => {
  bench = await openEasy({}, await newDatabase());
});
afterEach(() => bench.cleanup());

const register = () => bench.auth.registerUserNoVerif(ADA, GOOD);

describe("codes", () => {
  /** Everything that a code can be presented for. */
  const uses = {
    verify: (code: string) => bench.auth.verifyUser(ADA, code),
    mfa: (code: string) => bench.auth.verifyMfaCode(ADA, code),
    reset: (code: string) => bench.auth.verifyResetCodeAndResetPassword(ADA, code, GOOD),
    change: (code: string) => bench.auth.verifyResetCodeAndChangeEmail(ADA, code, LATER),
    delete: (code: string) => bench.auth.deleteUserWithVerif(ADA, GOOD, code),
  };
  const makes = {
    registering: () => bench.auth.registerUser(ADA, GOOD),
    mfa: async () => {
      await register();
      return bench.auth.authenticateUser(ADA, GOOD, true);
    },
    generating: async () => {
      await register();
      return bench.auth.generateCode(ADA);
    },
  };
  const serve: Readonly<Record<keyof typeof makes, readonly (keyof typeof uses)[]>> = {
    registering: ["verify"],
    mfa: ["mfa"],
    generating: ["reset", "change", "delete"],
  };
  const names = Object.keys(uses) as (keyof typeof uses)[];

  it.each(Object.keys(makes) as (keyof typeof makes)[])(
    "made by %s serve what they were made for, once, and nothing else",
    async (maker) => {
      for (const use of serve[maker]) {
        expect((await makes[maker]()).success).toBe(true);
        const code = await bench.codeTo(ADA);
        for (const other of names.filter((name) => !serve[maker].includes(name)))
          expect(await uses[other](code)).toEqual(says(417));
        expect((await uses[use](code)).success).toBe(true);
        for (const again of names)
          if (use !== "change" && use !== "delete") expect(await uses[again](code)).toEqual(says(417));
        await bench.coredb.removeUsersCollection();
      }
    },
  );

  it("are never right when they are null, empty, or anything but text", async () => {
    await bench.auth.registerUser(ADA, GOOD);
    const code = await bench.codeTo(ADA);
    for (const nothing of [null, undefined, "", 0, { $ne: null }, [code], `${code}${" ".repeat(64)}x`]) {
      await makes.registering();
      for (const name of names) expect(await uses[name](nothing as string)).toEqual(says(417));
      await bench.coredb.removeUsersCollection();
    }
  });

  it("allow five tries", async () => {
    await makes.registering();
    const code = await bench.codeTo(ADA);
    for (let tries = 0; tries < 4; tries++) expect(await uses.verify("------")).toEqual(says(417));
    expect(await uses.verify(code)).toEqual(says(300));
    await bench.coredb.removeUsersCollection();
    await makes.registering();
    const next = await bench.codeTo(ADA);
    for (let tries = 0; tries < 5; tries++) expect(await uses.verify("------")).toEqual(says(417));
    expect(await uses.verify(next)).toEqual(says(417));
  });

  it("work for ten minutes", async () => {
    await makes.registering();
    const code = await bench.codeTo(ADA);
    bench.clock.advance(10 * MINUTE);
    expect(await uses.verify(code)).toEqual(says(417));
    await bench.auth.generateCode(ADA);
    const shared = await bench.codeTo(ADA);
    bench.clock.advance(10 * MINUTE - 2);
    expect(await uses.reset(shared)).toEqual(says(203));
  });

  it("that came too late are asked for anew at the space", async () => {
    await makes.registering();
    bench.clock.advance(10 * MINUTE);
    const space = await bench.auth.space();
    await space.codes.request("verify-email", { identifier: ADA, withoutTicket: true, waitForMail: true });
    expect(await uses.verify(await bench.codeTo(ADA))).toEqual(says(300));
  });

  it("rest nowhere in the database, and no password does", async () => {
    await makes.registering();
    const code = await bench.codeTo(ADA);
    await (await bench.space()).sessions.list({ size: 1 });
    const rests = await bench.database.dump();
    expect(rests).toContain(ADA);
    for (const secret of [code, GOOD]) expect(rests).not.toContain(secret);
  });
});

describe("passwords", () => {
  it("over 72 bytes count whole", async () => {
    const long = `${"é".repeat(36)} the rest`;
    await bench.auth.registerUserNoVerif(ADA, long);
    expect(await bench.auth.authenticateUser(ADA, "é".repeat(36))).toEqual(says(502));
    expect(await bench.auth.authenticateUser(ADA, `${"é".repeat(36)} another`)).toEqual(says(502));
    expect(await bench.auth.authenticateUser(ADA, long)).toEqual(says(202));
  });

  it("may be empty or hold a NUL, and are none where they are no text", async () => {
    await bench.auth.registerUserNoVerif(ADA, "");
    expect(await bench.auth.authenticateUser(ADA, "")).toEqual(says(202));
    await bench.auth.registerUserNoVerif(LATER, "nul\0byte");
    expect(await bench.auth.authenticateUser(LATER, "nul")).toEqual(says(502));
    expect(await bench.auth.authenticateUser(LATER, "nul\0byte")).toEqual(says(202));
    for (const nothing of [null, undefined, { $ne: null }])
      expect(await bench.auth.registerUserNoVerif("bea@example.com", nothing as never as string)).toEqual(
        says(400),
      );
    expect(await bench.utils.isVerified("bea@example.com")).toEqual(says(404));
    expect(await bench.auth.authenticateUser(ADA, null as never as string)).toEqual(says(400));
  });
});

describe("addresses", () => {
  it("are told apart by case before the @, and are nobody's where they are none", async () => {
    await register();
    expect(await bench.auth.registerUserNoVerif("Ada@example.com", NEXT)).toEqual(says(200));
    expect(await bench.auth.authenticateUser("Ada@example.com", GOOD)).toEqual(says(502));
    expect(await bench.auth.authenticateUser("Ada@example.com", NEXT)).toEqual(says(202));
    for (const nobody of ["", "ada", null, undefined, 5, { $ne: null }]) {
      const email = nobody as string;
      expect(await bench.auth.authenticateUser(email, GOOD)).toEqual(says(404));
      expect(await bench.auth.registerUserNoVerif(email, GOOD)).toEqual(says(503));
      expect(await bench.utils.isBlocked(email)).toEqual(says(404, { success: true }));
    }
  });

  it("that are changed take the wait along", async () => {
    const limited = bench.open({ rateLimiting: 60, rateLimitPenalty: 30 });
    await register();
    await limited.updateRateLimit(ADA);
    expect(await limited.checkAndUpdateRateLimit(ADA)).toEqual(says(401));
    bench.clock.advance(5000);
    const before = await bench.utils.timeSinceRequest(ADA);
    expect(before).toBe(-25);
    expect(await limited.changeEmailNoVerif(ADA, LATER, GOOD, true)).toEqual(says(200));
    expect(await bench.utils.timeSinceRequest(LATER)).toBe(before);
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(-1);
    // The penalties go on adding up.
    expect(await limited.authenticateUser(LATER, GOOD)).toEqual(says(401));
    expect(await bench.utils.timeSinceRequest(LATER)).toBe(-60);
    await bench.auth.generateCode(LATER);
    const code = await bench.codeTo(LATER);
    expect(await limited.verifyResetCodeAndChangeEmail(LATER, code, ADA, null, true)).toEqual(says(200));
    expect(await bench.utils.timeSinceRequest(LATER)).toBe(-1);
    expect(await limited.isRateLimited(ADA)).toEqual(says(401));
  });

  it("that are changed without verification stay as verified as they were", async () => {
    await bench.auth.registerUser(ADA, GOOD);
    expect(await bench.auth.changeEmailNoVerif(ADA, LATER, GOOD)).toEqual(says(200));
    expect(await bench.utils.isVerified(LATER)).toEqual(says(302));
    await bench.auth.generateCode(LATER);
    const code = await bench.codeTo(LATER);
    expect(await bench.auth.verifyResetCodeAndChangeEmail(LATER, code, ADA)).toEqual(says(200));
    expect(await bench.utils.isVerified(ADA)).toEqual(says(302));
  });

  it("on which a block was left cannot be taken over", async () => {
    await bench.auth.registerUserNoVerif(LATER, GOOD);
    await bench.utils.blockUser(LATER);
    await bench.auth.deleteUser(LATER, GOOD, false);
    await register();
    expect(await bench.auth.changeEmailNoVerif(ADA, LATER, GOOD)).toEqual(says(403));
    await bench.auth.generateCode(ADA);
    const code = await bench.codeTo(ADA);
    expect(await bench.auth.verifyResetCodeAndChangeEmail(ADA, code, LATER)).toEqual(says(402));
  });
});

describe("limits", () => {
  const limited = (rateLimiting: number, rateLimitPenalty = 0) =>
    bench.open({ rateLimiting, rateLimitPenalty });

  it("refuse a request within the time of the last, and each refusal restarts the wait", async () => {
    const auth = limited(3);
    expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(says(200));
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(401));
    for (let times = 0; times < 5; times++) {
      bench.clock.advance(2000);
      expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(401));
    }
    bench.clock.advance(3000);
    expect(await auth.authenticateUser(ADA, "wrong")).toEqual(says(502));
    // What was wrong counts.
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(401));
  });

  it("add the penalty of each refusal to the wait, stacking", async () => {
    const auth = limited(2, 5);
    expect(await auth.checkAndUpdateRateLimit(ADA)).toEqual(says(200));
    for (const since of [-5, -10, -15]) {
      expect(await auth.checkAndUpdateRateLimit(ADA)).toEqual(says(401));
      expect(await bench.utils.timeSinceRequest(ADA)).toBe(since);
    }
    bench.clock.advance(16_999);
    expect(await auth.isRateLimited(ADA)).toEqual(says(401));
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(1);
    bench.clock.advance(1);
    expect(await auth.checkAndUpdateRateLimit(ADA)).toEqual(says(200));
    expect(await auth.checkAndUpdateRateLimit(ADA)).toEqual(says(401));
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(-5);
  });

  it("are neither asked nor counted where they are to be ignored, or off", async () => {
    const auth = limited(60);
    await auth.registerUserNoVerif(ADA, GOOD);
    bench.clock.advance(7000);
    for (let times = 0; times < 3; times++)
      expect(await auth.authenticateUser(ADA, GOOD, false, undefined, true)).toEqual(says(202));
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(7);
    for (let times = 0; times < 3; times++)
      expect(await bench.auth.checkAndUpdateRateLimit(LATER)).toEqual(says(200));
    expect(await bench.auth.updateRateLimit(LATER)).toEqual(says(200));
    expect(await bench.utils.timeSinceRequest(LATER)).toBe(-1);
  });

  it("are not counted by what is refused before them", async () => {
    const auth = limited(60);
    await auth.authenticateUser(ADA, GOOD);
    await auth.registerUserNoVerif("ada@localhost", GOOD);
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(-1);
    await register();
    await auth.registerUserNoVerif(ADA, GOOD);
    await bench.utils.blockUser(ADA);
    await auth.authenticateUser(ADA, GOOD);
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(-1);
  });

  it("are set to now by updateRateLimit, which shortens no penalty", async () => {
    const auth = limited(10, 100);
    await auth.updateRateLimit(ADA);
    bench.clock.advance(4000);
    await auth.updateRateLimit(ADA);
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(0);
    await auth.checkAndUpdateRateLimit(ADA);
    expect(await auth.updateRateLimit(ADA)).toEqual(says(200));
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(-100);
  });

  it("stay with an address that is deleted", async () => {
    const auth = limited(60);
    await register();
    expect(await auth.deleteUser(ADA, GOOD)).toEqual(says(204));
    expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(says(401));
  });
});

describe("blocks", () => {
  it("keep a blocked user from all that needs signing in, codes that came before included", async () => {
    const { auth, utils } = bench;
    await register();
    await auth.generateCode(ADA);
    const code = await bench.codeTo(ADA);
    await utils.blockUser(ADA);
    for (const answer of [
      auth.authenticateUser(ADA, GOOD),
      auth.authenticateUser(ADA, "wrong"),
      auth.verifyUser(ADA, code),
      auth.verifyMfaCode(ADA, code),
      auth.generateCode(ADA),
      auth.resetPasswordNoVerif(ADA, GOOD, NEXT),
      auth.verifyResetCodeAndResetPassword(ADA, code, NEXT),
      auth.changeEmailNoVerif(ADA, LATER, GOOD),
      auth.verifyResetCodeAndChangeEmail(ADA, code, LATER),
      auth.deleteUser(ADA, GOOD),
      auth.deleteUserWithVerif(ADA, GOOD, code),
      auth.deleteUserWithVerif(ADA, GOOD, code, false),
    ])
      expect(await answer).toEqual(says(403));
    expect(await utils.unblockUser(ADA)).toEqual(says(207));
    expect(await auth.verifyResetCodeAndResetPassword(ADA, code, NEXT)).toEqual(says(203));
  });

  it("end the sessions that the user has", async () => {
    await register();
    const space = await bench.space();
    const user = await space.users.find({ email: ADA });
    const { token } = await space.sessions.create({ userId: user?.id ?? "" });
    await bench.utils.blockUser(ADA);
    expect((await space.sessions.check(token)).status).toBe("not-found");
  });

  it("keep nobody from signing in where blocking is off, but go on to shut codes", async () => {
    await register();
    await bench.utils.blockUser(ADA);
    const open = bench.open({ blocking: false });
    expect(await open.authenticateUser(ADA, GOOD)).toEqual(says(202));
    expect(await open.authenticateUser(ADA, GOOD, true)).toEqual(says(403));
    expect(await open.generateCode(ADA)).toEqual(says(403));
    expect(await open.resetPasswordNoVerif(ADA, GOOD, NEXT)).toEqual(says(403));
    expect(await open.changeEmailNoVerif(ADA, LATER, GOOD)).toEqual(says(200));
    expect(await open.deleteUser(LATER, GOOD)).toEqual(says(204));
    // The block outlives its user all the same.
    expect(await open.registerUserNoVerif(LATER, GOOD)).toEqual(says(403));
  });

  it("have a record for each registered user; who has none is answered 423", async () => {
    const { auth, utils, coredb } = bench;
    await register();
    expect(await utils.isBlocked(ADA)).toEqual(says(301));
    await coredb.removeBlockedCollection();
    const none = [
      await auth.authenticateUser(ADA, GOOD),
      await auth.verifyUser(ADA, "ABC123"),
      await auth.verifyMfaCode(ADA, "ABC123"),
    ];
    expect(none).toEqual([says(423), says(423), says(423)]);
    expect(await utils.isBlocked(ADA)).toEqual(says(404, { success: true }));
    expect(await utils.blockUser(ADA)).toEqual(says(404));
    expect(await utils.unblockUser(ADA)).toEqual(says(404));
    // Making it does not bring the records back; who registers from now on has one.
    await coredb.createBlockedCollection();
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(423));
    await auth.registerUserNoVerif(LATER, GOOD);
    expect(await auth.authenticateUser(LATER, GOOD)).toEqual(says(202));
    expect(await utils.blockUser(LATER)).toEqual(says(403, { success: true }));
    expect(await auth.authenticateUser(LATER, GOOD)).toEqual(says(403));
    // The rest asks for no record, as there.
    expect(await auth.resetPasswordNoVerif(ADA, GOOD, NEXT)).toEqual(says(203));
    expect(await bench.open({ blocking: false }).authenticateUser(ADA, NEXT)).toEqual(says(202));
    expect(await auth.deleteUser(ADA, NEXT)).toEqual(says(204));
    await coredb.resetBlockedCollection();
    expect(await auth.authenticateUser(LATER, GOOD)).toEqual(says(423));
  });

  it("have no record for who registered while blocking was off", async () => {
    const open = bench.open({ blocking: false });
    await open.registerUserNoVerif(ADA, GOOD);
    expect(await open.authenticateUser(ADA, GOOD)).toEqual(says(202));
    expect(await bench.auth.authenticateUser(ADA, GOOD)).toEqual(says(423));
    expect(await bench.utils.blockUser(ADA)).toEqual(says(404));
  });

  it("are gone with the collection, for the address and for the user", async () => {
    await register();
    await bench.auth.registerUserNoVerif(LATER, GOOD);
    await bench.utils.blockUser(ADA);
    await bench.utils.blockUser(LATER);
    await bench.auth.deleteUser(LATER, GOOD, false);
    await bench.coredb.removeBlockedCollection();
    expect(await bench.auth.deleteUser(ADA, GOOD)).toEqual(says(204));
    for (const email of [ADA, LATER])
      expect(await bench.auth.registerUserNoVerif(email, GOOD)).toEqual(says(200));
  });
});

describe("what Watchword knows besides", () => {
  it("keeps out whom it switched off, whatever blocking says", async () => {
    await register();
    const space = await bench.space();
    const { id } = (await space.users.find({ email: ADA })) ?? { id: "" };
    await space.users.changePermissions(id, { active: false });
    for (const auth of [bench.auth, bench.open({ blocking: false })]) {
      expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(403));
      expect(await auth.generateCode(ADA)).toEqual(says(403));
      expect(await auth.deleteUser(ADA, GOOD, false)).toEqual(says(403));
    }
    expect(await bench.utils.isBlocked(ADA)).toEqual(says(403, { success: true }));
    await space.users.changePermissions(id, { active: true });
    expect(await bench.auth.authenticateUser(ADA, GOOD)).toEqual(says(202));
  });

  it("lets nobody round the second factor that they chose there", async () => {
    await register();
    const space = await bench.space();
    const { id } = (await space.users.find({ email: ADA })) ?? { id: "" };
    await space.users.setSecondFactor(id, "mail");
    expect(await bench.auth.authenticateUser(ADA, GOOD)).toEqual(says(502));
    expect(await bench.auth.authenticateUser(ADA, GOOD, true)).toEqual(says(202));
    expect(await bench.auth.verifyMfaCode(ADA, await bench.codeTo(ADA))).toEqual(says(200));
  });
});

describe("what nobody foresaw", () => {
  it("is 400, with what went wrong beside it, for questions the careful answer, and logged", async () => {
    const lines: object[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => void lines.push(fields) };
    const limited = bench.open({ rateLimiting: 60, watchword: { logger } });
    await register();
    await limited.close();
    for (const answer of [
      await limited.authenticateUser(ADA, GOOD),
      await limited.isRateLimited(ADA),
      await limited.checkAndUpdateRateLimit(ADA),
    ]) {
      expect(answer).toEqual(says(400));
      expect(answer.cause).toMatchObject({ code: "closed" });
      expect(JSON.stringify(answer)).not.toContain("cause");
    }
    expect(lines).toHaveLength(3);
    await bench.utils.close();
    expect(await bench.utils.isBlocked(ADA)).toEqual(says(400, { success: true }));
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(-1);
    await bench.coredb.close();
    await expect(bench.coredb.userCount()).rejects.toMatchObject({ code: "closed" });
    await bench.coredb.close();
  });

  it("is a policy of one's own that refuses a password: 400 with the reason", async () => {
    const { passwords } = bench.connection.watchword ?? {};
    const strict = bench.open({ watchword: { passwords: { ...passwords, minLength: 8 } } });
    const answer = await strict.registerUserNoVerif(ADA, "short");
    expect(answer).toEqual(says(400));
    expect(answer.cause).toMatchObject({ code: "password-refused" });
    await register();
    const changed = await strict.resetPasswordNoVerif(ADA, GOOD, "short");
    expect(changed.cause).toMatchObject({ code: "password-refused" });
    await strict.generateCode(ADA);
    const reset = await strict.verifyResetCodeAndResetPassword(ADA, await bench.codeTo(ADA), "short");
    expect(reset.cause).toMatchObject({ code: "password-refused" });
    expect(await strict.authenticateUser(ADA, GOOD)).toEqual(says(202));
  });
});

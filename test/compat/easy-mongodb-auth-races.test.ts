import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "watchword/compat/easy-mongodb-auth";
import { newDatabase } from "../helpers/database.js";
import { type EasyBench, openEasy, says } from "./easy-bench.js";

const ADA = "ada@example.com";
const GOOD = "correct horse battery staple";
const MANY = 50;
let bench: EasyBench;
beforeEach(async () => {
  bench = await openEasy({}, await newDatabase());
});
afterEach(() => bench.cleanup());

/** From two programs at once, as far as the database can tell. */
async function race(call: (auth: EasyBench["auth"], at: number) => Promise<Answer>): Promise<Answer[]> {
  const programs = [bench.auth, bench.open()];
  return Promise.all(Array.from({ length: MANY }, (_, at) => call(programs[at % 2] ?? bench.auth, at)));
}
const countOf = (answers: readonly Answer[], number: number) =>
  answers.filter(({ message }) => message === number).length;

describe(`${MANY} at once`, () => {
  it("register one address: one does, and one code is mailed", async () => {
    const answers = await race((auth) => auth.registerUser(ADA, GOOD));
    expect([countOf(answers, 201), countOf(answers, 402)]).toEqual([1, MANY - 1]);
    expect(await bench.coredb.userCount()).toBe(1);
    expect(await (await bench.space()).mail.outbox()).toHaveLength(1);
    expect(await bench.auth.verifyUser(ADA, await bench.codeTo(ADA))).toEqual(says(300));
  });

  it("verify with one code: one does", async () => {
    await bench.auth.registerUser(ADA, GOOD);
    const code = await bench.codeTo(ADA);
    const answers = await race((auth) => auth.verifyUser(ADA, code));
    expect([countOf(answers, 300), countOf(answers, 417)]).toEqual([1, MANY - 1]);
  });

  it("use one code of a second factor, or of several purposes: one does", async () => {
    await bench.auth.registerUserNoVerif(ADA, GOOD);
    await bench.auth.authenticateUser(ADA, GOOD, true);
    const second = await bench.codeTo(ADA);
    const answers = await race((auth) => auth.verifyMfaCode(ADA, second));
    expect([countOf(answers, 200), countOf(answers, 417)]).toEqual([1, MANY - 1]);

    await bench.auth.generateCode(ADA);
    const shared = await bench.codeTo(ADA);
    const resets = await race((auth, at) =>
      at % 4 < 2
        ? auth.verifyResetCodeAndResetPassword(ADA, shared, `password ${at}`)
        : auth.verifyResetCodeAndChangeEmail(ADA, shared, `ada${at}@example.com`),
    );
    expect(resets.filter(({ success }) => success)).toHaveLength(1);
    // Whoever came behind a change of address finds nobody there.
    expect(countOf(resets, 417) + countOf(resets, 404)).toBe(MANY - 1);
  });

  it("guess at a code: no more guesses than it has tries", async () => {
    await bench.auth.registerUser(ADA, GOOD);
    const code = await bench.codeTo(ADA);
    const answers = await race((auth, at) => auth.verifyUser(ADA, String(at).padStart(6, "0")));
    expect(countOf(answers, 417)).toBe(MANY);
    expect(await bench.auth.verifyUser(ADA, code)).toEqual(says(417));
  });

  it("ask while a wait runs: exactly one passes, and each of the others adds its penalty", async () => {
    const limited = bench.open({ rateLimiting: 10, rateLimitPenalty: 2 });
    const answers = await Promise.all(
      Array.from({ length: MANY }, () => limited.checkAndUpdateRateLimit(ADA)),
    );
    expect([countOf(answers, 200), countOf(answers, 401)]).toEqual([1, MANY - 1]);
    expect(await bench.utils.timeSinceRequest(ADA)).toBe(-2 * (MANY - 1));
  });

  it("sign in with the right password: all do", async () => {
    await bench.auth.registerUserNoVerif(ADA, GOOD);
    const answers = await race((auth) => auth.authenticateUser(ADA, GOOD));
    expect(countOf(answers, 202)).toBe(MANY);
  });

  it("change the password with the old one: one does", async () => {
    await bench.auth.registerUserNoVerif(ADA, GOOD);
    const answers = await race((auth, at) => auth.resetPasswordNoVerif(ADA, GOOD, `password ${at}`));
    expect([countOf(answers, 203), countOf(answers, 500)]).toEqual([1, MANY - 1]);
    const winner = answers.findIndex(({ success }) => success);
    expect(await bench.auth.authenticateUser(ADA, `password ${winner}`)).toEqual(says(202));
  });

  it("delete one user: one does", async () => {
    await bench.auth.registerUserNoVerif(ADA, GOOD);
    const answers = await race((auth) => auth.deleteUser(ADA, GOOD));
    expect(countOf(answers, 204)).toBe(1);
    // The others were too late before or behind the password.
    expect(countOf(answers, 404) + countOf(answers, 410)).toBe(MANY - 1);
  });

  it("take over one address: one does", async () => {
    await Promise.all(
      Array.from({ length: MANY }, (_, at) => bench.auth.registerUserNoVerif(`p${at}@example.com`, GOOD)),
    );
    const answers = await race((auth, at) => auth.changeEmailNoVerif(`p${at}@example.com`, ADA, GOOD));
    expect([countOf(answers, 200), countOf(answers, 402)]).toEqual([1, MANY - 1]);
  });

  it("change a field each of the custom data: none is lost", async () => {
    const fields = Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`f${at}`, 0]));
    await bench.auth.registerUserNoVerif(ADA, GOOD, fields);
    const answers = await race((_auth, at) => bench.utils.updateUsrData(ADA, `f${at}`, at));
    expect(countOf(answers, 205)).toBe(MANY);
    const { message } = await bench.utils.getCustUsrData(ADA);
    expect(message).toEqual(Object.fromEntries(Object.keys(fields).map((name, at) => [name, at])));
  });
});

it("makes one space where three objects open a new database at once", async () => {
  const answers = await Promise.all([
    bench.auth.registerUserNoVerif(ADA, GOOD),
    bench.utils.isVerified("nobody@example.com"),
    bench.coredb.userCount(),
  ]);
  expect(answers.slice(0, 2)).toEqual([says(200), says(404)]);
  const ids = await Promise.all(
    [bench.auth, bench.utils, bench.coredb].map(async (each) => (await each.space()).id),
  );
  expect(new Set(ids).size).toBe(1);
  expect(await bench.utils.isVerified(ADA)).toEqual(says(300));
});

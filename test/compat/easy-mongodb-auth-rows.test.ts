import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newDatabase } from "../helpers/database.js";
import { climb, type EasyBench, openEasy, says as saysPlain } from "./easy-bench.js";

const ADA = "ada@example.com";
const BEA = "bea@example.com";
const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
const MINUTE = 60_000;
const NOBODY = "nobody@example.com";

// Every row of the table, outcome by outcome, in the order of the contract.
describe.each([
  ["sentences", true],
  ["numbers", false],
] as const)("Auth, with %s", (_kind, readable) => {
  let bench: EasyBench;
  const says = (number: number, success?: boolean) =>
    saysPlain(number, { readable, ...(success === undefined ? {} : { success }) });
  beforeEach(async () => {
    bench = await openEasy({ readableErrors: readable, rateLimiting: 60 }, await newDatabase());
  });
  afterEach(() => bench.cleanup());

  const wait = () => bench.clock.advance(MINUTE);
  const idOf = async (email: string) => (await (await bench.space()).users.find({ email }))?.id ?? "";

  async function register(email = ADA): Promise<void> {
    expect(await bench.auth.registerUserNoVerif(email, GOOD, undefined, true)).toEqual(says(200));
  }
  /** Everything that can stand in the way of somebody at once: no block record, a block, an address unverified, a wait. */
  async function obstruct(): Promise<void> {
    const space = await bench.space();
    const id = await idOf(ADA);
    await space.users.update(id, { emailVerified: false });
    await space.users.data.setField(id, "block_record", -1);
    await space.users.block(id);
    await bench.auth.updateRateLimit(ADA);
  }
  const giveRecord = async () => {
    await (await bench.space()).users.data.removeField(await idOf(ADA), "block_record");
  };
  const unblock = async () => {
    await (await bench.space()).users.unblock(await idOf(ADA));
  };
  const verify = async () => {
    await (await bench.space()).users.update(await idOf(ADA), { emailVerified: true });
  };
  async function askedCode(): Promise<string> {
    expect(await bench.auth.generateCode(ADA, undefined, true)).toEqual(says(201));
    return bench.codeTo(ADA);
  }

  it.each([["registerUser"], ["registerUserNoVerif"], ["registerUserNoPass"]] as const)(
    "%s: 503, 402, 401, 403, then the user",
    async (method) => {
      const { auth, utils } = bench;
      await register();
      await register(BEA);
      await utils.blockUser(BEA);
      await auth.deleteUser(BEA, GOOD, false, true);
      await auth.updateRateLimit(BEA);
      let email = "ada@localhost";
      const call = () => (method === "registerUserNoPass" ? auth[method](email) : auth[method](email, GOOD));
      await climb(call, [
        [
          says(503),
          () => {
            email = ADA;
          },
        ],
        [
          says(402),
          () => {
            email = BEA;
          },
        ],
        [says(401), wait],
        [
          says(403),
          async () => {
            await (await bench.space()).blocks.remove(BEA);
            wait();
          },
        ],
        [says(method === "registerUserNoVerif" ? 200 : 201)],
      ]);
      expect(await utils.isVerified(BEA)).toEqual(says(method === "registerUserNoVerif" ? 300 : 302));
      expect(await auth.authenticateUser(BEA, GOOD, false, undefined, true)).toEqual(
        says(method === "registerUserNoVerif" ? 202 : 302),
      );
    },
  );

  it("verifyUser: 404, 423, 403, 401, 417, 300", async () => {
    const { auth } = bench;
    expect(await auth.verifyUser(NOBODY, "ABC123")).toEqual(says(404));
    await auth.registerUser(ADA, GOOD, undefined, undefined, true);
    const code = await bench.codeTo(ADA);
    await obstruct();
    let typed = "------";
    await climb(
      () => auth.verifyUser(ADA, typed),
      [
        [says(423), giveRecord],
        [says(403), unblock],
        [says(401), wait],
        [
          says(417),
          () => {
            typed = code;
            wait();
          },
        ],
        [says(300), wait],
        [says(417)],
      ],
    );
    expect(await bench.utils.isVerified(ADA)).toEqual(says(300));
  });

  it("authenticateUser: 404, 423, 403, 302, 401, 502, 202", async () => {
    const { auth } = bench;
    expect(await auth.authenticateUser(NOBODY, GOOD)).toEqual(says(404));
    await register();
    await obstruct();
    let password = "wrong";
    await climb(
      () => auth.authenticateUser(ADA, password),
      [
        [says(423), giveRecord],
        [says(403), unblock],
        [says(302), verify],
        [says(401), wait],
        [
          says(502),
          () => {
            password = GOOD;
            wait();
          },
        ],
        [says(202)],
      ],
    );
    const user = await (await bench.space()).users.get(await idOf(ADA));
    expect(user.lastSignInAt?.getTime()).toBe(bench.clock.now());
  });

  it("authenticateUser with mfa mails a code, and verifyMfaCode: 404, 423, 403, 401, 417, 200", async () => {
    const { auth } = bench;
    expect(await auth.verifyMfaCode(NOBODY, "ABC123")).toEqual(says(404));
    await register();
    expect(await auth.authenticateUser(ADA, "wrong", true, undefined, true)).toEqual(says(502));
    await expect(bench.codeTo(ADA)).rejects.toThrow("no mail");
    expect(await auth.authenticateUser(ADA, GOOD, true, undefined, true)).toEqual(says(202));
    const code = await bench.codeTo(ADA);
    await obstruct();
    let typed = "------";
    await climb(
      () => auth.verifyMfaCode(ADA, typed),
      [
        [says(423), giveRecord],
        [says(403), unblock],
        [says(401), wait],
        [
          says(417),
          () => {
            typed = code;
            wait();
          },
        ],
        [says(200), wait],
        // Once.
        [says(417)],
      ],
    );
  });

  it("generateCode: 404, 403, 401, 201", async () => {
    const { auth } = bench;
    expect(await auth.generateCode(NOBODY)).toEqual(says(404));
    await register();
    await obstruct();
    await climb(() => auth.generateCode(ADA), [[says(403), unblock], [says(401), wait], [says(201)]]);
  });

  it("resetPasswordNoVerif: 404, 403, 401, 500, 203", async () => {
    const { auth } = bench;
    expect(await auth.resetPasswordNoVerif(NOBODY, GOOD, NEXT)).toEqual(says(404));
    await register();
    await obstruct();
    let old = "wrong";
    await climb(
      () => auth.resetPasswordNoVerif(ADA, old, NEXT),
      [
        [says(403), unblock],
        [says(401), wait],
        [
          says(500),
          () => {
            old = GOOD;
            wait();
          },
        ],
        [says(203)],
      ],
    );
    await giveRecord();
    await verify();
    expect(await auth.authenticateUser(ADA, GOOD, false, undefined, true)).toEqual(says(502));
    expect(await auth.authenticateUser(ADA, NEXT, false, undefined, true)).toEqual(says(202));
  });

  it("verifyResetCodeAndResetPassword: 404, 403, 401, 417, 203, and verifies no address", async () => {
    const { auth } = bench;
    expect(await auth.verifyResetCodeAndResetPassword(NOBODY, "ABC123", NEXT)).toEqual(says(404));
    await register();
    const code = await askedCode();
    await obstruct();
    let typed = "------";
    await climb(
      () => auth.verifyResetCodeAndResetPassword(ADA, typed, NEXT),
      [
        [says(403), unblock],
        [says(401), wait],
        [
          says(417),
          () => {
            typed = code;
            wait();
          },
        ],
        [says(203), wait],
        [says(417)],
      ],
    );
    await giveRecord();
    expect(await bench.utils.isVerified(ADA)).toEqual(says(302));
    await verify();
    expect(await auth.authenticateUser(ADA, NEXT, false, undefined, true)).toEqual(says(202));
  });

  it("changeEmailNoVerif: 404, 403, 401, 503, 402, 501, 200", async () => {
    const { auth } = bench;
    expect(await auth.changeEmailNoVerif(NOBODY, "new@example.com", GOOD)).toEqual(says(404));
    await register();
    await register(BEA);
    await obstruct();
    let [to, password] = ["not an address", "wrong"];
    await climb(
      () => auth.changeEmailNoVerif(ADA, to, password),
      [
        [says(403), unblock],
        [says(401), wait],
        [
          says(503),
          () => {
            to = BEA;
            wait();
          },
        ],
        [
          says(402),
          () => {
            to = ADA;
            wait();
          },
        ],
        // Nor may it be one's own.
        [
          says(402),
          () => {
            to = "lovelace@example.com";
            wait();
          },
        ],
        [
          says(501),
          async () => {
            password = GOOD;
            wait();
            await verify();
            await giveRecord();
          },
        ],
        [says(200), wait],
        [says(404)],
      ],
    );
    // Not found nowhere for ever after, as in the original: who was verified still is, and has a block record.
    expect(await auth.authenticateUser(to, GOOD, false, undefined, true)).toEqual(says(202));
    expect(await bench.utils.isBlocked(to)).toEqual(says(301));
  });

  it("verifyResetCodeAndChangeEmail: 404, 403, 401, 503, 402, 417, 501, 200", async () => {
    const { auth } = bench;
    expect(await auth.verifyResetCodeAndChangeEmail(NOBODY, "ABC123", "new@example.com")).toEqual(says(404));
    await register();
    await register(BEA);
    const code = await askedCode();
    await obstruct();
    let [to, typed, password]: [string, string, string | null] = ["not an address", "------", "wrong"];
    await climb(
      () => auth.verifyResetCodeAndChangeEmail(ADA, typed, to, password),
      [
        [says(403), unblock],
        [says(401), wait],
        [
          says(503),
          () => {
            to = BEA;
            wait();
          },
        ],
        [
          says(402),
          () => {
            to = "lovelace@example.com";
            wait();
          },
        ],
        [
          says(417),
          () => {
            typed = code;
            wait();
          },
        ],
        [
          says(501),
          async () => {
            password = GOOD;
            wait();
            await verify();
            await giveRecord();
          },
        ],
        [says(200)],
      ],
    );
    expect(await auth.authenticateUser(to, GOOD, false, undefined, true)).toEqual(says(202));
  });

  it("verifyResetCodeAndChangeEmail asks for no password where none is given", async () => {
    const { auth } = bench;
    await register();
    const code = await askedCode();
    const to = "lovelace@example.com";
    expect(await auth.verifyResetCodeAndChangeEmail(ADA, code, to, "")).toEqual(says(501));
    wait();
    expect(await auth.verifyResetCodeAndChangeEmail(ADA, code, to)).toEqual(says(200));
  });

  it("deleteUser: 404, 403, 401, 501, 204", async () => {
    const { auth } = bench;
    expect(await auth.deleteUser(NOBODY, GOOD)).toEqual(says(404));
    await register();
    await obstruct();
    let password = "wrong";
    await climb(
      () => auth.deleteUser(ADA, password),
      [
        [says(403), unblock],
        [says(401), wait],
        [
          says(501),
          () => {
            password = GOOD;
            wait();
          },
        ],
        [says(204), wait],
        [says(404)],
      ],
    );
    // The address is free again.
    expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(says(200));
  });

  it("deleteUser of a blocked user: 403, and 204 where the block is to stay on the address", async () => {
    const { auth, utils } = bench;
    await register();
    expect(await utils.blockUser(ADA)).toEqual(says(403, true));
    expect(await auth.deleteUser(ADA, GOOD)).toEqual(says(403));
    expect(await auth.deleteUser(ADA, "wrong", false)).toEqual(says(501));
    wait();
    expect(await auth.deleteUser(ADA, GOOD, false)).toEqual(says(204));
    expect(await utils.isBlocked(ADA)).toEqual(says(404, true));
    for (const registering of [
      auth.registerUser(ADA, GOOD, undefined, undefined, true),
      auth.registerUserNoVerif(ADA, GOOD, undefined, true),
      auth.registerUserNoPass(ADA, undefined, undefined, true),
    ])
      expect(await registering).toEqual(says(403));
  });

  it("deleteUserWithVerif: 404, 403, 401, 501, 417, 204", async () => {
    const { auth } = bench;
    expect(await auth.deleteUserWithVerif(NOBODY, GOOD, "ABC123")).toEqual(says(404));
    await register();
    const code = await askedCode();
    await obstruct();
    let [password, typed] = ["wrong", "------"];
    await climb(
      () => auth.deleteUserWithVerif(ADA, password, typed),
      [
        [says(403), unblock],
        [says(401), wait],
        [
          says(501),
          () => {
            password = GOOD;
            wait();
          },
        ],
        [
          says(417),
          () => {
            typed = code;
            wait();
          },
        ],
        [says(204), wait],
        [says(404)],
      ],
    );
  });

  it("isRateLimited, checkAndUpdateRateLimit: 200 or 401; updateRateLimit: 200", async () => {
    const { auth } = bench;
    await climb(
      () => auth.isRateLimited(ADA),
      [
        [says(200), async () => expect(await auth.checkAndUpdateRateLimit(ADA)).toEqual(says(200))],
        [says(401), async () => expect(await auth.checkAndUpdateRateLimit(ADA)).toEqual(says(401))],
        [says(401), () => bench.clock.advance(MINUTE - 1)],
        [says(401), () => bench.clock.advance(1)],
        [says(200), async () => expect(await auth.updateRateLimit(ADA)).toEqual(says(200))],
        [says(401), async () => expect(await auth.updateRateLimit(ADA)).toEqual(says(200))],
      ],
    );
  });
});

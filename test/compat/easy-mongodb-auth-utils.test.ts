import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newDatabase } from "../helpers/database.js";
import { type EasyBench, openEasy, says as saysPlain } from "./easy-bench.js";

const ADA = "ada@example.com";
const NOBODY = "nobody@example.com";
const GOOD = "correct horse battery staple";

describe.each([
  ["sentences", true],
  ["numbers", false],
] as const)("Utils, with %s", (_kind, readable) => {
  let bench: EasyBench;
  const says = (number: number, success?: boolean) =>
    saysPlain(number, { readable, ...(success === undefined ? {} : { success }) });
  beforeEach(async () => {
    bench = await openEasy({ readableErrors: readable, rateLimiting: 60 }, await newDatabase());
    await bench.auth.registerUserNoVerif(ADA, GOOD, { plan: "free" });
  });
  afterEach(() => bench.cleanup());

  it("blocks, unblocks and tells", async () => {
    const { utils, auth } = bench;
    for (const call of [utils.blockUser(NOBODY), utils.unblockUser(NOBODY)])
      expect(await call).toEqual(says(404));
    expect(await utils.isBlocked(NOBODY)).toEqual(says(404, true));
    expect(await utils.isBlocked(ADA)).toEqual(says(301));
    expect(await utils.unblockUser(ADA)).toEqual(says(207));
    for (let times = 0; times < 2; times++) expect(await utils.blockUser(ADA)).toEqual(says(403, true));
    expect(await utils.isBlocked(ADA)).toEqual(says(403, true));
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(says(403));
    expect(await utils.unblockUser(ADA)).toEqual(says(207));
    expect(await utils.isBlocked(ADA)).toEqual(says(301));
    expect(await auth.authenticateUser(ADA, GOOD, false, undefined, true)).toEqual(says(202));
  });

  it("tells who is verified", async () => {
    const { utils, auth } = bench;
    await auth.registerUser("bea@example.com", GOOD);
    expect(await utils.isVerified(ADA)).toEqual(says(300));
    expect(await utils.isVerified("bea@example.com")).toEqual(says(302));
    expect(await utils.isVerified(NOBODY)).toEqual(says(404));
  });

  it("tells whole seconds since the last request, −1 where there was none", async () => {
    const { utils, clock } = bench;
    expect(await utils.timeSinceRequest(ADA)).toBe(0);
    clock.advance(1999);
    expect(await utils.timeSinceRequest(ADA)).toBe(1);
    expect(await utils.timeSinceRequest(NOBODY)).toBe(-1);
  });

  it("gives, replaces and changes custom data", async () => {
    const { utils } = bench;
    for (const call of [
      utils.getCustUsrData(NOBODY),
      utils.getSomeCustUsrData(NOBODY, "plan"),
      utils.replaceUsrData(NOBODY, {}),
      utils.updateUsrData(NOBODY, "plan", "pro"),
    ])
      expect(await call).toEqual(says(404));
    expect(await utils.getCustUsrData(ADA)).toEqual({ success: true, message: { plan: "free" } });
    expect(await utils.getSomeCustUsrData(ADA, "plan")).toEqual({ success: true, message: "free" });
    for (const absent of ["seats", "plan.x", "constructor", "__proto__"])
      expect(await utils.getSomeCustUsrData(ADA, absent)).toEqual({ success: true, message: null });
    expect(await utils.updateUsrData(ADA, "plan", { name: "pro", seats: [1, null] })).toEqual(says(205));
    for (const absent of ["seats", "plan.name", "constructor", "__proto__"])
      expect(await utils.updateUsrData(ADA, absent, 1)).toEqual(says(412));
    expect(await utils.getCustUsrData(ADA)).toEqual({
      success: true,
      message: { plan: { name: "pro", seats: [1, null] } },
    });
    expect(await utils.updateUsrData(ADA, "plan", null)).toEqual(says(205));
    expect(await utils.getSomeCustUsrData(ADA, "plan")).toEqual({ success: true, message: null });
    // A field that holds null is there.
    expect(await utils.updateUsrData(ADA, "plan", "free")).toEqual(says(205));
    expect(await utils.replaceUsrData(ADA, { other: true })).toEqual(says(206));
    expect(await utils.getCustUsrData(ADA)).toEqual({ success: true, message: { other: true } });
  });

  it("keeps custom data of any kind, also what JSON lacks", async () => {
    const { utils, auth } = bench;
    const values = [
      "just a text",
      7,
      true,
      null,
      ["a", "list", { of: "things" }],
      { $ne: null, "with.dot": { $set: 1 }, ключ: "значение" },
      { at: new Date(0), many: 2n ** 70n, bytes: new Uint8Array([0, 1, 255]), set: new Set([1, "a"]) },
    ];
    for (const [at, value] of values.entries()) {
      expect(await utils.replaceUsrData(ADA, value)).toEqual(says(206));
      expect(await utils.getCustUsrData(ADA)).toEqual({ success: true, message: value });
      const email = `p${at}@example.com`;
      expect(await auth.registerUserNoVerif(email, GOOD, value)).toEqual(says(200));
      expect(await utils.getCustUsrData(email)).toEqual({ success: true, message: value ?? {} });
    }
    await utils.replaceUsrData(ADA, "just a text with plan in it");
    expect(await utils.updateUsrData(ADA, "plan", 1)).toEqual(says(412));
    expect(await utils.getSomeCustUsrData(ADA, "plan")).toEqual({ success: true, message: null });
    const hostile = JSON.parse('{"__proto__": {"isAdmin": true}, "plan": 1}');
    await utils.replaceUsrData(ADA, hostile);
    expect(await utils.updateUsrData(ADA, "__proto__", { isAdmin: false })).toEqual(says(205));
    expect(await utils.getSomeCustUsrData(ADA, "__proto__")).toEqual({
      success: true,
      message: { isAdmin: false },
    });
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    // What no JSON can hold is refused, and changes nothing.
    expect(await utils.updateUsrData(ADA, "plan", () => 1)).toEqual(says(400));
    expect(await utils.getSomeCustUsrData(ADA, "plan")).toEqual({ success: true, message: 1 });
  });
});

describe("CoreDB", () => {
  let bench: EasyBench;
  beforeEach(async () => {
    bench = await openEasy({}, await newDatabase());
    await bench.auth.registerUserNoVerif(ADA, GOOD);
  });
  afterEach(() => bench.cleanup());

  it("counts users and measures the database", async () => {
    const { coredb } = bench;
    expect(await coredb.userCount()).toBe(1);
    for (const size of [coredb.dbDataSize(), coredb.dbStorageSize(), coredb.dbIndexSize()]) {
      expect(Number.isInteger(await size)).toBe(true);
      expect(await size).toBeGreaterThan(0);
    }
    const { raw } = await (await bench.space()).database.statistics();
    expect(Object.keys(await coredb.dbRawStats())).toEqual(Object.keys(raw));
  });

  it.each(["remove", "reset"] as const)(
    "%ss users, blocks and limits, each by itself and all",
    async (verb) => {
      const { coredb, auth, utils } = bench;
      const limited = bench.open({ rateLimiting: 60 });
      await limited.updateRateLimit(ADA);
      expect(await coredb[`${verb}LimitCollection`]()).toBeUndefined();
      expect(await utils.timeSinceRequest(ADA)).toBe(-1);
      expect(await coredb.userCount()).toBe(1);

      expect(await coredb[`${verb}UsersCollection`]()).toBeUndefined();
      expect(await coredb.userCount()).toBe(0);
      expect(await auth.authenticateUser(ADA, GOOD)).toEqual(saysPlain(404));
      expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(saysPlain(200));

      expect(await coredb[`${verb}BlockedCollection`]()).toBeUndefined();
      expect(await auth.authenticateUser(ADA, GOOD)).toEqual(saysPlain(423));

      await limited.updateRateLimit(ADA);
      expect(await coredb[`${verb}AllCollections`]()).toBeUndefined();
      // What is not there can be removed again.
      await coredb[`${verb}AllCollections`]();
      expect(await coredb.userCount()).toBe(0);
      expect(await utils.timeSinceRequest(ADA)).toBe(-1);
      expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(saysPlain(200));
      expect(await auth.authenticateUser(ADA, GOOD)).toEqual(saysPlain(202));
    },
  );

  it.each(["removeDb", "resetDb"] as const)(
    "%s leaves nothing, and what goes on begins anew",
    async (verb) => {
      const { coredb, auth, utils } = bench;
      await utils.blockUser(ADA);
      await coredb[verb]();
      await coredb[verb]();
      expect(await coredb.userCount()).toBe(0);
      expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(saysPlain(200));
      expect(await auth.authenticateUser(ADA, GOOD)).toEqual(saysPlain(202));
      expect(await coredb.userCount()).toBe(1);
    },
  );

  it("makes what is not there, and leaves what is", async () => {
    const { coredb, auth } = bench;
    for (const make of ["Users", "Blocked", "Limit"] as const) await coredb[`create${make}Collection`]();
    await coredb.createAllCollections();
    await coredb.createDb();
    expect(await auth.authenticateUser(ADA, GOOD)).toEqual(saysPlain(202));
    const space = await bench.space();
    for (const part of ["users", "blocks", "limits"] as const)
      await space.database.drop(part, { confirm: space.name });
    await coredb.createAllCollections();
    expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(saysPlain(200));
    await space.database.drop("all", { confirm: space.name });
    await coredb.createDb();
    expect(await auth.registerUserNoVerif(ADA, GOOD)).toEqual(saysPlain(200));
  });

  it("throws what fails", async () => {
    await bench.coredb.close();
    for (const call of ["removeUsersCollection", "createDb", "resetDb", "dbDataSize", "userCount"] as const)
      await expect(bench.coredb[call]()).rejects.toMatchObject({ code: "closed" });
  });
});

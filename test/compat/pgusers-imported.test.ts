import { domainToASCII } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOT_FOUND, OK, type UserSpace } from "watchword/compat/pgusers";
import { collect } from "../helpers/collect.js";
import { importedDatabase } from "../helpers/compat.js";
import { expected } from "../helpers/import-source.js";
import { openUsers, type TestUsers } from "../helpers/pgusers.js";

interface Told {
  readonly users: readonly {
    readonly userid: number;
    readonly username: string | null;
    readonly email: string | null;
    readonly admin: boolean;
    readonly password: string;
    readonly wrong_passwords: readonly string[];
  }[];
  readonly sessions: readonly { readonly token: string }[];
  readonly unknown_users: readonly { readonly username: string; readonly password: string }[];
}

const told = expected<Told>("pgusers/expected.json");
const NOBODY = ["", false, null];
/** They had no username there, or one that is another's: nobody signs in by a name that is not theirs. */
const NAMELESS = [21, 22, 26];

describe("a userspace of pgusers, imported", () => {
  let test: TestUsers;
  let users: UserSpace;
  beforeAll(async () => {
    test = await openUsers({}, await importedDatabase("pgusers", ["pgusers/dump.sql"]));
    users = test.users;
  });
  afterAll(() => test.cleanup());

  it("has everybody under the number that they had, with names, right and extra data", async () => {
    expect((await collect(users.allUsers())).map(([userid]) => userid).sort((a, b) => a - b)).toEqual(
      told.users.map(({ userid }) => userid),
    );
    for (const { userid, username, email, admin } of told.users)
      expect(await users.findUser({ userid })).toMatchObject({
        userid,
        username: NAMELESS.includes(userid) ? null : username,
        // A domain is kept in ASCII and lower case; what stands before it, as it was typed.
        email: email?.replace(/(?<=@).*/, (domain) => domainToASCII(domain).toLowerCase()) ?? null,
        admin,
      });
  });

  it("lets everybody in with their old password, and with no other", { timeout: 240_000 }, async () => {
    for (const { userid, username, password, wrong_passwords, admin } of told.users) {
      if (NAMELESS.includes(userid) || username === null) continue;
      // Those of others are tried on the core's own test of imports; here one for each does.
      for (const wrong of wrong_passwords.slice(userid % 3, (userid % 3) + 1))
        expect([username, wrong, await users.validateUser(username, wrong)]).toEqual([
          username,
          wrong,
          NOBODY,
        ]);
      const [key, isAdmin, who] = await users.validateUser(username, password);
      expect([username, isAdmin, who]).toEqual([username, admin, userid]);
      expect(await users.checkKey(key)).toEqual([OK, username, userid, null]);
    }
    for (const { username, password } of told.unknown_users)
      expect(await users.validateUser(username, password)).toEqual(NOBODY);
  });

  it("lets in who has no username once they have one", async () => {
    for (const userid of NAMELESS) {
      const { password = "" } = told.users.find((user) => user.userid === userid) ?? {};
      expect(await users.validateUser("doubled", password)).toEqual(NOBODY);
      expect(await users.validateUser("", password)).toEqual(NOBODY);
      expect(await users.modifyUser(userid, { username: `named${userid}` })).toBe(OK);
      expect((await users.validateUser(`named${userid}`, password))[2]).toBe(userid);
    }
  });

  it("finds the first of two with one email by it, and shows it of both", async () => {
    expect((await users.findUser({ email: "twins@example.org" }))?.userid).toBe(9);
    expect(await users.findUser({ userid: 10 })).toMatchObject({ email: "twins@example.org" });
    expect(
      (await collect(users.allUsers())).filter(([, , email]) => email === "twins@example.org"),
    ).toHaveLength(2);
    expect(await users.modifyUser(10, { email: "twin2@example.org" })).toBe(OK);
    expect(await users.findUser({ email: "twin2@example.org" })).toMatchObject({ userid: 10 });
  });

  it("reads Python's values as those of JavaScript that are nearest, and keeps what it cannot read", async () => {
    const extraData = async (userid: number) => (await users.findUser({ userid }))?.extra_data;
    expect(await extraData(1)).toEqual({
      phone: "+44 20 7946 0018",
      roles: ["editor", "ops"],
      logins: 17,
      score: 0.75,
      nick: null,
      beta: true,
    });
    expect(await extraData(2)).toBeNull();
    expect(await extraData(6)).toBe("a bare string as extra data");
    expect(await extraData(9)).toEqual({ born: "1999-12-31" });
    expect(await extraData(10)).toEqual({
      born: "1999-12-31T23:59:58.123456",
      tz: new Date("2024-02-29T12:00:00Z"),
      cet: new Date("2024-02-29T11:00:00Z"),
    });
    expect(await extraData(12)).toMatchObject({
      inf: Number.POSITIVE_INFINITY,
      nan: Number.NaN,
      negzero: -0,
      over53: 9007199254740993n,
      i64: 9223372036854775807n,
    });
    expect(await extraData(13)).toEqual(
      new Map<unknown, unknown>([
        [1, "yes"],
        [[2, 3], "pair"],
        [null, "none"],
        ["s", "str"],
        ["$set", "a key with a dollar"],
        ["__proto__", JSON.parse('{"polluted":true}')],
        ["constructor", "c"],
      ]),
    );
    expect(await extraData(14)).toEqual({ home: { $unsupported: "shop.Address" }, plan: "gold" });
    expect(await extraData(20)).toEqual([]);
    // The bytes that only Python could read go when the application puts something else in their place.
    expect(await users.modifyUser(14, { extraData: { plan: "silver" } })).toBe(OK);
    expect(await test.beneath(async (space) => (await space.users.find({ number: 14 }))?.data)).toEqual({
      extra_data: { plan: "silver" },
    });
  });

  it("takes none of the old keys, which anybody could guess", async () => {
    for (const { token } of told.sessions) expect((await users.checkKey(token))[0]).toBe(NOT_FOUND);
  });

  it("gives newcomers numbers that nobody had", async () => {
    expect(await users.createUser("newcomer", "pw", "new@example.org")).toBe(27);
  });
});

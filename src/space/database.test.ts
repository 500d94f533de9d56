import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DatabasePart, WatchwordError } from "watchword";
import { createUserSpace } from "#dist/space/create-user-space.js";
import { findPlace } from "#dist/space/place.js";
import { signedInProgram } from "../../test/helpers/api.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const DAY = 86_400_000;
const PARTS: readonly Exclude<DatabasePart, "all">[] = [
  "users",
  "sessions",
  "codes",
  "limits",
  "blocks",
  "mails",
  "audit",
];

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace({ name: "shop" });
});
afterEach(() => test.cleanup());

/** Something in each part but the blocks. */
async function fill(): Promise<string> {
  const { id } = await test.space.users.create({
    username: "ada",
    email: "ada@example.com",
    password: "correct horse battery staple",
  });
  await test.space.codes.request("reset-password", { userId: id });
  await test.space.limits.hit("export", { max: 3, window: null });
  return (await test.space.sessions.create({ userId: id })).token;
}

async function countEach(): Promise<Record<string, number>> {
  const {
    users,
    sessions,
    codes,
    limits,
    blocks,
    mailsQueued: mails,
    audit,
  } = await test.space.database.statistics();
  return { users, sessions, codes, limits, blocks, mails, audit };
}

describe("dropping and making again", () => {
  it.each(["drop", "create", "reset"] as const)("%s asks for the name of the space", async (verb) => {
    await fill();
    const before = await countEach();
    for (const confirm of ["", "Shop", "watchword", undefined, true, { $ne: null }])
      await expect(test.space.database[verb]("users", { confirm: confirm as string })).rejects.toMatchObject({
        code: "invalid-input",
        message: expect.stringContaining('"shop"'),
      });
    await expect(test.space.database[verb]("users", undefined as never)).rejects.toMatchObject({
      code: "invalid-input",
    });
    await expect(
      test.space.database[verb]("settings" as DatabasePart, { confirm: "shop" }),
    ).rejects.toMatchObject({ code: "invalid-input" });
    expect(await countEach()).toEqual(before);
  });

  it("is for superusers and the application alone", async () => {
    const confirm = "shop";
    for (const [admin, superuser] of [
      [false, false],
      [true, false],
    ] as const)
      await expect(
        test.space.database.reset("limits", { confirm, actor: { type: "user", id: "x", admin, superuser } }),
      ).rejects.toMatchObject({ code: "not-allowed" });
    const { id } = await signedInProgram(test.space, "root", { superuser: true });
    await test.space.database.reset("limits", {
      confirm,
      actor: { type: "user", id, admin: true, superuser: true },
    });
    const { items } = await test.space.audit.list({ action: "database.part-reset" });
    expect(items).toEqual([expect.objectContaining({ actor: id, details: { part: "limits" } })]);
  });

  it.each(PARTS)("resets the %s, and nothing else", async (part) => {
    await fill();
    const before = await countEach();
    await test.space.database.reset(part, { confirm: "shop" });
    // Of the audit rows one is new: that of the reset.
    const audit = part === "audit" ? 1 : (before.audit ?? 0) + 1;
    expect(await countEach()).toEqual({ ...before, [part]: 0, audit });
    await fill().catch((error: unknown) => {
      expect((error as WatchwordError).code).toBe("username-taken");
    });
  });

  it("drops a part until it is made again", async () => {
    const token = await fill();
    await test.space.database.drop("sessions", { confirm: "shop" });
    await expect(test.space.sessions.create({ userId: "x" })).rejects.toBeInstanceOf(WatchwordError);
    await test.space.database.create("sessions", { confirm: "shop" });
    expect(await test.space.sessions.check(token)).toEqual({ status: "not-found" });
    const ada = await test.space.users.find({ username: "ada" });
    const again = await test.space.sessions.create({ userId: ada?.id ?? "" });
    expect((await test.space.sessions.check(again.token)).status).toBe("ok");
  });

  it("stays the same space when everything was reset", async () => {
    const { id } = test.space;
    await fill();
    await test.reopen({ sessions: { idle: DAY } });
    await test.space.database.reset("all", { confirm: "shop" });
    expect(await countEach()).toEqual({
      ...Object.fromEntries(PARTS.map((part) => [part, 0])),
      audit: 1,
    });
    await fill();
    await test.reopen();
    expect(test.space).toMatchObject({ id, name: "shop" });
    expect(test.space.sessions.policy.idle).toBe(DAY);
    expect(await test.space.users.count()).toBe(1);
  });

  it("counts how often a part was dropped or reset, for every opener, and not when everything goes", async () => {
    const { database } = test.space;
    const confirm = "shop";
    expect(await database.generation("blocks")).toBe(0);
    await database.reset("blocks", { confirm });
    await database.drop("blocks", { confirm });
    await database.create("blocks", { confirm });
    await database.reset("limits", { confirm });
    expect([await database.generation("blocks"), await database.generation("limits")]).toEqual([2, 1]);
    // Of several parts at once none is forgotten.
    const tell = PARTS.filter((part) => part !== "audit");
    await Promise.all(tell.map((part) => database.drop(part, { confirm })));
    await database.drop("audit", { confirm });
    const space = await test.reopen();
    const all = () => Promise.all(PARTS.map((part) => space.database.generation(part)));
    expect(await all()).toEqual([1, 1, 1, 2, 3, 1, 1]);
    await space.database.reset("all", { confirm });
    expect(await all()).toEqual([1, 1, 1, 2, 3, 1, 1]);
    for (const part of ["all", "settings", "constructor"])
      await expect(space.database.generation(part as "users")).rejects.toMatchObject({
        code: "invalid-input",
      });
  });

  it("makes what is missing of everything, and leaves the rest", async () => {
    await fill();
    await test.space.database.drop("limits", { confirm: "shop" });
    await test.space.database.create("all", { confirm: "shop" });
    expect(await countEach()).toMatchObject({ users: 1, sessions: 1, limits: 0 });
  });
});

it("lets callers race, and finds that one wins", async () => {
  await test.space.database.proveAtomicity();
  expect(await countEach()).toMatchObject({ users: 0, limits: 0 });
});

describe("housekeeping", () => {
  it("is one server's at a time, and loses nothing between two", async () => {
    const { url, options } = test.database;
    const all = { ...options, name: "shop", clock: test.clock, mail: { ...options.mail, courier: false } };
    const other = await createUserSpace(findPlace(url, all), all, (letGo) => letGo());
    try {
      const rule = { max: 1, window: 1000 };
      const keys = Array.from({ length: 1200 }, (_, index) => `spent:${index}`);
      for (let at = 0; at < keys.length; at += 100)
        await Promise.all(keys.slice(at, at + 100).map((key) => test.space.limits.hit(key, rule)));
      await test.space.limits.hit("kept", { max: 1, window: null });
      test.clock.advance(2 * DAY);
      const rounds = await Promise.all([test.space, other].map((space) => space.database.cleanup()));
      expect(rounds.map(({ limits }) => limits).sort()).toEqual([0, 1200]);
      expect(await countEach()).toMatchObject({ limits: 1 });

      // The turn is given back at the end of a round, so that the next does not wait for it to run out.
      await test.space.limits.hit("one more", rule);
      test.clock.advance(2 * DAY - 1);
      expect((await test.space.database.cleanup()).limits).toBe(1);
      await test.space.limits.hit("and another", rule);
      test.clock.advance(5000);
      expect((await other.database.cleanup()).limits).toBe(1);
    } finally {
      await other.close();
    }
  });
});

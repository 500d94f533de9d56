import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NewUserInput, UserReference, UserSpace } from "watchword";
import { originKey } from "#dist/base/keys.js";
import { openStoreOf } from "../../test/helpers/database.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const refusal = (code: string) => expect.objectContaining({ code });
const together = <T>(count: number, call: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => call(at)));

let test: TestSpace;
let space: UserSpace;
beforeEach(async () => {
  test = await openTestSpace();
  space = test.space;
});
afterEach(() => test.cleanup());

describe("numbers", () => {
  it("go to those who ask for one, and find them again everywhere", async () => {
    const ada = await space.users.create({ username: "ada", numbered: true });
    const bob = await space.users.create({ username: "bob" });
    const carl = await space.users.create({ username: "carl", numbered: true });
    expect([ada.number, bob.number, carl.number]).toEqual([1, null, 2]);
    expect(await space.users.find({ number: 1 })).toEqual(ada);
    expect(await space.users.find({ number: 3 })).toBeNull();
    expect((await space.users.get(carl.id)).number).toBe(2);
    expect((await space.users.list({ order: "username" })).items.map(({ number }) => number)).toEqual([
      1,
      null,
      2,
    ]);

    const { token } = await space.sessions.create({ userId: ada.id });
    const check = await space.sessions.check(token);
    expect(check.status === "ok" && check.user.number).toBe(1);
    await space.users.update(ada.id, { username: "countess" });
    expect(await space.users.find({ number: 1 })).toMatchObject({ username: "countess", number: 1 });
  });

  it("differ among 200 users who are made at once, and each finds the one who has it", async () => {
    const users = await together(200, (at) => space.users.create({ username: `user${at}`, numbered: true }));
    expect(new Set(users.map(({ number }) => number)).size).toBe(200);
    for (const { id, number } of users.slice(0, 10))
      expect((await space.users.find({ number: number ?? 0 }))?.id).toBe(id);
  });

  it("are given to somebody without one, once: 50 callers at once are told the same", async () => {
    const ada = await space.users.create({ username: "ada" });
    const numbers = await together(50, () => space.users.assignNumber(ada.id));
    expect(new Set(numbers).size).toBe(1);
    const [number = 0] = numbers;
    expect((await space.users.find({ number }))?.id).toBe(ada.id);
    expect(await space.users.assignNumber(ada.id)).toBe(number);
    const { items } = await space.audit.list({ userId: ada.id, action: "user.updated" });
    expect(items.map(({ details }) => details)).toEqual([{ fields: ["number"], number }]);

    const bob = await space.users.create({ username: "bob", numbered: true });
    expect(bob.number).toBeGreaterThan(number);
    expect(await space.users.assignNumber(bob.id)).toBe(bob.number);
  });

  it("reach a user whom others change at the same moment", async () => {
    const ada = await space.users.create({ username: "ada" });
    const [number] = await Promise.all([
      space.users.assignNumber(ada.id),
      ...Array.from({ length: 20 }, (_, at) => space.users.data.setField(ada.id, `field${at}`, at)),
    ]);
    const found = await space.users.get(ada.id);
    expect(found.number).toBe(number);
    expect(Object.keys(found.data)).toHaveLength(20);
  });

  it("are never given out again once their owner is gone", async () => {
    const ada = await space.users.create({ username: "ada", numbered: true });
    await space.users.delete(ada.id);
    expect(await space.users.find({ number: 1 })).toBeNull();
    const bob = await space.users.create({ username: "bob", numbered: true });
    expect(bob.number).toBe(2);
    await space.database.reset("users", { confirm: space.name });
    expect((await space.users.create({ username: "carl", numbered: true })).number).toBe(3);
  });

  it("leave out those that are somebody's, where the sequence was begun anew", async () => {
    const many = await together(40, (at) => space.users.create({ username: `user${at}`, numbered: true }));
    const last = Math.max(...many.map(({ number }) => number ?? 0));
    await space.database.reset("sequences", { confirm: space.name });
    const bob = await space.users.create({ username: "bob" });
    const carl = await space.users.create({ username: "carl", numbered: true });
    expect(carl.number).toBeGreaterThan(last);
    expect(await space.users.assignNumber(bob.id)).toBeGreaterThan(last);
    // Not much further than there were numbers.
    expect(carl.number).toBeLessThan(4 * last);
  });

  it("are used up by a name that is taken, and no user is left behind", async () => {
    await space.users.create({ username: "ada", numbered: true });
    await expect(space.users.create({ username: "ADA", numbered: true })).rejects.toThrow(
      refusal("username-taken"),
    );
    expect(await space.users.count()).toBe(1);
    expect(await space.users.find({ number: 2 })).toBeNull();
  });

  it("end at 2^53 - 1, and the error says what to do", async () => {
    const store = await openStoreOf(test.database);
    await store.raiseSequence("users", Number.MAX_SAFE_INTEGER - 1);
    await store.close();
    const ada = await space.users.create({ username: "ada", numbered: true });
    expect(ada.number).toBe(Number.MAX_SAFE_INTEGER);
    expect((await space.users.find({ number: Number.MAX_SAFE_INTEGER }))?.id).toBe(ada.id);
    await expect(space.users.create({ username: "bob", numbered: true })).rejects.toThrow(
      "watchword database reset sequences",
    );
    await space.database.reset("sequences", { confirm: space.name });
    expect((await space.users.create({ username: "bob", numbered: true })).number).toBe(1);
  });

  it("stay where they were over a restart", async () => {
    await space.users.create({ username: "ada", numbered: true });
    space = await test.reopen();
    expect((await space.users.create({ username: "bob", numbered: true })).number).toBe(2);
    expect((await space.users.find({ number: 1 }))?.username).toBe("ada");
  });

  it("are for administrators to give, and those of superusers for superusers", async () => {
    const ada = await space.users.create({ username: "ada" });
    const root = await space.users.create({ username: "root", superuser: true });
    const actor = (admin: boolean, superuser: boolean, id = "somebody") => ({
      actor: { type: "user" as const, id, admin, superuser },
    });
    await expect(space.users.assignNumber(ada.id, actor(false, false, ada.id))).rejects.toThrow(
      refusal("not-allowed"),
    );
    await expect(space.users.assignNumber(root.id, actor(true, false))).rejects.toThrow(
      refusal("not-allowed"),
    );
    expect(await space.users.assignNumber(ada.id, actor(true, false))).toBe(1);
    expect(await space.users.assignNumber(root.id, actor(false, true))).toBe(2);
    await expect(space.users.assignNumber("nobody")).rejects.toThrow(refusal("not-found"));
  });
});

describe("references", () => {
  it("find somebody by the id that they had where they came from", async () => {
    const ada = await space.users.create({ username: "ada" });
    const store = await openStoreOf(test.database);
    const long = "cn=ada,".repeat(40);
    for (const id of ["17", long, "a:b"]) {
      const key = originKey({ system: "pgusers", id });
      await store.updateUser(ada.id, null, { addKeys: [{ key, kind: "origin", value: id }] }, 0, 0, []);
    }
    await store.close();
    for (const id of ["17", long, "a:b"])
      expect((await space.users.find({ origin: { system: "pgusers", id } }))?.id).toBe(ada.id);
    expect(await space.users.find({ origin: { system: "piccolo", id: "17" } })).toBeNull();
    expect(await space.users.find({ origin: { system: "pgusers", id: "1" } })).toBeNull();
  });

  const refused: readonly unknown[] = [
    {},
    null,
    undefined,
    "ada",
    17,
    [],
    { name: "ada" },
    { id: "x", username: "ada" },
    { username: "ada", number: 1 },
    { number: 1, origin: { system: "pgusers", id: "1" } },
    ...[
      0,
      -1,
      1.5,
      2 ** 53,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "1",
      null,
      true,
      1n,
      {},
      [1],
      { $gt: 0 },
    ].map((number) => ({ number })),
    ...[
      null,
      undefined,
      "pgusers:17",
      17,
      [],
      ["pgusers", "17"],
      {},
      { system: "pgusers" },
      { id: "17" },
    ].map((origin) => ({ origin })),
    ...[
      null,
      17,
      "",
      "a:b",
      "PGUSERS",
      "pgusers ",
      { $ne: null },
      ["pgusers"],
      "x".repeat(65),
      "ädä",
      "a\0b",
    ].map((system) => ({ origin: { system, id: "17" } })),
    ...[null, 17, 17n, true, {}, ["17"], { $ne: null }, "1".repeat(5000)].map((id) => ({
      origin: { system: "pgusers", id },
    })),
    { origin: { system: "pgusers", id: "17", more: 1 } },
  ];
  it("are refused, each of them, where they are not exactly one of the five", async () => {
    await space.users.create({ username: "ada", numbered: true });
    for (const reference of refused)
      await expect(space.users.find(reference as UserReference), inspect(reference)).rejects.toThrow(
        refusal("invalid-input"),
      );
  });

  it("find the right one, nobody, or are refused, whatever is in them", async () => {
    const ada = await space.users.create({ username: "ada", numbered: true });
    const store = await openStoreOf(test.database);
    const key = originKey({ system: "pgusers", id: "17" });
    await store.updateUser(ada.id, null, { addKeys: [{ key, kind: "origin", value: "17" }] }, 0, 0, []);
    await store.close();
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
    });
    const reference = fc.oneof(
      fc.record({ number: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double(), fc.bigInt(), anything) }),
      fc.record({
        origin: fc.oneof(
          anything,
          fc.record({
            system: fc.oneof(fc.constantFrom("pgusers", "piccolo"), fc.string({ unit: "binary" }), anything),
            id: fc.oneof(fc.constantFrom("17", "018", "1"), fc.string({ unit: "binary" }), anything),
          }),
        ),
      }),
      anything,
    );
    await fc.assert(
      fc.asyncProperty(reference, async (given) => {
        const { number, origin } = (given ?? {}) as {
          number?: unknown;
          origin?: { system?: unknown; id?: unknown };
        };
        const isHers = number === 1 || (origin?.system === "pgusers" && origin.id === "17");
        const found = await space.users.find(given as UserReference).catch((error: unknown) => {
          expect(error).toMatchObject({ code: "invalid-input" });
          return "refused";
        });
        if (isHers) expect(found).toMatchObject({ id: ada.id });
        else expect([null, "refused"]).toContain(found);
      }),
      { numRuns: 400 },
    );
  });

  it("find nobody by what reads like another key", async () => {
    const ada = await space.users.create({ username: "ada", numbered: true });
    for (const id of ["", "1", ada.id, "../1", "n:1", "\0", "\ud800", "{}", "💥"])
      expect(await space.users.find({ origin: { system: "n", id } })).toBeNull();
    for (const username of ["n:1", "o:n:1", `i:${ada.id}`])
      expect(await space.users.find({ username })).toBeNull();
    expect(await space.users.findByIdentifier("n:1")).toBeNull();
  });

  it("create refuses a numbered that is neither true nor false", async () => {
    for (const numbered of ["yes", 1, 0, null, {}, []]) {
      const input = { username: "ada", numbered } as unknown as NewUserInput;
      await expect(space.users.create(input), inspect(numbered)).rejects.toThrow(refusal("invalid-input"));
    }
    expect(await space.users.count()).toBe(0);
  });
});

it("a second connection to the same database draws from the same sequence", async () => {
  // The same space opened by a second store, as another process would.
  const other = await openStoreOf(test.database);
  const [drawn, users] = await Promise.all([
    together(50, () => other.nextNumber("users")),
    together(50, (at) => space.users.create({ username: `user${at}`, numbered: true })),
  ]);
  await other.close();
  expect(new Set([...drawn, ...users.map(({ number }) => number)]).size).toBe(100);
});

import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

const root = { username: "root", email: "root@example.com", password: GOOD };

it("makes the first administrator, once, and there is no account before", async () => {
  const { setUp } = test.space;
  expect(await test.space.users.count()).toBe(0);
  expect(await setUp.needed()).toBe(true);
  const token = (await setUp.createToken()) ?? "";
  for (let i = 0; i < 3; i++) expect(await setUp.check(token)).toBe(true);
  expect(await setUp.complete({ token, ...root })).toMatchObject({
    status: "set-up",
    user: { superuser: true, admin: true },
  });
  expect(await setUp.complete({ token, ...root, username: "second" })).toEqual({ status: "wrong-token" });
  expect(await setUp.needed()).toBe(false);
  expect(await setUp.createToken()).toBeNull();
  expect((await test.space.signIn({ identifier: "root", password: GOOD })).status).toBe("signed-in");
});

it("has one winner of 50 at once", async () => {
  const token = (await test.space.setUp.createToken()) ?? "";
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      test.space.setUp.complete({ token, username: `root${i}`, password: GOOD }),
    ),
  );
  expect(results.filter((result) => result.status === "set-up")).toHaveLength(1);
  expect(await test.space.users.count({ superuser: true })).toBe(1);
});

it("takes only the newest token, for a day, and no other text", async () => {
  const { setUp } = test.space;
  const first = (await setUp.createToken()) ?? "";
  const second = (await setUp.createToken()) ?? "";
  for (const token of [first, "", "x", `${second}x`, "a.b"])
    expect(await setUp.complete({ token, ...root })).toEqual({ status: "wrong-token" });
  test.clock.advance(86_400_000);
  expect(await setUp.complete({ token: second, ...root })).toEqual({ status: "wrong-token" });
});

it("keeps the token when what was typed is refused", async () => {
  const { setUp, users } = test.space;
  await users.create({ username: "taken", email: "taken@example.com" });
  const token = (await setUp.createToken()) ?? "";
  expect(await setUp.complete({ token, ...root, password: "password" })).toMatchObject({
    status: "password-refused",
  });
  expect(await setUp.complete({ token, ...root, username: "taken" })).toEqual({ status: "username-taken" });
  expect(await setUp.complete({ token, ...root, email: "taken@example.com" })).toEqual({
    status: "email-taken",
  });
  expect((await setUp.complete({ token, ...root })).status).toBe("set-up");
});

it("is over once the command line has made a superuser", async () => {
  const token = (await test.space.setUp.createToken()) ?? "";
  await test.space.users.create({ username: "other", superuser: true });
  expect(await test.space.setUp.check(token)).toBe(false);
  expect(await test.space.setUp.complete({ token, ...root })).toEqual({ status: "wrong-token" });
});

it("leaves the link as it was when the server is too busy to hash", async () => {
  // Hashes long enough to fill the one slot and the one place to wait for as long as it takes to be refused.
  await test.reopen({ passwords: { slots: 1, queue: 1, argon2: { memory: 65_536, passes: 8, lanes: 1 } } });
  const { passwords, setUp, users } = test.space;
  const token = (await setUp.createToken()) ?? "";
  const [ada, bea] = [await users.create({ username: "ada" }), await users.create({ username: "bea" })];
  const others = Promise.all([passwords.check(ada.id, GOOD), passwords.check(bea.id, GOOD)]);
  await expect(setUp.complete({ token, ...root })).rejects.toThrow(expect.objectContaining({ code: "busy" }));
  await others;
  expect((await setUp.complete({ token, ...root })).status).toBe("set-up");
});

import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

it("tells what happened to whom, when, from where and by whom, and no secret", async () => {
  const { users, audit } = test.space;
  const root = await users.create({ username: "root", superuser: true });
  const ada = await users.create({ username: "ada", password: GOOD, ip: "192.0.2.1", requestId: "r1" });
  test.clock.advance(1000);
  await test.space.signIn({
    identifier: "ada",
    password: "wrong password",
    ip: "192.0.2.7",
    userAgent: "Lynx\r\nx",
  });
  test.clock.advance(1000);
  const signedIn = await test.space.signIn({ identifier: "ada", password: GOOD, ip: "192.0.2.1" });
  test.clock.advance(1000);
  await users.block(ada.id, {
    reason: "spam",
    actor: { type: "user", id: root.id, admin: false, superuser: true },
  });
  const { items } = await audit.list({ userId: ada.id });
  expect(items.map((entry) => entry.action)).toEqual([
    "user.blocked",
    "sign-in.succeeded",
    "sign-in.failed",
    "user.created",
  ]);
  expect(items[0]).toMatchObject({ actor: root.id, details: { reason: "spam" } });
  expect(items[2]).toMatchObject({ actor: "system", ip: "192.0.2.7", at: new Date(test.clock.now() - 2000) });
  expect(items[3]).toMatchObject({ ip: "192.0.2.1", requestId: "r1" });
  const text = JSON.stringify((await audit.list()).items);
  expect(text).not.toContain(GOOD);
  expect(text).not.toContain("argon2");
  if (signedIn.status === "signed-in") expect(text).not.toContain(signedIn.token);
});

it("goes back page by page, and by action", async () => {
  for (let i = 0; i < 5; i++) {
    test.clock.advance(1);
    await test.space.users.create({ username: `user${i}` });
  }
  const first = await test.space.audit.list({ size: 3 });
  const second = await test.space.audit.list({ size: 3, after: first.next ?? "" });
  expect(first.items).toHaveLength(3);
  expect(second.items).toHaveLength(2);
  expect(second.next).toBeNull();
  expect((await test.space.audit.list({ action: "user.deleted" })).items).toEqual([]);
});

it("outlives the user", async () => {
  const ada = await test.space.users.create({ username: "ada" });
  await test.space.users.delete(ada.id);
  expect((await test.space.audit.list({ userId: ada.id })).items.map((entry) => entry.action).sort()).toEqual(
    ["user.created", "user.deleted"],
  );
});

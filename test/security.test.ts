import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestSpace, type TestSpace } from "./helpers/space.js";

// What docs/security.md claims and no room's own tests prove.

const DAY = 86_400_000;

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

it("a password works however old it is", async () => {
  const password = "correct horse battery staple";
  await test.space.users.create({ username: "ada", password });
  test.clock.advance(10 * 365 * DAY);
  expect((await test.space.signIn({ identifier: "ada", password })).status).toBe("signed-in");
});

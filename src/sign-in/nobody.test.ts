import { expect, it } from "vitest";
import { openTestSpace } from "../../test/helpers/space.js";

it("compares the password of nobody at the price of one hash, so that a name tells nothing by the time it takes", async () => {
  const test = await openTestSpace();
  try {
    const { passwords, sessions, users } = test.space;
    const { id } = await users.create({ username: "ada", password: "correct horse battery staple" });
    const hashes = async (work: () => Promise<unknown>) => {
      const before = passwords.statistics.done;
      await work();
      return passwords.statistics.done - before;
    };
    for (const [userId, username] of [
      [id, "ada"],
      [null, "nobody"],
    ] as const) {
      expect(
        await hashes(async () => {
          expect(await passwords.check(userId, "a wrong one")).toBe(false);
        }),
      ).toBe(1);
      expect(
        await hashes(async () => {
          expect(await sessions.createByPassword({ username, password: "a wrong one" })).toEqual({
            status: "wrong-password",
          });
        }),
      ).toBe(1);
    }
  } finally {
    await test.cleanup();
  }
});

import { describe, expect, it } from "vitest";
import type { CurrentStore } from "./contract.js";
import { NOW, numberKey, sampleSession, sampleUser, together } from "./samples.js";

const LAST = Number.MAX_SAFE_INTEGER;

export function sequencesContract(current: CurrentStore): void {
  describe("sequences", () => {
    it("counts from one, each sequence by itself", async () => {
      const store = current();
      expect([await store.nextNumber("users"), await store.nextNumber("users")]).toEqual([1, 2]);
      expect(await store.nextNumber("others")).toBe(1);
      expect(await store.nextNumber("users")).toBe(3);
    });

    it("gives each of 200 callers at once a number of their own, the first ever included", async () => {
      const store = current();
      const numbers = await together(200, () => store.nextNumber("users"));
      expect(new Set(numbers).size).toBe(200);
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(1);
      expect(await store.nextNumber("users")).toBeGreaterThan(Math.max(...numbers));
    });

    it("is raised, and never goes back", async () => {
      const store = current();
      await store.raiseSequence("users", 0);
      expect(await store.nextNumber("users")).toBe(1);
      await store.raiseSequence("users", 1000);
      expect(await store.nextNumber("users")).toBe(1001);
      for (const lower of [1000, 1, 0]) await store.raiseSequence("users", lower);
      expect(await store.nextNumber("users")).toBe(1002);
      await store.raiseSequence("users", 2 ** 40);
      expect(await store.nextNumber("users")).toBe(2 ** 40 + 1);
    });

    it("stands at the highest of 100 who raise it at once, and gives nothing below it to those who draw meanwhile", async () => {
      const store = current();
      const drawn = await together(100, async (at) => {
        await store.raiseSequence("users", at * 10);
        const number = await store.nextNumber("users");
        expect(number).toBeGreaterThan(at * 10);
        return number;
      });
      expect(new Set(drawn).size).toBe(100);
      expect(await store.nextNumber("users")).toBeGreaterThan(990);
    });

    it("ends at the last whole number that JavaScript tells from its neighbours", async () => {
      const store = current();
      await store.raiseSequence("users", LAST - 2);
      expect([await store.nextNumber("users"), await store.nextNumber("users")]).toEqual([LAST - 1, LAST]);
      for (let tries = 0; tries < 2; tries++)
        await expect(store.nextNumber("users")).rejects.toMatchObject({
          code: "conflict",
          message: expect.stringContaining('"users"'),
        });
      expect(await store.readRecords("sequences", null, 10)).toEqual([{ key: "users", value: LAST }]);
      expect(await store.nextNumber("others")).toBe(1);
    });

    it("begins anew once its part was dropped and made again", async () => {
      const store = current();
      await store.nextNumber("users");
      await store.dropPart("sequences");
      await store.createPart("sequences");
      expect(await store.nextNumber("users")).toBe(1);
    });

    it("outlives the users, so that nobody gets the number of somebody who is gone", async () => {
      const store = current();
      const number = await store.nextNumber("users");
      const ada = sampleUser({ username: "ada", number });
      await store.createUser(ada, 0, []);
      await store.deleteUser(ada.user.id, []);
      expect(await store.findUser([numberKey(number).key])).toBeNull();
      await store.dropPart("users");
      await store.createPart("users");
      expect(await store.nextNumber("users")).toBeGreaterThan(number);
    });
  });

  describe("numbers of users", () => {
    it("are one user's alone, claimed with the other names or not at all", async () => {
      const store = current();
      const [ada, bob] = [
        sampleUser({ username: "ada", number: 17 }),
        sampleUser({ username: "bob", number: 17 }),
      ];
      await store.createUser(ada, 0, []);
      expect(await store.createUser(bob, 0, [])).toEqual({ status: "taken", key: "n:17" });
      expect(await store.findUser(["u:bob"])).toBeNull();
      expect(await store.findUser(["n:17"])).toEqual(ada.user);
      expect((await store.findSignIn(["n:17"]))?.user.number).toBe(17);
    });

    it("are given to one user by one of 50 callers, and to one of 50 users by one caller", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, []);
      const changes = await together(50, (at) =>
        store.updateUser(ada.user.id, 1, { number: at + 1, addKeys: [numberKey(at + 1)] }, NOW, 0, []),
      );
      const winner = changes.findIndex(({ status }) => status === "updated") + 1;
      expect(changes.filter(({ status }) => status === "updated")).toHaveLength(1);
      expect(await store.findUser(["u:ada"])).toMatchObject({ number: winner });
      const keys = Array.from({ length: 50 }, (_, at) => `n:${at + 1}`);
      for (const key of keys)
        expect((await store.findUser([key]))?.number ?? null).toBe(key === `n:${winner}` ? winner : null);

      const claims = await together(50, (at) =>
        store.createUser(sampleUser({ username: `user${at}`, number: 99 }), 0, []),
      );
      expect(claims.filter(({ status }) => status === "created")).toHaveLength(1);
    });

    it("come with a session check, with the user's data and without", async () => {
      const store = current();
      const numbered = sampleUser({ username: "ada", number: 17, data: `{"text":"${"x".repeat(50_000)}"}` });
      const plain = sampleUser({ username: "bob" });
      for (const user of [numbered, plain]) {
        await store.createUser(user, 0, []);
        const session = sampleSession(user.user.id);
        await store.createSession(session, { recordSignIn: false, keep: 10, settle: [] }, []);
        const checked = await store.checkSession(session.tokenHash, { data: false });
        expect(checked?.user).toEqual({ ...user.user, data: "" });
        const whole = await store.checkSession(session.tokenHash, { data: true });
        expect(whole?.user).toEqual(user.user);
      }
    });

    it("are listed with the users", async () => {
      const store = current();
      await store.createUser(sampleUser({ username: "ada", number: 2 ** 33 }), 0, []);
      const query = { filter: {}, order: "created", after: null, size: 10 } as const;
      expect((await store.listUsers(query)).map(({ number }) => number)).toEqual([2 ** 33]);
    });
  });
}

import { describe, expect, it } from "vitest";
import type { CurrentStore } from "./contract.js";
import { countOf, NOW, sampleAudit, samplePassword, sampleUser, together } from "./samples.js";

const STAYING = { raiseEpoch: false, now: NOW + 5 };

export function passwordsContract(current: CurrentStore): void {
  describe("passwords", () => {
    it("replaces the expected hash, and nothing else", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" }, samplePassword("one"));
      const { id } = ada.user;
      await store.createUser(ada, 0, []);
      const event = sampleAudit();
      expect(await store.replacePassword(id, "other", samplePassword("two"), STAYING, [event])).toEqual({
        status: "conflict",
      });
      expect(await store.replacePassword(id, null, samplePassword("two"), STAYING, [event])).toEqual({
        status: "conflict",
      });
      expect(await store.listAudit({ before: null, size: 10 })).toEqual([]);
      expect((await store.findSignIn(["u:ada"]))?.password?.hash).toBe("one");

      const next = samplePassword("two", { scheme: "bcrypt", pepperId: "p", flags: ["imported"] });
      expect(await store.replacePassword(id, "one", next, STAYING, [event])).toEqual({
        status: "replaced",
        sessionEpoch: 0,
      });
      expect(await store.findSignIn(["u:ada"])).toEqual({
        user: { ...ada.user, version: 2, updatedAt: NOW + 5 },
        password: next,
      });
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(1);
    });

    it("expects none where null is expected, and anything where nothing is", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      const { id } = ada.user;
      await store.createUser(ada, 0, []);
      expect((await store.replacePassword(id, "one", samplePassword("two"), STAYING, [])).status).toBe(
        "conflict",
      );
      expect((await store.replacePassword(id, null, samplePassword("one"), STAYING, [])).status).toBe(
        "replaced",
      );
      expect((await store.replacePassword(id, undefined, samplePassword("two"), STAYING, [])).status).toBe(
        "replaced",
      );
      expect((await store.replacePassword(id, undefined, null, STAYING, [])).status).toBe("replaced");
      expect((await store.findSignIn(["u:ada"]))?.password).toBeNull();
    });

    it("raises the epoch in the same write, and tells it", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada", sessionEpoch: 4 });
      await store.createUser(ada, 0, []);
      const options = { raiseEpoch: true, now: NOW };
      expect(await store.replacePassword(ada.user.id, undefined, samplePassword("two"), options, [])).toEqual(
        { status: "replaced", sessionEpoch: 5 },
      );
      expect((await store.findUser(["u:ada"]))?.sessionEpoch).toBe(5);
    });

    it("lets one of 100 win who replace the same hash", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" }, samplePassword("one"));
      await store.createUser(ada, 0, []);
      const answers = await together(100, (at) =>
        store.replacePassword(ada.user.id, "one", samplePassword(`next ${at}`), STAYING, []),
      );
      expect(countOf(answers, "replaced")).toBe(1);
      expect(countOf(answers, "conflict")).toBe(99);
      const winner = answers.findIndex((answer) => answer.status === "replaced");
      expect((await store.findSignIn(["u:ada"]))?.password?.hash).toBe(`next ${winner}`);
    });

    it("says so where there is no such user", async () => {
      const store = current();
      const { id } = sampleUser().user;
      expect(await store.replacePassword(id, undefined, samplePassword("one"), STAYING, [])).toEqual({
        status: "not-found",
      });
    });
  });
}

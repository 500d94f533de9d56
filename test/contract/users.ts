import { describe, expect, it } from "vitest";
import { idKey } from "#dist/base/keys.js";
import type { CurrentStore } from "./contract.js";
import {
  countOf,
  emailKey,
  NOW,
  sampleAudit,
  sampleCode,
  samplePassword,
  sampleSession,
  sampleUser,
  together,
  userKey,
} from "./samples.js";

export function usersContract(current: CurrentStore): void {
  describe("users", () => {
    it("gives back every field of a user as it was stored, by each of its keys", async () => {
      const store = current();
      const ada = sampleUser(
        {
          number: Number.MAX_SAFE_INTEGER,
          username: "Ada",
          email: "Ada@example.com",
          emailVerifiedAt: NOW - 5,
          locale: "en-GB",
          active: false,
          admin: true,
          superuser: true,
          roles: ["editor", 'with "quotes", and commas'],
          blocked: { since: NOW - 9, until: NOW + 9, reason: "spam; DROP TABLE users --" },
          data: '{"a":[1,"\u{1F511}"]}',
          lastSignInAt: NOW - 1,
        },
        samplePassword("hash", { pepperId: "p1", flags: ["imported"], normalization: "none" }),
      );
      expect(await store.createUser(ada, 0, [])).toEqual({ status: "created" });
      for (const { key } of ada.keys) expect(await store.findUser([key])).toEqual(ada.user);
      expect(await store.findSignIn(["u:ada"])).toEqual({ user: ada.user, password: ada.password });
    });

    it("keeps a block without end and users without names", async () => {
      const store = current();
      const nobody = sampleUser({ blocked: { since: NOW, until: null, reason: null } });
      await store.createUser(nobody, 0, []);
      expect(await store.findUser([idKey(nobody.user.id)])).toEqual(nobody.user);
      expect(await store.findSignIn([idKey(nobody.user.id)])).toEqual({
        user: nobody.user,
        password: null,
      });
    });

    it("finds the user of the first key that is somebody's", async () => {
      const store = current();
      const [ada, bob] = [sampleUser({ username: "ada" }), sampleUser({ username: "bob" })];
      await store.createUser(ada, 0, []);
      await store.createUser(bob, 0, []);
      expect((await store.findUser(["e:x@example.com", "u:bob", "u:ada"]))?.id).toBe(bob.user.id);
      expect(await store.findUser(["u:carl"])).toBeNull();
      expect(await store.findUser([])).toBeNull();
      expect(await store.findSignIn(["u:carl"])).toBeNull();
    });

    it("shows pending sign-ups only to who asks for them", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada", state: "pending" });
      await store.createUser(ada, 0, []);
      expect(await store.findUser(["u:ada"])).toBeNull();
      expect((await store.findUser(["u:ada"], { pending: true }))?.state).toBe("pending");
      expect((await store.findSignIn(["u:ada"]))?.user.state).toBe("pending");
    });

    it("claims all keys of a user or none", async () => {
      const store = current();
      await store.createUser(sampleUser({ email: "ada@example.com" }), 0, []);
      const second = sampleUser({ username: "ada", email: "ADA@example.com" });
      const event = sampleAudit();
      expect(await store.createUser(second, 0, [event])).toEqual({
        status: "taken",
        key: "e:ada@example.com",
      });
      expect(await store.findUser(["u:ada", idKey(second.user.id)])).toBeNull();
      expect(await store.listAudit({ before: null, size: 10 })).toEqual([]);
      expect((await store.createUser(sampleUser({ username: "ada" }), 0, [])).status).toBe("created");
    });

    it("gives a name to exactly one of 100 who want it at once", async () => {
      const store = current();
      const users = Array.from({ length: 100 }, (_, at) =>
        sampleUser({ username: at % 2 === 0 ? "ada" : "ADA", email: `ada${at}@example.com` }),
      );
      const answers = await Promise.all(users.map((user) => store.createUser(user, 0, [sampleAudit()])));
      expect(countOf(answers, "created")).toBe(1);
      expect(countOf(answers, "taken")).toBe(99);
      expect(await store.countUsers({})).toBe(1);
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(1);
    });

    it("frees the keys of a pending sign-up whose time is over, and of no other", async () => {
      const store = current();
      const old = sampleUser({ username: "ada", email: "old@example.com", state: "pending" });
      await store.createUser(old, 0, []);
      const fresh = sampleUser({ username: "ada", email: "ada@example.com" });
      expect((await store.createUser(fresh, NOW, [])).status).toBe("taken");
      expect((await store.createUser(fresh, NOW + 1, [])).status).toBe("created");
      expect(await store.findUser(["e:old@example.com", idKey(old.user.id)], { pending: true })).toBeNull();
    });

    it("removes no pending sign-up where another key of the same claim is taken", async () => {
      const store = current();
      await store.createUser(sampleUser({ username: "ada", state: "pending" }), 0, []);
      await store.createUser(sampleUser({ email: "bob@example.com" }), 0, []);
      const claim = sampleUser({ username: "ada", email: "bob@example.com" });
      expect((await store.createUser(claim, NOW + 1, [])).status).toBe("taken");
      expect(await store.findUser(["u:ada"], { pending: true })).not.toBeNull();
    });

    it("changes what is named, leaves the rest, and raises the version", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada", roles: ["editor"], data: '{"a":1}' });
      await store.createUser(ada, 0, []);
      const written = await store.updateUser(
        ada.user.id,
        1,
        {
          number: 17,
          locale: "fr",
          admin: true,
          blocked: { since: NOW, until: null, reason: "why" },
          secondFactor: "mail",
        },
        NOW + 7,
        0,
        [],
      );
      const expected = {
        ...ada.user,
        version: 2,
        number: 17,
        locale: "fr",
        admin: true,
        blocked: { since: NOW, until: null, reason: "why" },
        secondFactor: "mail" as const,
        updatedAt: NOW + 7,
      };
      expect(written).toEqual({ status: "updated", user: expected });
      expect(await store.findUser(["u:ada"])).toEqual(expected);

      const change = {
        number: null,
        emailVerifiedAt: NOW,
        active: false,
        superuser: true,
        admin: false,
        roles: [],
        blocked: null,
        secondFactor: null,
        locale: null,
        data: "{}",
        lastSignInAt: NOW + 8,
      };
      await store.updateUser(ada.user.id, null, change, NOW + 9, 0, []);
      expect(await store.findUser(["u:ada"])).toEqual({
        ...expected,
        ...change,
        version: 3,
        updatedAt: NOW + 9,
      });
    });

    it("renames: frees the old key and claims the new one in one step", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, []);
      const change = { username: "Ada2", removeKeys: ["u:ada"], addKeys: [userKey("Ada2")] };
      expect((await store.updateUser(ada.user.id, null, change, NOW, 0, [])).status).toBe("updated");
      expect(await store.findUser(["u:ada"])).toBeNull();
      expect((await store.findUser(["u:ada2"]))?.username).toBe("Ada2");
    });

    it("lets a user claim again what is their own, and change only its spelling", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, []);
      for (const removeKeys of [[], ["u:ada"]]) {
        const change = { username: "ADA", removeKeys, addKeys: [userKey("ADA")] };
        expect((await store.updateUser(ada.user.id, null, change, NOW, 0, [])).status).toBe("updated");
      }
      expect((await store.findUser(["u:ada"]))?.username).toBe("ADA");
    });

    it("changes nothing where a key is taken", async () => {
      const store = current();
      const [ada, bob] = [sampleUser({ username: "ada" }), sampleUser({ username: "bob" })];
      await store.createUser(ada, 0, []);
      await store.createUser(bob, 0, []);
      const change = { username: "bob", removeKeys: ["u:ada"], addKeys: [userKey("bob")], raiseEpoch: true };
      const event = sampleAudit();
      expect(await store.updateUser(ada.user.id, null, change, NOW, 0, [event])).toEqual({
        status: "taken",
        key: "u:bob",
      });
      expect(await store.findUser(["u:ada"])).toEqual(ada.user);
      expect(await store.listAudit({ before: null, size: 10 })).toEqual([]);
    });

    it("cannot take a key away from somebody else", async () => {
      const store = current();
      const [ada, bob] = [sampleUser({ username: "ada" }), sampleUser({ username: "bob" })];
      await store.createUser(ada, 0, []);
      await store.createUser(bob, 0, []);
      await store.updateUser(ada.user.id, null, { removeKeys: ["u:bob"] }, NOW, 0, []);
      expect((await store.findUser(["u:bob"]))?.id).toBe(bob.user.id);
    });

    it("takes over the key of a pending sign-up whose time is over, also on a change", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, []);
      const pending = sampleUser({ email: "ada@example.com", state: "pending" });
      await store.createUser(pending, 0, []);
      const change = { email: "ada@example.com", addKeys: [emailKey("ada@example.com")] };
      expect((await store.updateUser(ada.user.id, null, change, NOW, NOW, [])).status).toBe("taken");
      expect((await store.updateUser(ada.user.id, null, change, NOW, NOW + 1, [])).status).toBe("updated");
      expect((await store.findUser(["e:ada@example.com"]))?.id).toBe(ada.user.id);
      expect(await store.findUser([idKey(pending.user.id)], { pending: true })).toBeNull();
    });

    it("makes a pending sign-up an active user", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada", state: "pending" });
      await store.createUser(ada, 0, []);
      await store.updateUser(
        ada.user.id,
        1,
        { state: "active", emailVerifiedAt: NOW, addKeys: [emailKey("ada@example.com")] },
        NOW,
        0,
        [],
      );
      expect((await store.findUser(["u:ada"]))?.state).toBe("active");
    });

    it("raises the epoch when asked to", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, []);
      await store.updateUser(ada.user.id, null, { raiseEpoch: true }, NOW, 0, []);
      await store.updateUser(ada.user.id, null, { locale: "fr" }, NOW, 0, []);
      expect((await store.findUser(["u:ada"]))?.sessionEpoch).toBe(1);
    });

    it("lets one of 50 win who change the same version", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, []);
      const answers = await together(50, (at) =>
        store.updateUser(ada.user.id, 1, { data: `{"winner":${at}}` }, NOW, 0, []),
      );
      expect(countOf(answers, "updated")).toBe(1);
      expect(countOf(answers, "conflict")).toBe(49);
      const winner = answers.findIndex((answer) => answer.status === "updated");
      expect(await store.findUser(["u:ada"])).toMatchObject({ data: `{"winner":${winner}}`, version: 2 });
    });

    it("says so where there is no such user", async () => {
      const store = current();
      const { id } = sampleUser().user;
      expect(await store.updateUser(id, null, { locale: "fr" }, NOW, 0, [])).toEqual({
        status: "not-found",
      });
      expect(await store.deleteUser(id, [sampleAudit()])).toBe(false);
      expect(await store.listAudit({ before: null, size: 10 })).toEqual([]);
    });

    it("deletes a user as it was read only, where a version is given", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      const { id, version } = ada.user;
      await store.createUser(ada, 0, []);
      await store.updateUser(id, version, { locale: "fr" }, 5, 0, []);
      expect(await store.deleteUser(id, [sampleAudit()], version)).toBe(false);
      expect((await store.findUser(["u:ada"]))?.locale).toBe("fr");
      expect(await store.listAudit({ before: null, size: 10 })).toEqual([]);
      expect(await store.deleteUser(id, [], version + 1)).toBe(true);
      expect(await store.findUser(["u:ada"])).toBeNull();
    });

    it("deletes a user with all that hangs on it, and keeps what happened", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada", email: "ada@example.com" }, samplePassword("hash"));
      const session = sampleSession(ada.user.id);
      const code = sampleCode({ userId: ada.user.id });
      await store.createUser(ada, 0, [sampleAudit({ userId: ada.user.id })]);
      await store.createSession(session, { recordSignIn: true, keep: 1000, settle: [] }, []);
      await store.putCode(code, []);

      expect(await store.deleteUser(ada.user.id, [sampleAudit({ action: "user.deleted" })])).toBe(true);
      expect(await store.deleteUser(ada.user.id, [])).toBe(false);
      expect(await store.findUser(ada.keys.map(({ key }) => key))).toBeNull();
      expect(await store.checkSession(session.tokenHash, { data: false })).toBeNull();
      expect(await store.findCode({ id: code.id })).toBeNull();
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(2);

      const again = sampleUser({ username: "ada", email: "ada@example.com" });
      expect((await store.createUser(again, 0, [])).status).toBe("created");
      expect((await store.findSignIn(["u:ada"]))?.password).toBeNull();
    });
  });
}

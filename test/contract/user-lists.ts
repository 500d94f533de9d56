import { describe, expect, it } from "vitest";
import type { Store, UserCursor, UserOrder, UserRecord } from "#dist/store/contract.js";
import type { CurrentStore } from "./contract.js";
import { NOW, sampleUser } from "./samples.js";

async function everyPage(store: Store, order: UserOrder, size: number): Promise<UserRecord[]> {
  const users: UserRecord[] = [];
  let after: UserCursor | null = null;
  for (;;) {
    const page: readonly UserRecord[] = await store.listUsers({ filter: {}, order, after, size });
    users.push(...page);
    const last = page.at(-1);
    if (last === undefined) return users;
    after = { value: order === "username" ? last.username : null, id: last.id };
  }
}

async function fill(store: Store, users: readonly Partial<UserRecord>[]): Promise<UserRecord[]> {
  const samples = users.map((user, at) => sampleUser({ createdAt: NOW + at, ...user }));
  await Promise.all(samples.map((sample) => store.createUser(sample, 0, [])));
  return samples.map((sample) => sample.user);
}

export function userListsContract(current: CurrentStore): void {
  describe("lists of users", () => {
    it("walks all in the order of creation, page by page, each once", async () => {
      const store = current();
      const users = await fill(
        store,
        Array.from({ length: 25 }, (_, at) => ({ username: `user${at}` })),
      );
      const expected = users.map(({ id }) => id).sort();
      for (const size of [1, 7, 25, 100])
        expect((await everyPage(store, "created", size)).map(({ id }) => id)).toEqual(expected);
    });

    it("walks all by username, those without one first, each once", async () => {
      const store = current();
      const users = await fill(store, [
        { username: "carl" },
        { email: "x@example.com" },
        { username: "ada" },
        { email: "y@example.com" },
        { username: "Zoe" },
        { username: "bob" },
        { email: "z@example.com" },
        { username: "\u00E9mile" },
      ]);
      const unnamed = users.filter(({ username }) => username === null).map(({ id }) => id);
      for (const size of [1, 2, 3, 100]) {
        const walked = await everyPage(store, "username", size);
        expect(walked.slice(0, 3).map(({ id }) => id)).toEqual(unnamed.sort());
        expect(walked.slice(3).map(({ username }) => username)).toEqual([
          "ada",
          "bob",
          "carl",
          "Zoe",
          "\u00E9mile",
        ]);
      }
    });

    it("leaves pending sign-ups out", async () => {
      const store = current();
      await fill(store, [{ username: "ada" }, { username: "bob", state: "pending" }]);
      expect(await store.countUsers({})).toBe(1);
      expect(await everyPage(store, "created", 10)).toHaveLength(1);
    });

    it("filters by each field, and counts what it would list", async () => {
      const store = current();
      await fill(store, [
        { username: "Ada", email: "lovelace@example.com", emailVerifiedAt: NOW, roles: ["editor"] },
        { username: "bob", active: false, roles: ["Editor", "x"] },
        { username: "carl_1", admin: true, blocked: { since: NOW, until: NOW + 10, reason: null } },
        { username: "carlx1", superuser: true, blocked: { since: NOW, until: null, reason: null } },
        { username: "per%cent", roles: ['a"b', ","] },
      ]);
      const expectNames = async (filter: Parameters<Store["countUsers"]>[0], names: string[]) => {
        const users = await store.listUsers({ filter, order: "username", after: null, size: 10 });
        expect(users.map(({ username }) => username)).toEqual(names);
        expect(await store.countUsers(filter)).toBe(names.length);
      };
      await expectNames({ text: "ADA" }, ["Ada"]);
      await expectNames({ text: "LoveLace" }, ["Ada"]);
      await expectNames({ text: "l_1" }, ["carl_1"]);
      await expectNames({ text: "%" }, ["per%cent"]);
      await expectNames({ text: "' OR 1=1 --" }, []);
      await expectNames({ text: "x".repeat(100_000) }, []);
      await expectNames({ active: false }, ["bob"]);
      await expectNames({ admin: true }, ["carl_1"]);
      await expectNames({ superuser: true, active: true }, ["carlx1"]);
      await expectNames({ verified: true }, ["Ada"]);
      await expectNames({ verified: false }, ["bob", "carl_1", "carlx1", "per%cent"]);
      await expectNames({ blocked: { is: true, now: NOW + 9 } }, ["carl_1", "carlx1"]);
      await expectNames({ blocked: { is: true, now: NOW + 10 } }, ["carlx1"]);
      await expectNames({ blocked: { is: false, now: NOW + 10 } }, ["Ada", "bob", "carl_1", "per%cent"]);
      await expectNames({ role: "editor" }, ["Ada"]);
      await expectNames({ role: "edit" }, []);
      await expectNames({ role: 'a"b' }, ["per%cent"]);
      await expectNames({ role: "," }, ["per%cent"]);
      await expectNames({ text: "carl", blocked: { is: true, now: NOW + 10 } }, ["carlx1"]);
    });

    it("finds a role whatever characters those of others hold", async () => {
      const store = current();
      await fill(store, [
        { username: "ada", roles: ["editor"] },
        { username: "bea", roles: ["nul\0", "\ud800 half a pair"] },
      ]);
      const named = async (role: string) =>
        (await store.listUsers({ filter: { role }, order: "username", after: null, size: 5 })).map(
          ({ username }) => username,
        );
      expect(await named("editor")).toEqual(["ada"]);
      expect(await named("nul\0")).toEqual(["bea"]);
      expect(await named("other\0")).toEqual([]);
    });

    it("tells texts apart that differ behind a NUL alone", async () => {
      const store = current();
      const keys = (key: string) => [{ key, kind: "origin" as const, value: key }];
      const [one, other] = [sampleUser(), sampleUser()];
      for (const [sample, key] of [[one, "o:a"] as const, [other, "o:a\0b"] as const])
        expect(await store.createUser({ ...sample, keys: [...sample.keys, ...keys(key)] }, 0, [])).toEqual({
          status: "created",
        });
      expect((await store.findUser(["o:a"]))?.id).toBe(one.user.id);
      expect(await store.findUser(["o:a\0"])).toBeNull();
    });

    it("pages through what a filter leaves", async () => {
      const store = current();
      await fill(
        store,
        Array.from({ length: 10 }, (_, at) => ({ username: `user${at}`, admin: at % 2 === 0 })),
      );
      const first = await store.listUsers({
        filter: { admin: true },
        order: "username",
        after: null,
        size: 3,
      });
      const last = first.at(-1);
      const second = await store.listUsers({
        filter: { admin: true },
        order: "username",
        after: { value: last?.username ?? null, id: last?.id ?? "" },
        size: 3,
      });
      expect([...first, ...second].map(({ username }) => username)).toEqual([
        "user0",
        "user2",
        "user4",
        "user6",
        "user8",
      ]);
    });
  });
}

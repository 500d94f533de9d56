import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

const refusal = (code: string) => expect.objectContaining({ code });

describe("creating and finding", () => {
  it("finds a user by id, by any spelling of the username, and by email", async () => {
    const { users } = test.space;
    const ada = await users.create({
      username: "Ada",
      email: "Ada@Example.com",
      password: GOOD,
      data: { plan: "pro" },
    });
    expect(ada).toMatchObject({
      username: "Ada",
      email: "Ada@example.com",
      emailVerifiedAt: null,
      active: true,
      admin: false,
    });
    for (const found of [
      await users.find({ id: ada.id }),
      await users.find({ username: "ADA" }),
      await users.find({ email: "ada@EXAMPLE.com" }),
      await users.findByIdentifier(" ada "),
      await users.findByIdentifier("ada@example.com"),
    ])
      expect(found).toEqual(ada);
    expect(await users.find({ username: "grace" })).toBeNull();
    expect(await users.find({ email: "no address" })).toBeNull();
  });

  it("never gives out a hash", async () => {
    const { users } = test.space;
    await users.create({ username: "ada", password: GOOD });
    expect(JSON.stringify(await users.find({ username: "ada" }))).not.toContain("argon2");
  });

  it("refuses a taken username or email, in any spelling, and a name that cannot be one", async () => {
    const { users } = test.space;
    await users.create({ username: "ada", email: "ada@example.com" });
    await expect(users.create({ username: "ADA" })).rejects.toThrow(refusal("username-taken"));
    await expect(users.create({ username: "b", email: "ADA@example.com" })).rejects.toThrow(
      refusal("email-taken"),
    );
    await expect(users.create({})).rejects.toThrow(refusal("invalid-input"));
    await expect(users.create({ username: "grace@example.com" })).rejects.toThrow(
      refusal("invalid-identifier"),
    );
    await expect(users.create({ email: "nowhere" })).rejects.toThrow(refusal("invalid-identifier"));
    await expect(users.create({ username: "b", password: "password" })).rejects.toThrow(
      refusal("password-refused"),
    );
    expect(await users.count()).toBe(1);
  });

  it("gives a name to exactly one of 50 who want it at once", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () =>
        test.space.users.create({ username: "Ada", email: "ada@example.com" }),
      ),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected")
        expect(["username-taken", "email-taken"]).toContain(result.reason.code);
    expect(await test.space.users.count()).toBe(1);
  });

  it("gives an origin to whom a program moves itself, to one of 50, and finds them by it", async () => {
    const { users } = test.space;
    const origin = { system: "crm", id: "17" };
    const made = await Promise.allSettled(
      Array.from({ length: 50 }, (_, at) => users.create({ username: `user${at}`, origin })),
    );
    const won = made.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const lost = made.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
    expect([won.length, new Set(lost)]).toEqual([1, new Set(["conflict"])]);
    expect(await users.find({ origin })).toEqual(won[0]);
    expect(await users.count()).toBe(1);
    await users.delete(won[0]?.id ?? "");
    expect(await users.find({ origin })).toBeNull();
    expect((await users.create({ username: "ada", origin })).username).toBe("ada");
    for (const odd of [
      null,
      "crm:18",
      { system: "crm" },
      { system: "crm", id: "" },
      { system: "c:m", id: "1" },
    ])
      await expect(users.create({ username: "bob", origin: odd as typeof origin })).rejects.toThrow(
        refusal("invalid-input"),
      );
  });

  it("takes an object where text belongs for what it is", async () => {
    const { users } = test.space;
    const hostile = { $ne: null } as unknown as string;
    await expect(users.create({ username: hostile })).rejects.toThrow(refusal("invalid-input"));
    await expect(users.find({ username: hostile })).rejects.toThrow(refusal("invalid-input"));
    await expect(users.find({ id: hostile })).rejects.toThrow(refusal("invalid-input"));
    await expect(users.findByIdentifier(hostile)).rejects.toThrow(refusal("invalid-input"));
  });

  it("tells Alice from alice in an exact space, and says so to a later opener", async () => {
    const exact = await openTestSpace({ identifiers: "exact" });
    try {
      await exact.space.users.create({ username: "Alice" });
      await exact.space.users.create({ username: "alice" });
      expect((await exact.space.users.find({ username: "Alice" }))?.username).toBe("Alice");
      await expect(exact.reopen({ identifiers: "folded" })).rejects.toThrow(refusal("settings-contradict"));
      expect((await exact.reopen({ identifiers: "exact" })).identifiers).toBe("exact");
    } finally {
      await exact.cleanup();
    }
  });
});

describe("listing", () => {
  beforeEach(async () => {
    for (const username of ["dora", "Bea", "carl", "ada", "eve"]) {
      test.clock.advance(1000);
      await test.space.users.create({
        username,
        email: `${username.toLowerCase()}@example.com`,
        roles: username === "eve" ? ["editor"] : [],
        admin: username === "ada",
      });
    }
  });

  it("goes through all pages in the order of creation, and by username", async () => {
    const { users } = test.space;
    const first = await users.list({ size: 2 });
    expect(first.items.map((user) => user.username)).toEqual(["dora", "Bea"]);
    const second = await users.list({ size: 2, after: first.next ?? "" });
    const third = await users.list({ size: 2, after: second.next ?? "" });
    expect([...second.items, ...third.items].map((user) => user.username)).toEqual(["carl", "ada", "eve"]);
    expect(third.next).toBeNull();
    const named: (string | null)[] = [];
    for await (const user of users.all({ order: "username" })) named.push(user.username);
    expect(named.map((name) => name?.toLowerCase())).toEqual(["ada", "bea", "carl", "dora", "eve"]);
  });

  it("does not lose or double anybody who is created meanwhile", async () => {
    const { users } = test.space;
    const first = await users.list({ size: 3 });
    test.clock.advance(1000);
    await users.create({ username: "zoe" });
    const rest = await users.list({ after: first.next ?? "" });
    expect([...first.items, ...rest.items].map((user) => user.username)).toEqual([
      "dora",
      "Bea",
      "carl",
      "ada",
      "eve",
      "zoe",
    ]);
  });

  it("filters and searches", async () => {
    const { users } = test.space;
    const names = async (query: object) => (await users.list(query)).items.map((user) => user.username);
    expect(await names({ search: "BEA" })).toEqual(["Bea"]);
    expect(await names({ search: "@example" })).toHaveLength(5);
    expect(await names({ search: "%" })).toEqual([]);
    expect(await names({ search: "_" })).toEqual([]);
    expect(await names({ admin: true })).toEqual(["ada"]);
    expect(await names({ role: "editor" })).toEqual(["eve"]);
    expect(await users.count({ admin: false })).toBe(4);
    const eve = await users.find({ username: "eve" });
    await users.block(eve?.id ?? "");
    expect(await names({ blocked: true })).toEqual(["eve"]);
    expect(await users.count({ blocked: false })).toBe(4);
  });

  it("refuses a cursor that it never gave, and a size out of bounds", async () => {
    await expect(test.space.users.list({ after: "nonsense" })).rejects.toThrow(refusal("invalid-input"));
    await expect(test.space.users.list({ size: 0 })).rejects.toThrow(refusal("invalid-input"));
    await expect(test.space.users.list({ size: 5000 })).rejects.toThrow(refusal("invalid-input"));
  });
});

describe("changing", () => {
  it("renames, frees the old name, and makes a new address unproven again", async () => {
    const { users } = test.space;
    const ada = await users.create({ username: "ada", email: "ada@example.com", emailVerified: true });
    expect(ada.emailVerifiedAt).not.toBeNull();
    const renamed = await users.update(ada.id, { username: "lovelace", email: "ada@lovelace.example" });
    expect(renamed).toMatchObject({
      username: "lovelace",
      email: "ada@lovelace.example",
      emailVerifiedAt: null,
    });
    expect(await users.find({ username: "ada" })).toBeNull();
    await users.create({ username: "ada", email: "ada@example.com" });
    expect(
      (await test.mailsTo("ada@example.com")).map((mail) => mail.subject.toLowerCase()).join(),
    ).toContain("email");
  });

  it("leaves all as it was where the new name is taken", async () => {
    const { users } = test.space;
    const ada = await users.create({ username: "ada", email: "ada@example.com" });
    await users.create({ username: "bea" });
    await expect(users.update(ada.id, { email: "new@example.com", username: "BEA" })).rejects.toThrow(
      refusal("username-taken"),
    );
    expect(await users.find({ id: ada.id })).toEqual(ada);
    expect(await users.find({ email: "new@example.com" })).toBeNull();
  });

  it("can change the case of one's own name", async () => {
    const { users } = test.space;
    const ada = await users.create({ username: "ada" });
    expect((await users.update(ada.id, { username: "Ada" })).username).toBe("Ada");
    expect((await users.find({ username: "ada" }))?.id).toBe(ada.id);
  });

  it("lets a username with an @ that came along stay while other things change", async () => {
    const { users, transfer } = test.space;
    const file = join(test.folder, "people.csv");
    await writeFile(file, "username,email\nbob@old.example,bob@new.example\neve@old.example,\n");
    await transfer.import({
      from: "csv",
      input: [file],
      mapping: { username: "username", email: "email" },
    });
    for (const username of ["bob@old.example", "eve@old.example"]) {
      const { id } = (await users.find({ username })) ?? { id: "" };
      await users.update(id, { userLocale: "de" });
      await users.update(id, { email: null });
      expect(await users.find({ username })).toMatchObject({ locale: "de", email: null });
      await expect(users.update(id, { username: "zoe@old.example" })).rejects.toThrow(
        refusal("invalid-identifier"),
      );
      await users.update(id, { email: username });
      await expect(users.update(id, { email: null })).rejects.toThrow(refusal("invalid-identifier"));
    }
  });

  it("keeps at least one name", async () => {
    const { users } = test.space;
    const ada = await users.create({ username: "ada", email: "ada@example.com" });
    expect((await users.update(ada.id, { username: null })).username).toBeNull();
    await expect(users.update(ada.id, { email: null })).rejects.toThrow(refusal("invalid-input"));
  });

  it("frees the names of a deleted user, ends the sessions and tells the owner", async () => {
    const { users, sessions } = test.space;
    const ada = await users.create({ username: "ada", email: "ada@example.com", password: GOOD });
    const { token } = await sessions.create({ userId: ada.id });
    await users.delete(ada.id);
    expect(await sessions.check(token)).toEqual({ status: "not-found" });
    expect(await users.find({ id: ada.id })).toBeNull();
    await expect(users.get(ada.id)).rejects.toThrow(refusal("not-found"));
    await expect(users.delete(ada.id)).rejects.toThrow(refusal("not-found"));
    await users.create({ username: "ada", email: "ada@example.com" });
    expect(await test.mailsTo("ada@example.com")).toHaveLength(1);
  });

  it("blocks until a time, ends the sessions, and lifts by itself", async () => {
    const { users, sessions, clock } = test.space;
    const ada = await users.create({ username: "ada", password: GOOD });
    const { token } = await sessions.create({ userId: ada.id });
    const until = new Date(clock.now() + 3_600_000);
    const blocked = await users.block(ada.id, { reason: "spam", until });
    expect(blocked.blocked).toMatchObject({ reason: "spam", until });
    expect(await sessions.check(token)).toEqual({ status: "not-found" });
    expect(await test.space.signIn({ identifier: "ada", password: GOOD })).toEqual({
      status: "blocked",
      until,
      reason: "spam",
    });
    test.clock.advance(3_600_000);
    expect(await test.space.signIn({ identifier: "ada", password: GOOD })).toMatchObject({
      status: "signed-in",
    });
    await users.block(ada.id);
    expect((await users.unblock(ada.id)).blocked).toBeNull();
    expect(await test.space.signIn({ identifier: "ada", password: GOOD })).toMatchObject({
      status: "signed-in",
    });
    await expect(users.block(ada.id, { until: new Date(0) })).rejects.toThrow(refusal("invalid-input"));
  });

  it("ends the sessions of whom it switches off or takes rights from", async () => {
    const { users, sessions } = test.space;
    const ada = await users.create({
      username: "ada",
      email: "ada@example.com",
      password: GOOD,
      admin: true,
    });
    const first = await sessions.create({ userId: ada.id });
    await users.changePermissions(ada.id, { admin: false, roles: ["reader", "reader"] });
    expect(await sessions.check(first.token)).toEqual({ status: "not-found" });
    expect((await users.get(ada.id)).roles).toEqual(["reader"]);
    await users.changePermissions(ada.id, { active: false });
    expect(await test.space.signIn({ identifier: "ada", password: GOOD })).toEqual({ status: "inactive" });
    expect(await test.mailsTo("ada@example.com")).toHaveLength(2);
  });

  it("ends none for an application that wants it so, whatever an administrator asks for", async () => {
    const { users, sessions } = test.space;
    const ada = await users.create({ username: "ada", admin: true });
    const { token } = await sessions.create({ userId: ada.id });
    const admin = await users.create({ username: "admin", admin: true });
    const actor = { type: "user" as const, id: admin.id, admin: true, superuser: false };
    await users.changePermissions(ada.id, { admin: false }, { keepSessions: true });
    expect((await users.get(ada.id)).admin).toBe(false);
    expect((await sessions.check(token)).status).toBe("ok");
    await expect(
      users.changePermissions(ada.id, { active: false }, { keepSessions: true, actor }),
    ).rejects.toThrow(refusal("not-allowed"));
    await users.changePermissions(ada.id, { active: false }, { actor });
    expect(await sessions.check(token)).toEqual({ status: "not-found" });
  });
});

describe("recording a sign-in", () => {
  it("sets when the user last signed in, and is no other change", async () => {
    const { users, audit } = test.space;
    const ada = await users.create({ username: "ada", data: { plan: "pro" } });
    expect(ada.lastSignInAt).toBeNull();
    test.clock.advance(60_000);
    const recorded = await users.recordSignIn(ada.id, { ip: "192.0.2.1" });
    expect(recorded).toEqual({ ...ada, lastSignInAt: new Date(test.clock.now()) });
    expect(await users.get(ada.id)).toEqual(recorded);
    expect((await audit.list({ action: "sign-in.succeeded" })).items).toMatchObject([
      { userId: ada.id, ip: "192.0.2.1", details: { methods: ["recorded"] } },
    ]);
  });

  it("loses no change that is made at the same moment, of 25 and 25", async () => {
    const { users } = test.space;
    const ada = await users.create({ username: "ada" });
    await Promise.all(
      Array.from({ length: 25 }, (_, at) => [
        users.recordSignIn(ada.id),
        users.data.setField(ada.id, `field${at}`, at),
      ]).flat(),
    );
    const after = await users.get(ada.id);
    expect(Object.keys(after.data)).toHaveLength(25);
    expect(after.lastSignInAt?.getTime()).toBe(test.clock.now());
  });

  it("is for superusers and the system, of somebody who is there", async () => {
    const { users } = test.space;
    const { id } = await users.create({ username: "ada" });
    const actor = { type: "user", id, admin: true, superuser: false } as const;
    await expect(users.recordSignIn(id, { actor })).rejects.toThrow(refusal("not-allowed"));
    await expect(users.recordSignIn("nobody")).rejects.toThrow(refusal("not-found"));
    await users.recordSignIn(id, { actor: { ...actor, superuser: true } });
  });
});

describe("who may do what", () => {
  it("lets people change themselves only, administrators others, superusers administrators", async () => {
    const { users } = test.space;
    const [ada, bea, admin, root] = await Promise.all([
      users.create({ username: "ada" }),
      users.create({ username: "bea" }),
      users.create({ username: "admin", admin: true }),
      users.create({ username: "root", superuser: true }),
    ]);
    const as = (user: { id: string; admin: boolean; superuser: boolean }) => ({
      actor: { type: "user" as const, id: user.id, admin: user.admin, superuser: user.superuser },
    });
    const denied = refusal("not-allowed");
    await users.update(ada.id, { username: "ada2" }, as(ada));
    await expect(users.update(bea.id, { username: "x" }, as(ada))).rejects.toThrow(denied);
    await expect(users.update(ada.id, { email: "a@example.com" }, as(ada))).rejects.toThrow(denied);
    await expect(users.update(ada.id, { emailVerified: true }, as(ada))).rejects.toThrow(denied);
    await expect(users.changePermissions(ada.id, { admin: true }, as(ada))).rejects.toThrow(denied);
    await expect(users.block(bea.id, as(ada))).rejects.toThrow(denied);
    await expect(users.delete(bea.id, as(ada))).rejects.toThrow(denied);
    await expect(users.create({ username: "y", ...as(ada) })).rejects.toThrow(denied);
    await expect(users.data.setField(ada.id, "plan", "pro", as(ada))).rejects.toThrow(denied);

    await users.changePermissions(bea.id, { roles: ["editor"] }, as(admin));
    await users.block(bea.id, as(admin));
    await expect(users.changePermissions(bea.id, { admin: true }, as(admin))).rejects.toThrow(denied);
    await expect(users.changePermissions(root.id, { active: false }, as(admin))).rejects.toThrow(denied);
    await expect(users.delete(root.id, as(admin))).rejects.toThrow(denied);
    await expect(test.space.passwords.set(bea.id, GOOD, as(admin))).rejects.toThrow(denied);
    await expect(users.create({ username: "y", password: GOOD, ...as(admin) })).rejects.toThrow(denied);

    await users.changePermissions(bea.id, { admin: true }, as(root));
    await test.space.passwords.set(bea.id, GOOD, as(root));
    await users.delete(bea.id, as(root));
  });
});

describe("the last superuser", () => {
  it("is not removed by a person, and the application may", async () => {
    const { users } = test.space;
    const root = await users.create({ username: "root", superuser: true });
    const actor = { type: "user" as const, id: root.id, admin: false, superuser: true };
    await expect(users.delete(root.id, { actor })).rejects.toThrow(refusal("not-allowed"));
    await expect(users.changePermissions(root.id, { superuser: false }, { actor })).rejects.toThrow(
      refusal("not-allowed"),
    );
    await expect(users.changePermissions(root.id, { active: false }, { actor })).rejects.toThrow(
      refusal("not-allowed"),
    );
    const second = await users.create({ username: "second", superuser: true });
    await users.delete(root.id, { actor });
    await users.delete(second.id);
    // A running server takes a new link at once.
    const token = (await test.space.setUp.createToken()) ?? "";
    expect((await test.space.setUp.complete({ token, username: "new", password: GOOD })).status).toBe(
      "set-up",
    );
  });
});

describe("misspelt input", () => {
  it("is refused, not left out", async () => {
    const { users } = test.space;
    await expect(users.create({ username: "ada", pasword: GOOD } as never)).rejects.toThrow(
      refusal("invalid-input"),
    );
    await expect(users.create(undefined as never)).rejects.toThrow(refusal("invalid-input"));
    await expect(users.find("ada" as never)).rejects.toThrow(refusal("invalid-input"));
    await expect(users.create({ username: "ada", userLocale: "no locale!" })).rejects.toThrow(
      refusal("invalid-input"),
    );
    const ada = await users.create({ username: "ada", userLocale: "de-at" });
    expect(ada.locale).toBe("de-AT");
    await expect(users.update(ada.id, { userLocale: "xx_bad!" })).rejects.toThrow(refusal("invalid-input"));
  });
});

describe("data", () => {
  it("is got, set, removed and replaced, whole or by field", async () => {
    const { data } = test.space.users;
    const ada = await test.space.users.create({ username: "ada", data: { plan: "free" } });
    expect(await data.get(ada.id)).toEqual({ plan: "free" });
    expect(await data.setField(ada.id, "seats", { paid: [1, 2] })).toEqual({
      plan: "free",
      seats: { paid: [1, 2] },
    });
    expect(await data.getField(ada.id, "seats")).toEqual({ paid: [1, 2] });
    expect(await data.getField(ada.id, "nothing")).toBeUndefined();
    await expect(data.setField(ada.id, "nothing", 1, { existing: true })).rejects.toThrow(
      refusal("not-found"),
    );
    expect(await data.setField(ada.id, "plan", null)).toEqual({ seats: { paid: [1, 2] } });
    expect(await data.merge(ada.id, { a: 1, seats: null })).toEqual({ a: 1 });
    expect(await data.removeField(ada.id, "a")).toEqual({});
    expect(await data.replace(ada.id, { b: true })).toEqual({ b: true });
  });

  it("is what a function makes of it, which loses no change of 50 at once, and changes nothing where it throws", async () => {
    const { data } = test.space.users;
    const { id } = await test.space.users.create({ username: "ada", data: { visits: 0, plan: null } });
    const visit = () => data.change(id, ({ visits, ...rest }) => ({ ...rest, visits: Number(visits) + 1 }));
    await Promise.all(Array.from({ length: 50 }, visit));
    expect(await data.get(id)).toEqual({ plan: null, visits: 50 });
    const failing = data.change(id, () => {
      throw new Error("not today");
    });
    await expect(failing).rejects.toThrow("not today");
    for (const made of [[], null, "text", { big: "x".repeat(65_536) }, Promise.resolve({}), new Map()])
      await expect(data.change(id, () => made as never)).rejects.toThrow(refusal("invalid-input"));
    const actor = { type: "user", id, admin: false, superuser: false } as const;
    await expect(data.change(id, () => ({}), { actor })).rejects.toThrow(refusal("not-allowed"));
    await expect(data.change("nobody", () => ({}))).rejects.toThrow(refusal("not-found"));
    expect(await data.get(id)).toEqual({ plan: null, visits: 50 });
  });

  it("loses none of 50 fields set at once", async () => {
    const ada = await test.space.users.create({ username: "ada" });
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => test.space.users.data.setField(ada.id, `field${i}`, i)),
    );
    expect(Object.keys(await test.space.users.data.get(ada.id))).toHaveLength(50);
  });

  it("takes __proto__ as a field like any other", async () => {
    const ada = await test.space.users.create({ username: "ada" });
    const hostile = JSON.parse(
      '{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {"isAdmin": true}}}',
    );
    await test.space.users.data.replace(ada.id, hostile);
    await test.space.users.data.setField(ada.id, "__proto__", { isAdmin: true });
    const read = await test.space.users.data.get(ada.id);
    expect(Object.keys(read).sort()).toEqual(["__proto__", "constructor"]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect((await test.space.users.get(ada.id)).admin).toBe(false);
  });

  it("is 64 KiB of JSON at the most", async () => {
    const ada = await test.space.users.create({ username: "ada" });
    await expect(test.space.users.data.setField(ada.id, "big", "x".repeat(65_536))).rejects.toThrow(
      refusal("invalid-input"),
    );
    await expect(test.space.users.data.replace(ada.id, [] as never)).rejects.toThrow(
      refusal("invalid-input"),
    );
    expect(await test.space.users.data.get(ada.id)).toEqual({});
  });
});

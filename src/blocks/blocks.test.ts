import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
const DAY = 86_400_000;
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

const refusal = (code: string) => expect.objectContaining({ code });
const newest = async (address: string) => (await test.mailsTo(address))[0];
const ada = () =>
  test.space.users.create({
    username: "ada",
    email: "ada@example.com",
    emailVerified: true,
    password: GOOD,
  });

describe("a block on a name", () => {
  it("is laid, found in any spelling, listed and removed", async () => {
    const { blocks } = test.space;
    const until = new Date(test.clock.now() + DAY);
    expect(await blocks.put("Mallory", { reason: "spam", until })).toEqual({
      identifier: "Mallory",
      since: new Date(test.clock.now()),
      until,
      reason: "spam",
    });
    await blocks.put("Mallory@Example.com");
    expect(await blocks.find("MALLORY")).toMatchObject({ reason: "spam" });
    expect(await blocks.find("mallory@EXAMPLE.com")).toMatchObject({ until: null });
    expect(await blocks.find("nobody")).toBeNull();
    expect((await blocks.list()).items.map(({ identifier }) => identifier)).toEqual([
      "Mallory@example.com",
      "Mallory",
    ]);
    const first = await blocks.list({ size: 1 });
    expect(first.items).toHaveLength(1);
    expect((await blocks.list({ size: 1, after: first.next ?? "" })).items).toHaveLength(1);
    const all: string[] = [];
    for await (const { identifier } of blocks.all()) all.push(identifier);
    expect(all).toHaveLength(2);
    // It lifts by itself.
    test.clock.advance(DAY);
    expect(await blocks.find("mallory")).toBeNull();
    expect((await blocks.list()).items).toHaveLength(1);
    expect(await blocks.remove("mallory@example.com")).toBe(true);
    expect(await blocks.remove("mallory@example.com")).toBe(false);
    const audit = (await test.space.audit.list()).items.map(({ action }) => action);
    expect(audit).toEqual(["block.removed", "block.put", "block.put"]);
  });

  it("refuses what is no name, and an end in the past", async () => {
    const { blocks } = test.space;
    await expect(blocks.put("no@-where")).rejects.toThrow(refusal("invalid-identifier"));
    // A username that nobody can have, so it would keep nobody out.
    await expect(blocks.put("eve\uFF20example.com")).rejects.toThrow(refusal("invalid-identifier"));
    await expect(blocks.put("")).rejects.toThrow(refusal("invalid-identifier"));
    await expect(blocks.put("eve", { until: new Date(0) })).rejects.toThrow(refusal("invalid-input"));
    await expect(blocks.put("eve", { until: new Date("never") })).rejects.toThrow(refusal("invalid-input"));
    await expect(blocks.put({ $ne: null } as unknown as string)).rejects.toThrow(refusal("invalid-input"));
  });

  it("keeps an account from being made with it, or renamed to it", async () => {
    const { blocks, users } = test.space;
    const { id } = await ada();
    await blocks.put("eve");
    await blocks.put("eve@example.com");
    await expect(users.create({ username: "EVE" })).rejects.toThrow(refusal("name-blocked"));
    await expect(users.create({ username: "bea", email: "Eve@example.com" })).rejects.toThrow(
      refusal("name-blocked"),
    );
    await expect(users.update(id, { username: "eve" })).rejects.toThrow(refusal("name-blocked"));
    await expect(users.update(id, { email: "eve@example.com" })).rejects.toThrow(refusal("name-blocked"));
    // A person is told what they would be told at sign-up.
    const actor = { type: "user", id, admin: false, superuser: false } as const;
    await expect(users.update(id, { username: "eve" }, { actor })).rejects.toThrow(refusal("username-taken"));
    await blocks.remove("eve");
    expect((await users.create({ username: "eve" })).blocked).toBeNull();
  });

  it("tells nobody who signs up: an address gets no mail, a username is taken", async () => {
    const { blocks } = test.space;
    await blocks.put("eve@example.com");
    await blocks.put("eve");
    const free = await test.space.signUp({ email: "free@example.com", password: GOOD });
    const result = await test.space.signUp({ email: "eve@example.com", password: GOOD });
    expect(Object.keys(result)).toEqual(Object.keys(free));
    expect(result.status).toBe("verification-sent");
    if (result.status !== "verification-sent") return;
    await test.space.codes.request("verify-email", { ticket: result.ticket });
    expect(await test.mailsTo("eve@example.com")).toEqual([]);
    expect(await test.space.codes.confirm("verify-email", { ticket: result.ticket, code: "ABC123" })).toEqual(
      { status: "wrong-code" },
    );
    // Nor do they hear of it with the password that they chose.
    expect(await test.space.signIn({ identifier: "eve@example.com", password: GOOD })).toEqual({
      status: "wrong-credentials",
    });
    const named = await test.space.signUp({ email: "b@example.com", username: "Eve", password: GOOD });
    expect(named).toEqual({ status: "username-taken" });

    await test.reopen({ signUp: { verification: "none" } });
    expect(await test.space.signUp({ email: "eve@example.com", password: GOOD })).toEqual({
      status: "email-taken",
    });
    expect(await test.space.signUp({ email: "b@example.com", username: "eve", password: GOOD })).toEqual({
      status: "username-taken",
    });
  });

  it("keeps a sign-up from being completed, and lets it be once it is removed", async () => {
    const { blocks, codes } = test.space;
    const asked = await test.space.signUp({ email: "eve@example.com", username: "eve", password: GOOD });
    if (asked.status !== "verification-sent") throw new Error(asked.status);
    const code = codeIn(await newest("eve@example.com"));
    const { ticket } = asked;
    for (const name of ["eve", "eve@example.com"]) {
      await blocks.put(name);
      expect(await codes.confirm("verify-email", { ticket, code })).toEqual({ status: "wrong-code" });
      const early = await test.space.signIn({ identifier: "eve", password: GOOD });
      expect(early.status).toBe("email-unverified");
      await blocks.remove(name);
    }
    expect((await codes.confirm("verify-email", { ticket, code })).status).toBe("verified");
  });

  it("blocks whoever has the name at once, and removing it lets them in again", async () => {
    const { blocks, users } = test.space;
    const { id } = await ada();
    for (const name of ["ada", "ada@example.com"]) {
      const { token } = await test.space.sessions.create({ userId: id });
      await blocks.put(name, { reason: "spam" });
      expect((await test.space.sessions.check(token)).status).toBe("not-found");
      expect((await users.get(id)).blocked).toMatchObject({ reason: "spam" });
      for (const identifier of ["ada", "ada@example.com"])
        expect(await test.space.signIn({ identifier, password: GOOD })).toMatchObject({
          status: "blocked",
          reason: "spam",
        });
      await expect(test.space.sessions.create({ userId: id })).rejects.toThrow(refusal("account-blocked"));
      await blocks.remove(name);
      expect((await users.get(id)).blocked).toBeNull();
      expect((await test.space.signIn({ identifier: "ada", password: GOOD })).status).toBe("signed-in");
    }
    await blocks.put("ada");
    await blocks.put("ada@example.com");
    await users.unblock(id);
    expect(await blocks.find("ada")).toBeNull();
    expect((await test.space.signIn({ identifier: "ada", password: GOOD })).status).toBe("signed-in");
  });

  it("leaves a block on the person as it is", async () => {
    const { blocks, users } = test.space;
    const { id } = await ada();
    await users.block(id, { reason: "for good" });
    await blocks.put("ada", { until: new Date(test.clock.now() + DAY) });
    expect((await users.get(id)).blocked).toMatchObject({ reason: "for good", until: null });
    await blocks.remove("ada");
    expect((await users.get(id)).blocked).toMatchObject({ reason: "for good" });
  });

  it("replaces the last one on the name, and what that one did to the person", async () => {
    const { blocks, users } = test.space;
    const { id } = await ada();
    await blocks.put("ada", { reason: "spam" });
    const until = new Date(test.clock.now() + DAY);
    test.clock.advance(1);
    await blocks.put("ada", { reason: "spam, for a day", until });
    expect((await users.get(id)).blocked).toMatchObject({ reason: "spam, for a day", until });
    await blocks.remove("ada");
    expect((await users.get(id)).blocked).toBeNull();
    expect((await test.space.signIn({ identifier: "ada", password: GOOD })).status).toBe("signed-in");
  });

  it("leaves the one on another name in force, and shown", async () => {
    const { blocks, users } = test.space;
    const { id } = await ada();
    await blocks.put("ada", { reason: "the name" });
    await blocks.put("ada@example.com", { reason: "the address" });
    await blocks.remove("ada");
    expect((await users.get(id)).blocked).toMatchObject({ reason: "the address" });
    expect((await users.list({ blocked: true })).items).toHaveLength(1);
    await blocks.remove("ada@example.com");
    expect((await users.get(id)).blocked).toBeNull();
  });

  it("lets a blocked person do nothing that needs signing in", async () => {
    const { blocks, codes, passwords } = test.space;
    const { id } = await ada();
    await codes.request("reset-password", { identifier: "ada" });
    const link = linkIn(await newest("ada@example.com"));
    await blocks.put("ada");
    expect(await codes.confirm("reset-password", { link, newPassword: NEXT })).toEqual({
      status: "wrong-code",
    });
    const before = (await test.mailsTo("ada@example.com")).length;
    for (const purpose of ["reset-password", "verify-email", "sign-in", "unlock", "delete-account"] as const)
      await codes.request(purpose, { userId: id });
    expect(await test.mailsTo("ada@example.com")).toHaveLength(before);
    const change = { userId: id, currentPassword: GOOD, newPassword: NEXT };
    await expect(passwords.change(change)).rejects.toThrow(refusal("account-blocked"));
    await expect(passwords.confirm({ userId: id, password: GOOD })).rejects.toThrow(
      refusal("account-blocked"),
    );
    await expect(codes.request("change-email", { userId: id, newEmail: "n@example.com" })).rejects.toThrow(
      refusal("account-blocked"),
    );
    // Unblocking restores: the code that came before is good again.
    await blocks.remove("ada");
    expect(await codes.confirm("reset-password", { link, newPassword: NEXT })).toMatchObject({
      status: "password-reset",
    });
  });

  it("is laid by administrators, on a superuser by superusers", async () => {
    const { blocks, users } = test.space;
    const { id } = await users.create({ username: "root", superuser: true });
    const actor = { type: "user", id: "somebody", admin: false, superuser: false } as const;
    const denied = refusal("not-allowed");
    await expect(blocks.put("eve", { actor })).rejects.toThrow(denied);
    await expect(blocks.remove("eve", { actor })).rejects.toThrow(denied);
    const admin = { ...actor, admin: true };
    await blocks.put("eve", { actor: admin });
    await expect(blocks.put("root", { actor: admin })).rejects.toThrow(denied);
    expect((await users.get(id)).blocked).toBeNull();
  });

  it("tells names apart as the space does", async () => {
    await test.cleanup();
    test = await openTestSpace({ identifiers: "exact" });
    await test.space.blocks.put("Eve");
    expect(await test.space.blocks.find("eve")).toBeNull();
    expect((await test.space.users.create({ username: "eve" })).username).toBe("eve");
    await expect(test.space.users.create({ username: "Eve" })).rejects.toThrow(refusal("name-blocked"));
  });
});

describe("deleting somebody who is blocked", () => {
  it.each([
    ["keep", undefined],
    ["keep", "keep"],
    ["remove", "remove"],
  ] as const)("%ss the block on the names, told %s", async (kept, blocks) => {
    const { users } = test.space;
    const { id } = await ada();
    await users.block(id, { reason: "spam" });
    await users.delete(id, blocks === undefined ? {} : { blocks });
    if (kept === "remove") {
      expect((await ada()).blocked).toBeNull();
      return;
    }
    await expect(users.create({ username: "ada" })).rejects.toThrow(refusal("name-blocked"));
    await expect(users.create({ email: "ada@example.com" })).rejects.toThrow(refusal("name-blocked"));
    expect(await test.space.blocks.find("ada")).toMatchObject({ reason: "spam" });
  });

  it("takes blocks on the names away where that is wanted, and keeps them otherwise", async () => {
    const { users, blocks } = test.space;
    const first = await ada();
    await blocks.put("ada@example.com");
    await users.delete(first.id);
    await expect(ada()).rejects.toThrow(refusal("name-blocked"));
    await blocks.remove("ada@example.com");
    const second = await ada();
    await blocks.put("ada@example.com");
    await users.delete(second.id, { blocks: "remove" });
    expect((await ada()).blocked).toBeNull();
    await expect(users.delete(second.id, { blocks: "none" as "keep" })).rejects.toThrow();
  });

  it("keeps the longer one of two on a name", async () => {
    const { users, blocks } = test.space;
    const { id } = await ada();
    await blocks.put("ada@example.com", { until: new Date(test.clock.now() + DAY) });
    await users.block(id, { reason: "for good" });
    await users.delete(id);
    test.clock.advance(DAY);
    expect(await blocks.find("ada@example.com")).toMatchObject({ reason: "for good", until: null });
    await expect(ada()).rejects.toThrow(refusal("name-blocked"));
  });

  it("keeps one that is laid at the same moment", async () => {
    const { users, blocks } = test.space;
    for (let round = 0; round < 50; round++) {
      const email = `p${round}@example.com`;
      const { id } = await users.create({ email });
      const [laid, deleted] = await Promise.allSettled([users.block(id), users.delete(id)]);
      expect(deleted.status).toBe("fulfilled");
      expect((await blocks.find(email)) !== null).toBe(laid.status === "fulfilled");
    }
  });

  it("keeps no block that was over", async () => {
    const { users } = test.space;
    const { id } = await ada();
    await users.block(id, { until: new Date(test.clock.now() + DAY) });
    test.clock.advance(DAY);
    await users.delete(id);
    expect((await ada()).blocked).toBeNull();
  });
});

describe("a block that is laid while somebody takes the name", () => {
  it("never leaves an account that can be used", async () => {
    const { users, blocks } = test.space;
    const password = GOOD;
    for (let round = 0; round < 60; round++) {
      const email = `p${round}@example.com`;
      const [made] = await Promise.allSettled([users.create({ email, password }), blocks.put(email)]);
      const result = await test.space.signIn({ identifier: email, password });
      expect(["blocked", "wrong-credentials"]).toContain(result.status);
      if (made.status === "rejected") expect(made.reason).toMatchObject({ code: "name-blocked" });
      else expect((await users.get(made.value.id)).blocked).not.toBeNull();
    }
  });

  it("never leaves one either where the name comes with a proof, or with a change", async () => {
    const { users, blocks, codes } = test.space;
    for (let round = 0; round < 20; round++) {
      const email = `p${round}@example.com`;
      const asked = await test.space.signUp({ email, password: GOOD });
      if (asked.status !== "verification-sent") throw new Error(asked.status);
      const link = linkIn(await newest(email));
      const { ticket } = asked;
      await Promise.all([codes.confirm("verify-email", { link, ticket }), blocks.put(email)]);
      const result = await test.space.signIn({ identifier: email, password: GOOD });
      expect(["blocked", "wrong-credentials"]).toContain(result.status);

      const user = await users.create({ username: `u${round}`, password: GOOD });
      const { token } = await test.space.sessions.create({ userId: user.id });
      const name = `renamed${round}`;
      await Promise.allSettled([users.update(user.id, { username: name }), blocks.put(name)]);
      const now = await users.get(user.id);
      const isIn = (await test.space.sessions.check(token)).status === "ok";
      expect(isIn).toBe(now.username !== name);
    }
  });

  it("ends 50 sign-ins that are under way", async () => {
    await ada();
    const signIns = Array.from({ length: 50 }, () =>
      test.space.signIn({ identifier: "ada", password: GOOD, skipLimits: true }).catch(() => null),
    );
    await test.space.blocks.put("ada");
    for (const result of await Promise.all(signIns))
      if (result?.status === "signed-in")
        expect((await test.space.sessions.check(result.token)).status).toBe("not-found");
  });
});

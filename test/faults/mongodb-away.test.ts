import { describe, expect, it, onTestFinished } from "vitest";
import type { CodeRedemption, Store } from "#dist/store/contract.js";
import { openMongodbStore } from "#dist/store/mongodb/open.js";
import {
  NOW,
  sampleAudit,
  sampleCode,
  samplePassword,
  sampleSession,
  sampleUser,
} from "../contract/samples.js";
import { startMongodb } from "../servers/mongodb.js";
import type { TestServer } from "../servers/server.js";
import { testPlace } from "./mongodb.js";
import { type Fate, tapMongodb } from "./mongodb-tap.js";

async function ownServer(): Promise<{ readonly server: TestServer; readonly store: Store }> {
  const server = await startMongodb({ persistent: true });
  onTestFinished(() => server.remove());
  const store = await openMongodbStore({ url: server.url, timeout: 2000 });
  onTestFinished(() => store.close());
  await store.migrate();
  return { server, store };
}

/** How long a call took to fail, in real milliseconds, and with what. */
async function failureOf(call: Promise<unknown>): Promise<{ readonly code: unknown; readonly took: number }> {
  const begun = performance.now();
  const code = await call.then(
    () => null,
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );
  return { code, took: performance.now() - begun };
}

describe("a server that goes away", () => {
  it("fails each call in time while it is stopped, and serves again when it is back", async () => {
    const { server, store } = await ownServer();
    await store.createUser(sampleUser({ username: "ada" }), 0, []);
    await server.stop();
    const calls = [store.findUser(["u:ada"]), store.createUser(sampleUser(), 0, []), store.ping()];
    for (const { code, took } of await Promise.all(calls.map(failureOf))) {
      expect(code).toBe("store-unavailable");
      expect(took).toBeLessThan(4000);
    }
    await server.start();
    await expect.poll(() => failureOf(store.ping()), { timeout: 15_000 }).toMatchObject({ code: null });
    expect((await store.findUser(["u:ada"]))?.username).toBe("ada");
    expect((await store.createUser(sampleUser({ username: "ada" }), 0, [])).status).toBe("taken");
  }, 60_000);

  it("fails each call in time while it hangs, 200 waiters for one limit included", async () => {
    const { server, store } = await ownServer();
    await store.hitLimits([{ key: "a", rule: { max: 1000, window: null } }], NOW);
    server.pause();
    const calls = [
      store.findUser(["u:ada"]),
      store.createUser(sampleUser(), 0, [sampleAudit()]),
      ...Array.from({ length: 200 }, () =>
        store.hitLimits([{ key: "a", rule: { max: 1000, window: null } }], NOW),
      ),
    ];
    for (const { code, took } of await Promise.all(calls.map(failureOf))) {
      expect(code).toBe("store-unavailable");
      expect(took).toBeLessThan(4000);
    }
    server.resume();
    await expect.poll(() => failureOf(store.ping()), { timeout: 15_000 }).toMatchObject({ code: null });
    const before = (await store.readLimit("a"))?.count ?? 0;
    await store.hitLimits([{ key: "a", rule: { max: 1000, window: null } }], NOW);
    // What failed is unknown, not undone: the server may still come to hits that it was sent before it hung.
    expect((await store.readLimit("a"))?.count).toBeGreaterThan(before);
  }, 60_000);

  it("fails what is under way when it is killed, and loses nothing that was acknowledged long before", async () => {
    const { server, store } = await ownServer();
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    await store.statistics();
    // The test server writes to its disk once a second.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const calls = Array.from({ length: 50 }, () => failureOf(store.addEvents([sampleAudit()])));
    await server.kill();
    for (const { code } of await Promise.all(calls)) expect([null, "store-unavailable"]).toContain(code);
    await server.start();
    await expect.poll(() => failureOf(store.ping()), { timeout: 15_000 }).toMatchObject({ code: null });
    expect((await store.findUser(["u:ada"]))?.id).toBe(ada.user.id);
  }, 60_000);
});

describe("an answer that gets lost", () => {
  async function tapped() {
    const place = await testPlace();
    let fate: (name: string, target: string) => Fate = () => "pass";
    const url = await tapMongodb(place.url, ({ name, target }) =>
      fate(name, String(target).slice(place.prefix.length)),
    );
    const store = await place.open({ url });
    await store.migrate();
    return {
      place,
      store,
      /** Once, for the first command of this name on this collection. */
      next(name: string, collection: string, what: Fate) {
        fate = (each, target) => {
          if (each !== name || target !== collection) return "pass";
          fate = () => "pass";
          return what;
        };
      },
    };
  }

  it("makes a redemption unknown; the same attempt repeated has won, and another has not", async () => {
    const { store, next } = await tapped();
    const code = sampleCode();
    await store.putCode(code, []);
    const attempt: CodeRedemption = {
      lookup: { id: code.id },
      kind: "link",
      hashes: ["link"],
      purpose: "verify-email",
      operationId: "mine",
      now: NOW,
    };
    next("findAndModify", "codes", "lose-answer");
    expect((await failureOf(store.redeemCode(attempt))).code).toBe("store-unavailable");
    expect(await store.redeemCode({ ...attempt, operationId: "other" })).toEqual({ status: "dead" });
    expect(await store.redeemCode(attempt)).toMatchObject({ status: "redeemed", code: { id: code.id } });
  });

  it("uses up a number that nobody gets, and gives none twice", async () => {
    const { store, next } = await tapped();
    expect(await store.nextNumber("users")).toBe(1);
    next("findAndModify", "sequences", "lose-answer");
    expect((await failureOf(store.nextNumber("users"))).code).toBe("store-unavailable");
    expect(await store.nextNumber("users")).toBe(3);
    next("findAndModify", "sequences", "cut");
    expect((await failureOf(store.nextNumber("users"))).code).toBe("store-unavailable");
    expect(await store.nextNumber("users")).toBe(4);
  });

  it("makes a change unknown, and what it told is told once", async () => {
    const { place, store, next } = await tapped();
    const ada = sampleUser({ username: "ada" });
    const event = sampleAudit();
    await store.createUser(ada, 0, []);
    next("findAndModify", "users", "lose-answer");
    const change = store.updateUser(ada.user.id, 1, { locale: "fr" }, NOW, 0, [event]);
    expect((await failureOf(change)).code).toBe("store-unavailable");
    expect(await store.updateUser(ada.user.id, 1, { locale: "fr" }, NOW, 0, [event])).toEqual({
      status: "conflict",
    });
    await place.open();
    expect(await store.listAudit({ before: null, size: 5 })).toEqual([event]);
  });

  it("leaves the events to the sweep where they cannot be moved on, and answers what was done", async () => {
    const { place, store, next } = await tapped();
    const event = sampleAudit();
    next("insert", "audit", "cut");
    expect((await store.createUser(sampleUser({ username: "ada" }), 0, [event])).status).toBe("created");
    expect(await store.listAudit({ before: null, size: 5 })).toEqual([]);
    await place.open();
    expect(await store.listAudit({ before: null, size: 5 })).toEqual([event]);
  });

  it("takes earlier hits of a list back where a later one was lost to another process", async () => {
    const { place, store } = await tapped();
    const other = await place.open();
    const wide = { key: "wide", rule: { max: 1000, window: null } };
    const narrow = { key: "narrow", rule: { max: 1000, window: null } };
    await store.hitLimits([wide, narrow], NOW);
    const lists = Array.from({ length: 30 }, (_, at) => (at % 2 === 0 ? [wide, narrow] : [narrow, wide]));
    await Promise.all(lists.flatMap((list) => [store.hitLimits(list, NOW), other.hitLimits(list, NOW)]));
    expect((await store.readLimit("wide"))?.count).toBe(61);
    expect((await store.readLimit("narrow"))?.count).toBe(61);
  });
});

it("takes no object where a text belongs, in any method", async () => {
  const place = await testPlace();
  const store = await place.open();
  await store.migrate();
  const ada = sampleUser({ username: "ada" }, samplePassword("hash"));
  const { id } = ada.user;
  await store.createUser(ada, 0, []);
  const session = sampleSession(id);
  await store.createSession(session, { recordSignIn: false, keep: 9, settle: [] }, []);
  const code = sampleCode();
  await store.putCode(code, []);
  await store.hitLimits([{ key: "a", rule: { max: 5, window: null } }], NOW);
  await store.putBlock({ key: "u:eve", value: "eve", since: NOW, until: null, reason: null }, []);

  const redemption = {
    kind: "short",
    hashes: ["short"],
    purpose: "verify-email",
    operationId: "1",
    now: NOW,
  };
  for (const any of [
    { $ne: null },
    { $gt: "" },
    { $regex: "^" },
    ["u:ada"],
    1,
    null,
  ] as unknown as string[]) {
    const calls: Record<string, () => Promise<unknown>> = {
      findUser: () => store.findUser([any]),
      findSignIn: () => store.findSignIn([any]),
      updateUser: () => store.updateUser(any, null, { admin: true }, NOW, 0, []),
      updateVersion: () => store.updateUser(id, { $gt: 0 } as never, { admin: true }, NOW, 0, []),
      deleteUser: () => store.deleteUser(any, []),
      replacePassword: () => store.replacePassword(any, undefined, null, { raiseEpoch: true, now: NOW }, []),
      checkSession: () => store.checkSession(any, { data: true }),
      touchSessions: () => store.touchSessions([{ tokenHash: any, lastSeenAt: NOW, expiresAt: NOW }]),
      endSessions: () => store.endSessions({ userId: any }, []),
      endOne: () => store.endSessions({ tokenHash: any }, []),
      listSessions: () => store.listSessions({ filter: { id: any }, after: null, size: 9 }),
      findCode: () => store.findCode({ id: any }),
      findTicket: () => store.findCode({ ticketHash: any }),
      findSlot: () => store.findCode({ userId: code.userId, slot: any }),
      redeemCode: () => store.redeemCode({ ...redemption, lookup: { id: any } } as never),
      discardCodes: () => store.discardCodes(any, ["verify-email"]),
      discardPurpose: () => store.discardCodes(code.userId, [any]),
      hitLimits: () => store.hitLimits([{ key: any, rule: { max: 5, window: null } }], NOW),
      settleLimits: () => store.settleLimits([{ key: any, action: "reset" }], NOW),
      readLimit: () => store.readLimit(any),
      removeBlock: () => store.removeBlock(any, []),
      findBlocks: () => store.findBlocks([any]),
      listAudit: () => store.listAudit({ userId: any, before: null, size: 9 }),
      listUsers: () => store.listUsers({ filter: { text: any }, order: "created", after: null, size: 9 }),
      listRole: () => store.countUsers({ role: any }),
      settleMail: () => store.settleMail(any, any, { status: "sent" }, NOW),
      reviseMail: () => store.reviseMail(any, "drop", NOW, []),
      nextNumber: () => store.nextNumber(any),
      raiseSequence: () => store.raiseSequence(any, 1),
      takeTurn: () => store.takeTurn(any, "one", NOW, NOW),
    };
    for (const [name, call] of Object.entries(calls)) {
      const { code: failed } = await failureOf(call());
      expect({ name, any, failed }).toEqual({ name, any, failed: "invalid-input" });
    }
  }
  const expected = ["hash", "wrong"].map((hash) => ({ $ne: hash }) as never);
  for (const hash of expected) {
    const answer = store.replacePassword(id, hash, null, { raiseEpoch: true, now: NOW }, []);
    expect((await failureOf(answer)).code).toBe("invalid-input");
  }
  expect(await store.findSignIn(["u:ada"])).toEqual({ user: ada.user, password: ada.password });
  expect(await store.checkSession(session.tokenHash, { data: false })).not.toBeNull();
  expect(await store.findCode({ id: code.id })).toEqual(code);
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPolicyInForce } from "#dist/sessions/policy.js";
import { testClock } from "../../test/helpers/clock.js";
import { openStoreOf } from "../../test/helpers/database.js";
import { DUMPED, original } from "../../test/helpers/import-source.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
let test: TestSpace;
let userId: string;
beforeEach(async () => {
  test = await openTestSpace();
  userId = (await test.space.users.create({ username: "ada" })).id;
});
afterEach(async () => {
  vi.useRealTimers();
  await test.cleanup();
});

const statusOf = async (token: string) => (await test.space.sessions.check(token)).status;

async function endOf(token: string): Promise<number | undefined> {
  const check = await test.space.sessions.check(token);
  return check.status === "ok" ? check.session.expiresAt.getTime() : undefined;
}

describe("setting the policy", () => {
  it("is in force at once, for new sessions and for the next use of older ones", async () => {
    const { sessions } = test.space;
    const [used, unused] = [await sessions.create({ userId }), await sessions.create({ userId })];
    expect(await sessions.setPolicy({ idle: HOUR })).toMatchObject({ idle: HOUR, absolute: 30 * DAY });
    expect(sessions.policy).toMatchObject({ idle: HOUR, touchEvery: HOUR / 10 });
    const late = await sessions.create({ userId });
    expect(late.session.expiresAt.getTime()).toBe(test.clock.now() + HOUR);
    // Also of one that was used a moment ago, whose use would not be worth recording.
    expect(await endOf(used.token)).toBe(test.clock.now() + HOUR);
    await sessions.flush();
    const listed = (await sessions.list({ userId })).items.find(({ id }) => id === used.session.id);
    expect(listed?.expiresAt.getTime()).toBe(test.clock.now() + HOUR);
    test.clock.advance(HOUR);
    for (const { token } of [used, late]) expect(await statusOf(token)).toBe("expired");
    // Nobody used it, so it has the end that it was made with, up to its next use.
    expect(await endOf(unused.token)).toBe(test.clock.now() + HOUR);
  });

  it("gives more time too, to a session that was used a moment ago", async () => {
    await test.reopen({ sessions: { idle: HOUR } });
    const { sessions } = test.space;
    const { token } = await sessions.create({ userId });
    test.clock.advance(60_000);
    await sessions.setPolicy({ idle: 10 * DAY });
    expect(await endOf(token)).toBe(test.clock.now() + 10 * DAY);
    test.clock.advance(2 * HOUR);
    expect(await statusOf(token)).toBe("ok");
  });

  it("sets the absolute end of new sessions; one that is there ends where it was made to end", async () => {
    const { sessions } = test.space;
    const { token } = await sessions.create({ userId });
    await sessions.setPolicy({ idle: 100 * DAY, absolute: null });
    const endless = await sessions.create({ userId });
    expect(endless.session.absoluteEnd).toBeNull();
    expect(await endOf(token)).toBe(test.clock.now() + 30 * DAY);
    await sessions.setPolicy({ absolute: DAY });
    const short = await sessions.create({ userId });
    expect(short.session.expiresAt.getTime()).toBe(test.clock.now() + DAY);
    test.clock.advance(DAY);
    expect(await statusOf(short.token)).toBe("expired");
    test.clock.advance(28 * DAY);
    expect(await endOf(token)).toBe(test.clock.now() + DAY);
    test.clock.advance(DAY);
    expect(await statusOf(token)).toBe("expired");
    expect(await endOf(endless.token)).toBe(test.clock.now() + 100 * DAY);
  });

  it("is kept in the database, told by the settings, and written down", async () => {
    const actor = { type: "user", id: userId, admin: true, superuser: true } as const;
    await test.reopen({ sessions: { idle: 2 * DAY } });
    const shown = () => test.space.config.find(({ name }) => name === "sessions.idle");
    expect(shown()).toMatchObject({ value: `${2 * DAY} ms`, origin: "option" });
    await test.space.sessions.setPolicy({ idle: DAY, absolute: null }, { actor });
    expect(shown()).toMatchObject({ value: `${DAY} ms`, origin: "database" });
    // No change, and so nothing to write down.
    await test.space.sessions.setPolicy({ idle: DAY });
    await test.reopen({ sessions: {} });
    expect(test.space.sessions.policy).toMatchObject({ idle: DAY, absolute: null });
    const { items } = await test.space.audit.list({ action: "session.policy-changed" });
    expect(items).toMatchObject([
      {
        actor: userId,
        details: {
          before: { idle: 2 * DAY, absolute: 30 * DAY },
          after: { idle: DAY, absolute: null },
        },
      },
    ]);
  });

  it("is for superusers and the system, and takes whole milliseconds alone", async () => {
    const { sessions } = test.space;
    const actor = { type: "user", id: userId, admin: true, superuser: false } as const;
    await expect(sessions.setPolicy({ idle: HOUR }, { actor })).rejects.toMatchObject({
      code: "not-allowed",
    });
    for (const change of [
      { idle: 0 },
      { idle: 0.5 },
      { idle: Number.POSITIVE_INFINITY },
      { idle: null },
      { idle: "1h" },
      { absolute: -1 },
      { absolute: 1e15 },
      { mostPerUser: 3 },
      null,
    ])
      await expect(sessions.setPolicy(change as object), JSON.stringify(change)).rejects.toMatchObject({
        code: "invalid-input",
      });
    expect(sessions.policy).toMatchObject({ idle: 10 * DAY, absolute: 30 * DAY });
  });

  it("does not get below the touchEvery that the space was opened with", async () => {
    await test.reopen({ sessions: { touchEvery: HOUR } });
    await expect(test.space.sessions.setPolicy({ idle: HOUR })).rejects.toMatchObject({
      code: "invalid-input",
      details: { field: "idle" },
    });
    expect(await test.space.sessions.setPolicy({ idle: HOUR + 1 })).toMatchObject({ touchEvery: HOUR });
  });

  it("keeps no process from opening whose touchEvery it left no room for", async () => {
    await test.space.sessions.setPolicy({ idle: HOUR / 2 });
    await test.reopen({ sessions: { touchEvery: HOUR } });
    expect(test.space.sessions.policy).toMatchObject({ idle: HOUR / 2, touchEvery: HOUR / 20 });
  });

  it("is in force as it is recorded when 50 set it at once, each its own part", async () => {
    const { sessions } = test.space;
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        sessions.setPolicy(at % 2 === 0 ? { idle: DAY + at } : { absolute: 20 * DAY + at }),
      ),
    );
    const { idle, absolute } = sessions.policy;
    await test.reopen({ sessions: {} });
    expect(test.space.sessions.policy).toMatchObject({ idle, absolute });
    expect(idle).toBeLessThan(2 * DAY);
    expect(absolute).toBeLessThan(21 * DAY);
    const rows = (await test.space.audit.list({ action: "session.policy-changed", size: 100 })).items;
    expect(rows).toHaveLength(50);
  });

  it("holds for what an import brings along", async () => {
    const imported = await openTestSpace({ clock: testClock(DUMPED) });
    try {
      await imported.space.sessions.setPolicy({ idle: HOUR });
      const input = [original("better-auth/postgres.sql")];
      await imported.space.transfer.import({ from: "better-auth", input, keepSessions: true });
      const ends: number[] = [];
      for await (const each of imported.space.sessions.all()) ends.push(each.expiresAt.getTime());
      expect(Math.max(...ends)).toBe(DUMPED + HOUR);
    } finally {
      await imported.cleanup();
    }
  });
});

describe("other processes of the space", () => {
  it("look once a minute, and are told of a touchEvery that no longer fits", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const store = await openStoreOf(test.database);
    const warned: string[] = [];
    const logger = { ...quiet, warn: (_: object, message: string) => void warned.push(message) };
    const settings = await store.readSettings();
    if (settings === null) throw new Error("no settings");
    const options = { touchEvery: HOUR, mostPerUser: 7 };
    const policy = createPolicyInForce({ store, clock: test.clock, logger, options, settings });
    policy.start();
    await test.space.sessions.setPolicy({ idle: 2 * HOUR });
    expect(policy.current.idle).toBe(10 * DAY);
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(() => expect(policy.current.idle).toBe(2 * HOUR));
    expect(policy.current).toMatchObject({ touchEvery: HOUR, mostPerUser: 7 });
    expect(policy.isAsOpened).toBe(false);
    expect(warned).toEqual([]);
    await test.space.sessions.setPolicy({ idle: HOUR });
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(() => expect(policy.current).toMatchObject({ idle: HOUR, touchEvery: HOUR / 10 }));
    expect(warned).toEqual([expect.stringContaining("touchEvery")]);
    await policy.stop();
    await store.close();
  });
});

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStoreClock } from "#dist/space/store-clock.js";
import type { Store } from "#dist/store/contract.js";
import { testClock } from "../../test/helpers/clock.js";
import { newDatabase, openStoreOf, type TestDatabase } from "../../test/helpers/database.js";

const HOUR = 3_600_000;
/** For a slow machine; what is told apart here is hours. */
const NEAR = 60_000;

let database: TestDatabase;
let store: Store;
const warned: string[] = [];
const logger = {
  debug() {},
  info() {},
  warn: (_fields: object, message: string) => void warned.push(message),
  error() {},
};

beforeEach(async () => {
  database = await newDatabase();
  store = await openStoreOf(database);
  warned.length = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
  await database.drop();
});

it("goes by the database where the machine's clock is wrong, and says so", async () => {
  const machine = testClock(Date.now() - 2 * HOUR);
  const clock = await createStoreClock({ store, logger, machine });
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(NEAR);
  expect(warned).toEqual([expect.stringMatching(/7200 s behind/)]);
  machine.advance(HOUR);
  expect(Math.abs(clock.now() - Date.now() - HOUR)).toBeLessThan(NEAR);
});

it("says nothing of a clock that is right", async () => {
  const clock = await createStoreClock({ store, logger });
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(NEAR);
  expect(warned).toEqual([]);
});

it("is not set back by an answer that took long", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const machine = testClock(Date.now() - 20_000);
  let isSlow = false;
  let answers = 0;
  // The real store on a slow way: four seconds there, and forty back.
  const now = async () => {
    const there = await store.now();
    answers++;
    if (!isSlow) return there;
    machine.advance(44_000);
    return there + 4000;
  };
  const clock = await createStoreClock({ store: { now }, logger, machine });
  clock.start();
  const before = clock.now();
  isSlow = true;
  vi.advanceTimersByTime(60_000);
  await vi.waitFor(() => expect(answers).toBe(2));
  await new Promise((resolve) => setImmediate(resolve));
  expect(clock.now() - before).toBe(44_000);
  clock.stop();
});

it("measures anew each minute, so that a clock that is set does not carry the space along", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const machine = testClock(Date.now());
  const clock = await createStoreClock({ store, logger, machine });
  clock.start();
  machine.advance(3 * HOUR);
  expect(clock.now() - Date.now()).toBeGreaterThan(2 * HOUR);
  vi.advanceTimersByTime(60_000);
  await vi.waitFor(() => expect(Math.abs(clock.now() - Date.now())).toBeLessThan(NEAR));
  clock.stop();
});

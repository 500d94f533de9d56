import { openUserSpace, type UserSpace as WatchwordSpace } from "watchword";
import { BadCallError, UserSpace, type UserSpaceOptions } from "watchword/compat/pgusers";
import type { TestClock } from "./clock.js";
import { portOptions } from "./compat.js";
import { newDatabase, type TestDatabase } from "./database.js";
import { whenFree } from "./space.js";

/** A userspace of the port on a database of its own, with a clock that the test moves. */
export interface TestUsers {
  readonly users: UserSpace;
  readonly clock: TestClock;
  readonly database: TestDatabase;
  /** Does something on the user space beneath. */
  beneath<T>(work: (space: WatchwordSpace) => Promise<T>): Promise<T>;
  cleanup(): Promise<void>;
}

export async function openUsers(options: UserSpaceOptions = {}, database?: TestDatabase): Promise<TestUsers> {
  const at = database ?? (await newDatabase());
  const { clock, ...rest } = portOptions(at);
  const users = new UserSpace({
    ...options,
    url: at.url,
    watchword: { ...rest, clock, ...options.watchword },
  });
  return {
    users,
    clock,
    database: at,
    async beneath(work) {
      // Opened already, so this is the same one, whatever it was opened with.
      await users.findUser({ userid: 1 });
      const space = await openUserSpace(at.url);
      try {
        return await work(space);
      } finally {
        await space.close();
      }
    },
    async cleanup() {
      await users.close();
      await at.drop();
    },
  };
}

/** What many calls at once came to: the values of those that succeeded, and how many were bad calls. */
export async function race<T>(
  count: number,
  call: (index: number) => Promise<T>,
): Promise<{ readonly values: readonly T[]; readonly refused: number }> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: count }, (_, index) => whenFree(() => call(index))),
  );
  const values = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  for (const failure of failures) if (!(failure instanceof BadCallError)) throw failure;
  return { values, refused: failures.length };
}

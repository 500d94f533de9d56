/** A clock that stands still until the test moves it. */
export interface TestClock {
  now(): number;
  /** Moves it forward by whole milliseconds. */
  advance(milliseconds: number): void;
}

/** @param start whole milliseconds since 1970; default 2 March 2026, 09:00 UTC. */
export function testClock(start: number = Date.UTC(2026, 2, 2, 9)): TestClock {
  let current = start;
  return {
    now: () => current,
    advance(milliseconds) {
      current += milliseconds;
    },
  };
}

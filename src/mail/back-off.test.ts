import { expect, it } from "vitest";
import { waitAfter } from "./back-off.js";

it.each([
  [1, 10_000],
  [2, 30_000],
  [3, 120_000],
  [4, 600_000],
  [5, 1_800_000],
  [100, 1_800_000],
])("after try %i waits %i ms, a tenth more or less", (tries, wait) => {
  const waits = Array.from({ length: 200 }, () => waitAfter(tries));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(wait * 0.9);
  expect(Math.max(...waits)).toBeLessThanOrEqual(wait * 1.1);
  expect(new Set(waits).size).toBeGreaterThan(1);
});

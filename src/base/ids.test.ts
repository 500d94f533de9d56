import { expect, it } from "vitest";
import { isId, newId } from "./ids.js";

it("ids of one millisecond all differ, have the form of one, and sort by their time", () => {
  const ids = Array.from({ length: 5000 }, () => newId(1_700_000_000_000));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !isId(id) || id[14] !== "7" || !/[89ab]/.test(id[19] ?? ""))).toEqual([]);
  expect(new Set(ids.map((id) => id.slice(0, 13)))).toEqual(new Set(["018bcfe5-6800"]));
  expect(newId(1_700_000_000_001) > (ids.toSorted().at(-1) ?? "")).toBe(true);
  // No part of the random bits stands still.
  const random = ids.map((id) => id.slice(15).replaceAll("-", ""));
  for (let at = 1; at < 18; at++) if (at !== 3) expect(new Set(random.map((text) => text[at])).size).toBe(16);
});

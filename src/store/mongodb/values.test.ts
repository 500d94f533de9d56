import { describe, expect, it } from "vitest";
import { literalPattern, lowerAscii, purgeDate, text, texts, whole } from "./values.js";

describe("what stands in a filter", () => {
  it("is a text or a number, and never an object", () => {
    expect(text("$ne")).toBe("$ne");
    expect(texts(["a", "b"])).toEqual(["a", "b"]);
    expect(whole(1)).toBe(1);
    for (const value of [{ $ne: null }, ["a"], 1, null, undefined, true] as unknown as string[]) {
      expect(() => text(value)).toThrow(expect.objectContaining({ code: "invalid-input" }));
      expect(() => texts([value])).toThrow(expect.objectContaining({ code: "invalid-input" }));
    }
    for (const value of [{ $gt: 0 }, "1", null] as unknown as number[])
      expect(() => whole(value)).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });
});

describe("a text as a pattern", () => {
  it.each(["a.b", "(a|b)*", "^$", "\\d", "[x]", "a{2}", "a-b_c", "a\nb", "/", "#", "é\u{1F511}", "' \" %"])(
    "fits %j and nothing else",
    (value) => {
      const pattern = new RegExp(`^(?:${literalPattern(value)})$`);
      expect(pattern.test(value)).toBe(true);
      for (const other of ["ab", "a", "b", "aab", "a b", "5", "x", "aa", ""])
        expect(pattern.test(other)).toBe(false);
    },
  );
});

it("lowers A to Z alone, as SQL does", () => {
  expect(lowerAscii("AbC ÄÉ İ")).toBe("abc ÄÉ İ");
});

describe("the moment for a TTL index", () => {
  const HOUR = 3_600_000;

  it("lies a day and up to an hour behind the end, by the distance from the caller's clock", () => {
    for (const now of [0, Date.now(), 4_000_000_000_000]) {
      const at = purgeDate(now + 5000, now)?.getTime() ?? 0;
      expect(at - Date.now()).toBeGreaterThanOrEqual(24 * HOUR + 4000);
      expect(at - Date.now()).toBeLessThanOrEqual(25 * HOUR + 5000);
      expect(at % HOUR).toBe(0);
    }
  });

  it("never lies before what has just been written, and is none for what has no end", () => {
    expect(purgeDate(1, 1_000_000)?.getTime()).toBeGreaterThan(Date.now());
    expect(purgeDate(null, 5)).toBeNull();
  });
});

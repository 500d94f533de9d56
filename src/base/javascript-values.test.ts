import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromTaggedJson, toTaggedJson } from "./javascript-values.js";
import type { Json } from "./json.js";

const throughText = (value: unknown): Json => JSON.parse(JSON.stringify(toTaggedJson(value)));

const leaf = fc.oneof(
  fc.constantFrom(null, undefined, true, false),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: "binary" }),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
);
const key = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "$int", "$set", "$", "$undefined"),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  ),
}));

describe("values of JavaScript in tagged JSON", () => {
  it("come back equal, whatever they are, through text", () => {
    fc.assert(
      fc.property(value, (given) => {
        // Vitest's own comparison takes a key "constructor" for the class.
        expect(isDeepStrictEqual(fromTaggedJson(throughText(given)), given)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("are written in the form that an import writes", () => {
    const written = (given: unknown) => JSON.stringify(toTaggedJson(given));
    expect(written({ a: [1, "two", null, true, 0.5] })).toBe('{"a":[1,"two",null,true,0.5]}');
    expect(written(new Date(1709209815250))).toBe('{"$date":{"$numberLong":"1709209815250"}}');
    expect(written(2n ** 70n)).toBe('{"$int":"1180591620717411303424"}');
    expect(written(new Uint8Array([0, 255]))).toBe('{"$bytes":"AP8="}');
    expect(written(new Set(["a"]))).toBe('{"$set":["a"]}');
    expect(written(new Map([["a", 1]]))).toBe('{"$ordereddict":[["a",1]]}');
    expect(written(Number.NaN)).toBe('{"$float":"nan"}');
    expect(written({ $set: 1 })).toBe('{"$dict":[["$set",1]]}');
  });

  it("stand for what an import brought", () => {
    const read = (json: Json) => fromTaggedJson(json);
    expect(read({ $datetime: "2024-02-29T12:00:00.123456+01:00" })).toEqual(
      new Date("2024-02-29T11:00:00.123Z"),
    );
    // Without a zone nobody knows which moment is meant; with seconds in it, JavaScript cannot tell.
    expect(read({ $datetime: "1999-12-31T23:59:58.123456" })).toBe("1999-12-31T23:59:58.123456");
    expect(read({ $datetime: "1890-01-01T00:00:00+00:19:32" })).toBe("1890-01-01T00:00:00+00:19:32");
    expect(read({ $date: "1999-12-31" })).toBe("1999-12-31");
    expect(read({ $time: "12:00:00" })).toBe("12:00:00");
    expect(read({ $timedelta_seconds: 90.5 })).toBe(90.5);
    expect(read({ $decimal: "19.90" })).toBe("19.90");
    expect(read({ $uuid: "0b6a1e4e-0000-4000-8000-000000000000" })).toBe(
      "0b6a1e4e-0000-4000-8000-000000000000",
    );
    expect(read({ $bytearray: "AP8=" })).toEqual(new Uint8Array([0, 255]));
    expect(read({ $tuple: [1, { $tuple: [2] }] })).toEqual([1, [2]]);
    expect(read({ $frozenset: [1, 2] })).toEqual(new Set([1, 2]));
    expect(read({ $dict: [["$set", "a key with a dollar"]] })).toEqual({ $set: "a key with a dollar" });
    expect(
      read({
        $dict: [
          [1, "yes"],
          [null, "none"],
        ],
      }),
    ).toEqual(
      new Map<unknown, string>([
        [1, "yes"],
        [null, "none"],
      ]),
    );
    expect(read({ $oid: "64b7f0c2a1b2c3d4e5f60718" })).toBe("64b7f0c2a1b2c3d4e5f60718");
    expect(read({ $numberLong: "9223372036854775807" })).toBe(9223372036854775807n);
    expect(read({ $numberDecimal: "1.10" })).toBe("1.10");
    expect(read({ $numberDouble: "-Infinity" })).toBe(Number.NEGATIVE_INFINITY);
    expect(read({ $binary: { base64: "AP8=", subType: "00" } })).toEqual(new Uint8Array([0, 255]));
  });

  it("leave what JavaScript has nothing for, and what is no tag at all, as it lies there", () => {
    for (const json of [
      { home: { $unsupported: "shop.Address" }, plan: "gold" },
      { $recursive: true },
      { $nonsense: 1 },
      { $int: "5x" },
      { $float: "constructor" },
      { $set: 5 },
      { $dict: [1] },
      { $set: [1], beside: 2 },
      { $regularExpression: { pattern: "a", options: "i" } },
    ] as Json[])
      expect(fromTaggedJson(json)).toEqual(json);
  });

  it("keep __proto__ a key like any other", () => {
    const given = JSON.parse('{"__proto__":{"polluted":true}}');
    const back = fromTaggedJson(throughText(given));
    expect(JSON.stringify(back)).toBe('{"__proto__":{"polluted":true}}');
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("are refused where nothing could give them back", () => {
    const loop: unknown[] = [];
    loop.push(loop);
    const refused = [
      [() => 1, /a function/],
      [Symbol("x"), /a symbol/],
      [/x/, /the class "RegExp"/],
      [{ deep: [new URL("http://localhost")] }, /the class "URL"/],
      [new Date(Number.NaN), /invalid Date/],
      [new Float32Array(1), /the class "Float32Array"/],
      [loop, /contains itself/],
    ] as const;
    for (const [value, why] of refused)
      expect(() => toTaggedJson(value)).toThrow(
        expect.objectContaining({ code: "invalid-input", message: expect.stringMatching(why) }),
      );
  });

  it("may lie however deep: reading never fails", () => {
    const text = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;
    expect(() => fromTaggedJson(JSON.parse(text))).not.toThrow();
  });
});

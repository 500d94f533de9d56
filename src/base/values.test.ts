import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decimalOf,
  fromTagged,
  instant,
  instantOf,
  objectIdOf,
  Tagged,
  toTagged,
  type Value,
} from "./values.js";

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.string({ unit: "binary" }),
  fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
  fc.uint8Array(),
  fc.string().map((text) => new Tagged("decimal", text)),
  fc.integer().map((time) => instant(time)),
);
const key = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "$int", "$dict", "$", "toString"),
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => new Tagged("tuple", items)),
    fc
      .array(fc.tuple(fc.integer(), tie("value")), { minLength: 1, maxLength: 3 })
      .map((pairs) => new Tagged("dict", pairs)),
  ),
}));

describe("tagged JSON", () => {
  it("gives back every value that it wrote, through text", () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(fromTagged(JSON.parse(JSON.stringify(toTagged(original))))).toStrictEqual(original);
      }),
      { numRuns: 1000 },
    );
  });

  it("writes plain JSON as itself", () => {
    const fields = new Map<string, Value>([["a", [1, "two", null, true, 0.5]]]);
    expect(JSON.stringify(toTagged(fields))).toBe('{"a":[1,"two",null,true,0.5]}');
  });

  it("writes what JSON lacks as documented", () => {
    const written = (one: Value) => JSON.stringify(toTagged(one));
    expect(written(9007199254740993n)).toBe('{"$int":"9007199254740993"}');
    expect(written(-0)).toBe('{"$float":"-0.0"}');
    expect(written(Number.NEGATIVE_INFINITY)).toBe('{"$float":"-inf"}');
    expect(written(new Uint8Array([0, 255]))).toBe('{"$bytes":"AP8="}');
    expect(written(instant(1709209815250))).toBe('{"$date":{"$numberLong":"1709209815250"}}');
    expect(written(new Tagged("date", "1999-12-31"))).toBe('{"$date":"1999-12-31"}');
  });

  it("never takes an object for a tag that only looks like one", () => {
    const looks = new Map<string, Value>([["$int", "5"]]);
    expect(JSON.stringify(toTagged(looks))).toBe('{"$dict":[["$int","5"]]}');
    expect(fromTagged({ $dict: [["$int", "5"]] })).toStrictEqual(looks);
  });

  it("keeps __proto__ a key like any other", () => {
    const fields = new Map<string, Value>([["__proto__", new Map([["polluted", true]])]]);
    expect(JSON.stringify(toTagged(fields))).toBe('{"__proto__":{"polluted":true}}');
    expect(fromTagged(JSON.parse('{"__proto__":{"polluted":true}}'))).toStrictEqual(fields);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("refuses tags that there are not, and wrong contents", () => {
    for (const wrong of [
      { $nonsense: 1 },
      { $int: "x" },
      { $float: "5" },
      { $dict: [1] },
      { $int: "1", b: 2 },
    ])
      expect(() => fromTagged(wrong)).toThrow(/tagged JSON/);
  });

  it("refuses what is nested too deeply, and takes what is just not", () => {
    const nested = (depth: number): Value => (depth === 0 ? [] : [nested(depth - 1)]);
    expect(() => toTagged(nested(200))).toThrow(/deeper than 200/);
    expect(fromTagged(toTagged(nested(199)))).toStrictEqual(nested(199));
  });

  it("tells ObjectIds, times and decimals", () => {
    expect(objectIdOf(new Tagged("oid", "64b7f0c2a1b2c3d4e5f60718"))).toBe("64b7f0c2a1b2c3d4e5f60718");
    expect(instantOf(instant(5))).toBe(5);
    expect(instantOf(new Tagged("date", "1999-12-31"))).toBeNull();
    expect(decimalOf(new Tagged("numberDecimal", "19.90"))).toBe("19.90");
    expect(objectIdOf("64b7f0c2a1b2c3d4e5f60718")).toBeNull();
  });
});

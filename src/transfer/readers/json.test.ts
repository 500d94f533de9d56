import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect, fileOf } from "../../../test/helpers/collect.js";
import { WatchwordError } from "../../base/errors.js";
import { Tagged, toTagged, type Value } from "../../base/values.js";
import { fromExtended } from "./extended-json.js";
import { inputFile } from "./file.js";
import { parseJson } from "./json.js";
import { jsonTop, readJsonItems } from "./json-items.js";
import { montyFolder } from "./montydb.js";
import { readNdjson } from "./ndjson.js";

const ORIGINALS = new URL("../../../test/fixtures/originals/", import.meta.url).pathname;

describe("JSON", () => {
  it("means what JSON.parse means, for all JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(plain(parseJson(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps whole numbers that JavaScript would bend", () => {
    expect(parseJson("[9007199254740993, -9223372036854775809, 1e400, 1.5, 10000000000000000]")).toEqual([
      9007199254740993n,
      -9223372036854775809n,
      new Tagged("decimal", "1e400"),
      1.5,
      10000000000000000n,
    ]);
    expect(parseJson("[NaN, -Infinity]")).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
  });

  it("refuses what is none, and what is nested without end", () => {
    for (const wrong of [
      "",
      "{",
      "[1,",
      '{"a" 1}',
      '{"a":}',
      "{a:1}",
      "tru",
      "01",
      '"\n"',
      '"\\x"',
      "1 2",
      "[1]]",
      '"abc',
    ])
      expect(() => parseJson(wrong), wrong).toThrow(WatchwordError);
    expect(() => parseJson("[".repeat(100_000))).toThrow(/deeper than 200/);
    expect(() => parseJson('{"a":'.repeat(100_000))).toThrow(/deeper than 200/);
  });

  it("gives the items of a list at the top or in a member, however the file is cut", async () => {
    const top = '[ {"a": "]}\\""} ,\n [1, {"b": []}], "x,y",\n 5, null ]\n';
    const whole = [{ a: ']}"' }, [1, { b: [] }], "x,y", 5, null];
    const object = `{"skip": {"users": [1]}, "long": [[["${"x".repeat(500)}"]]], "users": ${top}, "n": 1}`;
    for (const size of [1, 2, 3, 10, 1000]) {
      const cut = (text: string) =>
        fileOf("f.json", ...(text.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) ?? []));
      expect((await collect(readJsonItems(cut(top), null))).map((item) => plain(item.value))).toEqual(whole);
      expect((await collect(readJsonItems(cut(object), "users"))).map((item) => plain(item.value))).toEqual(
        whole,
      );
      expect(await jsonTop(cut(object))).toEqual({
        kind: "object",
        arrays: ["long", "users"],
        others: ["skip", "n"],
      });
      expect(await jsonTop(cut(top))).toEqual({ kind: "array" });
    }
    expect((await collect(readJsonItems(fileOf("f.json", top), null))).map((item) => item.line)).toEqual([
      1, 2, 2, 3, 3,
    ]);
  });

  it("says where a file is wrong or was cut off", async () => {
    const read = (text: string) => collect(readJsonItems(fileOf("f.json", text), null));
    await expect(read('[{"a":1},\n{"a":')).rejects.toThrow(/f\.json, line 2: .*cut off/);
    await expect(read('[{"a":1},\n{"a" 1}]')).rejects.toThrow(
      /line 2: The JSON has a member without a colon/,
    );
    await expect(read("hello")).rejects.toThrow(/neither a list nor an object/);
    await expect(read("[] x")).rejects.toThrow(/behind the end/);
  });

  it("answers any text with values or a WatchwordError", async () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      ",",
      ":",
      "\\",
      "1",
      "-",
      "e5",
      "null",
      " ",
      '"a"',
      "\n",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }),
        async (parts) => {
          for (const member of [null, "a"])
            try {
              await collect(readJsonItems(fileOf("f.json", ...parts), member));
            } catch (error) {
              expect(error).toBeInstanceOf(WatchwordError);
            }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("Extended JSON", () => {
  const read = (text: string) => toTagged(fromExtended(parseJson(text)));

  it("takes canonical and relaxed, v1, and MontyDB's dates", () => {
    expect(
      read(`{"i": {"$numberInt": "5"}, "l": {"$numberLong": "1099511627776"}, "big": {"$numberLong": "9007199254740993"},
        "d": {"$numberDouble": "2.5"}, "nan": {"$numberDouble": "NaN"}, "whole": {"$numberDouble": "3.0"},
        "dec": {"$numberDecimal": "19.90"}, "o": {"$oid": "64b7f0c2a1b2c3d4e5f60718"},
        "t1": {"$date": {"$numberLong": "1709209815250"}}, "t2": {"$date": "2024-02-29T12:30:15.250Z"}, "t3": {"$date": 1709209815250},
        "b": {"$binary": {"base64": "AAH/", "subType": "0"}}, "b1": {"$binary": "AAH/", "$type": "00"},
        "re": {"$regularExpression": {"pattern": "^a", "options": "i"}}, "re1": {"$regex": "^a", "$options": "i"},
        "u": {"$uuid": "00000000-0000-0000-0000-00000000000f"}, "min": {"$minKey": 1}, "undef": {"$undefined": true}}`),
    ).toEqual({
      i: 5,
      l: 1099511627776,
      big: { $numberLong: "9007199254740993" },
      d: 2.5,
      nan: { $numberDouble: "NaN" },
      whole: 3,
      dec: { $numberDecimal: "19.90" },
      o: { $oid: "64b7f0c2a1b2c3d4e5f60718" },
      t1: { $date: { $numberLong: "1709209815250" } },
      t2: { $date: { $numberLong: "1709209815250" } },
      t3: { $date: { $numberLong: "1709209815250" } },
      b: { $binary: { base64: "AAH/", subType: "00" } },
      b1: { $binary: { base64: "AAH/", subType: "00" } },
      re: { $regularExpression: { pattern: "^a", options: "i" } },
      re1: { $regularExpression: { pattern: "^a", options: "i" } },
      u: { $binary: { base64: "AAAAAAAAAAAAAAAAAAAADw==", subType: "04" } },
      min: { $minKey: 1 },
      undef: { $undefined: true },
    });
  });

  it("leaves what only looks special as it is, and never mixes it up", () => {
    expect(
      read('{"a": {"$oid": "no"}, "b": {"$date": true}, "c": {"$numberInt": 5}, "d": {"$foo": 1}}'),
    ).toEqual({
      a: { $dict: [["$oid", "no"]] },
      b: { $dict: [["$date", true]] },
      c: { $dict: [["$numberInt", 5]] },
      d: { $dict: [["$foo", 1]] },
    });
  });

  it("reads the collections that mongoexport wrote", async () => {
    const users = await collect(
      readNdjson(inputFile(`${ORIGINALS}easy-mongodb-auth/users.ndjson`), { extended: true }),
    );
    expect(users.filter((line) => line.fault !== undefined)).toEqual([]);
    const [anna] = users;
    expect(anna?.value).toBeInstanceOf(Map);
    expect(toTagged(anna?.value ?? null)).toMatchObject({
      _id: { $oid: "6b02ab111dd2f02056ca862a" },
      custom_data: { big: { $numberLong: "9007199254740993" }, price: { $numberDecimal: "19.90" } },
    });
  });

  it("gives bad lines back with the reason, and goes on", async () => {
    const lines = await collect(readNdjson(fileOf("f.ndjson", '{"a":1}\n\n{bad\r\n{"a":2}')));
    expect(lines.map((line) => [line.line, line.fault === undefined])).toEqual([
      [1, true],
      [3, false],
      [4, true],
    ]);
  });
});

describe("a MontyDB folder", () => {
  it("has the same documents as their export in Extended JSON", async () => {
    const folder = await montyFolder(`${ORIGINALS}minimus-users/montydb`);
    expect(await folder.list()).toEqual([{ schema: "userdata", table: "users", columns: null }]);
    const documents = (await collect(folder.rows(["users"]))).map((row) => toTagged(row.values));
    const exported = (
      await collect(readNdjson(inputFile(`${ORIGINALS}minimus-users/users.ndjson`), { extended: true }))
    ).map((line) => toTagged(line.value));
    expect(documents).toEqual(exported);
    expect(documents.length).toBeGreaterThan(15);
  });

  it("refuses a folder of another engine or none", async () => {
    await expect(montyFolder(ORIGINALS)).rejects.toThrow(/cannot be read as a MontyDB folder/);
  });
});

/** As JSON.parse would give it, which rounds. */
function plain(value: Value): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
}

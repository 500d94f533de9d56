import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuTimer } from "../../../test/helpers/cpu-time.js";
import { Tagged, toTagged } from "../../base/values.js";
import { readPhp } from "./php.js";

const read = (text: string | Uint8Array) => {
  const result = readPhp(text);
  return result.status === "read" ? toTagged(result.value) : result;
};

/** What serialize() of PHP writes. */
function serialize(value: fc.JsonValue | undefined): string {
  if (value === null || value === undefined) return "N;";
  if (typeof value === "boolean") return `b:${value ? 1 : 0};`;
  if (typeof value === "number") return Number.isSafeInteger(value) ? `i:${value};` : `d:${value};`;
  if (typeof value === "string") return `s:${Buffer.byteLength(value)}:"${value}";`;
  const pairs = Array.isArray(value)
    ? value.map((item, index) => `i:${index};${serialize(item)}`)
    : Object.entries(value).map(([key, item]) => serialize(key) + serialize(item));
  return `a:${pairs.length}:{${pairs.join("")}}`;
}

describe("values of PHP", () => {
  it("reads roles of WordPress, lists, numbers, and texts by their bytes", () => {
    expect(read('a:1:{s:13:"administrator";b:1;}')).toEqual({ administrator: true });
    expect(read('a:2:{i:0;s:3:"é\\";i:1;d:0.5;}')).toEqual(["é\\", 0.5]);
    expect(read("a:2:{i:5;N;i:7;i:-9007199254740993;}")).toEqual({
      5: null,
      7: { $int: "-9007199254740993" },
    });
    expect(read("d:-INF;")).toEqual({ $float: "-inf" });
    expect(read(Buffer.from('s:1:"\xff";', "latin1"))).toEqual({ $bytes: "/w==" });
  });

  it("gives back all that serialize() writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain = JSON.parse(JSON.stringify(value), (_, item) =>
          item instanceof Object && !Array.isArray(item) && Object.keys(item).length === 0 ? [] : item,
        );
        const numbered = (one: unknown): boolean =>
          one instanceof Object &&
          !Array.isArray(one) &&
          Object.keys(one).every((key, index) => key === String(index));
        fc.pre(!JSON.stringify(plain).includes('"$') && !numbered(plain));
        expect(read(serialize(plain))).toEqual(JSON.parse(JSON.stringify(plain)));
      }),
      { numRuns: 500 },
    );
  });

  it("makes no object: it is a name", () => {
    const result = readPhp(
      'a:2:{s:1:"a";O:8:"Exploit\\":1:{s:1:"x";i:1;}s:1:"b";C:3:"Cls":4:{rm -}}'.replace(
        '8:"Exploit\\"',
        '7:"Exploit"',
      ),
    );
    expect(result).toMatchObject({ status: "read", unsupported: ["Exploit", "Cls"] });
    if (result.status === "read")
      expect(result.value).toEqual(
        new Map([
          ["a", new Tagged("unsupported", "Exploit")],
          ["b", new Tagged("unsupported", "Cls")],
        ]),
      );
  });

  it("says why it cannot read what is none", () => {
    for (const wrong of [
      "",
      "x",
      "i:5",
      's:5:"ab";',
      's:1:"ab";',
      "a:1:{i:0;}",
      "a:99999:{}",
      "b:2;",
      "i:1;i:2;",
      "a:1:{N;N;}",
    ])
      expect(readPhp(wrong), wrong).toMatchObject({ status: "raw", why: expect.stringMatching(/\S/) });
    expect(readPhp(`${"a:1:{i:0;".repeat(1000)}N;${"}".repeat(1000)}`)).toMatchObject({
      why: /deeper than 200/,
    });
  });

  it("answers any text with a value or a reason, soon", () => {
    const piece = fc.constantFrom(
      "a:",
      "s:",
      "i:",
      "O:",
      "C:",
      "1:",
      "{",
      "}",
      '"',
      ";",
      "N;",
      "b:1;",
      "9",
      "R:1;",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (parts) => {
        const used = cpuTimer();
        const result = readPhp(parts.join(""));
        if (result.status === "read") toTagged(result.value);
        expect(used()).toBeLessThan(500);
      }),
      { numRuns: 3000 },
    );
  });
});

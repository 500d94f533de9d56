import { describe, expect, it } from "vitest";
import { cpuTimer } from "../../test/helpers/cpu-time.js";
import { parseStrictJson } from "./strict-json.js";

describe("strict JSON", () => {
  it("gives what JSON.parse gives", () => {
    for (const text of [
      '{"a":[{"b":"x,{\\"c\\":1"}],"c":{"b":2}}',
      "[]",
      '"text"',
      "null",
      ' {"a" : 1 , "b":[1,2]} ',
    ])
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it("refuses a name that stands twice in one object, also under an escape", () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a":1,"\\u0061":2}',
      '{"x":[{"a":1,"b":2,"a":3}]}',
      '{"a" :1, "a":{}}',
    ])
      expect(() => parseStrictJson(text)).toThrow('"a" stands twice');
    expect(() => parseStrictJson('{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"a","d":["a","a"]}')).not.toThrow();
  });

  it("refuses names that reach a prototype, at any depth", () => {
    for (const name of ["__proto__", "\\u005f_proto__", "constructor"])
      expect(() => parseStrictJson(`{"a":[{"${name}":{"isAdmin":true}}]}`)).toThrow("not allowed");
    expect(() => parseStrictJson('{"a":"__proto__"}')).not.toThrow();
  });

  it("refuses bottomless nesting, and what is no JSON, without quoting it", () => {
    expect(() => parseStrictJson(`${"[".repeat(65)}${"]".repeat(65)}`)).toThrow("nested deeper");
    expect(() => parseStrictJson(`${"[".repeat(64)}${"]".repeat(64)}`)).not.toThrow();
    expect(() => parseStrictJson('{"password":"hunter2",}')).toThrow(/^(?!.*hunter2).*is not JSON/);
  });

  it("takes a time that grows with the length, not faster", () => {
    const text = JSON.stringify(
      Object.fromEntries(Array.from({ length: 8000 }, (_, i) => [`key ${i}`, '\\"{[,'])),
    );
    const used = cpuTimer();
    parseStrictJson(text);
    expect(used()).toBeLessThan(500);
  });
});

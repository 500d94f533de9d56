import { describe, expect, it } from "vitest";
import {
  collect,
  formatBytes,
  formatLength,
  formatTime,
  lengthOfTime,
  parseFields,
  parseJsonObject,
  parseUntil,
  wholeNumber,
} from "./values.js";

const NOW = Date.UTC(2030, 0, 1, 12);

describe("a length of time", () => {
  it.each([
    ["30s", 30_000],
    ["90m", 5_400_000],
    ["12h", 43_200_000],
    ["10d", 864_000_000],
  ])("reads and writes %s", (text, milliseconds) => {
    expect(lengthOfTime(text)).toBe(milliseconds);
    expect(formatLength(milliseconds)).toBe(text);
  });

  it("writes whole weeks in days, and what is whole in nothing in milliseconds", () => {
    expect(formatLength(lengthOfTime("2w"))).toBe("14d");
    expect(formatLength(1500)).toBe("1500 ms");
  });

  it.each(["", "7", "d", "0d", "-1h", "1.5h", "1h30m", "2031-01-31"])("refuses %j", (text) => {
    expect(() => lengthOfTime(text)).toThrow(/length of time/);
  });
});

describe("parseUntil", () => {
  it.each([
    ["30s", "2030-01-01T12:00:30.000Z"],
    ["30m", "2030-01-01T12:30:00.000Z"],
    ["2h", "2030-01-01T14:00:00.000Z"],
    ["7d", "2030-01-08T12:00:00.000Z"],
    ["2w", "2030-01-15T12:00:00.000Z"],
    ["2031-01-31", "2031-01-31T00:00:00.000Z"],
    ["2031-01-31T12:00Z", "2031-01-31T12:00:00.000Z"],
    ["2031-01-31 12:00:05+02:00", "2031-01-31T10:00:05.000Z"],
    // The day before in UTC: the date as typed is what must exist.
    ["2031-02-01T00:30+02:00", "2031-01-31T22:30:00.000Z"],
  ])("reads %s", (text, expected) => {
    expect(parseUntil("--until", text, NOW).toISOString()).toBe(expected);
  });

  it.each([
    "tomorrow",
    "",
    "7",
    "d",
    "-7d",
    "1.5h",
    "2031-02-31",
    "2031-13-01",
    "2031-01-31T12:00",
    "31.01.2031",
    "9999999d",
  ])("refuses %j and names the flag", (text) => {
    expect(() => parseUntil("--until", text, NOW)).toThrow(/^--until takes a length of time/);
  });

  it.each(["0h", "2029-12-31", "2030-01-01T12:00Z"])("refuses %s, which is not in the future", (text) => {
    expect(() => parseUntil("--until", text, NOW)).toThrow(/not in the future/);
  });
});

describe("parseFields", () => {
  it("takes JSON where the value is JSON, and text else", () => {
    const pairs = [
      "plan=free",
      "seats=5",
      "on=true",
      "gone=null",
      'quoted="5"',
      "list=[1,2]",
      "empty=",
      "a=b=c",
    ];
    expect(parseFields("--data", pairs)).toEqual({
      plan: "free",
      seats: 5,
      on: true,
      gone: null,
      quoted: "5",
      list: [1, 2],
      empty: "",
      a: "b=c",
    });
  });

  it("keeps a field called __proto__ a field, for the library to refuse", () => {
    const fields = parseFields("--data", ['__proto__={"admin":true}']);
    expect(Object.keys(fields)).toEqual(["__proto__"]);
    expect("admin" in fields).toBe(false);
  });

  it.each(["plan", "=free", ""])("refuses %j", (pair) => {
    expect(() => parseFields("--data", [pair])).toThrow(/--data takes field=value/);
  });
});

describe("parseJsonObject", () => {
  it("takes an object", () => {
    expect(parseJsonObject("--data", '{"plan":"free"}')).toEqual({ plan: "free" });
  });

  it.each(["[1]", "null", "7", '"text"', "{", "plan=free", ""])("refuses %j and names the flag", (text) => {
    expect(() => parseJsonObject("--data", text)).toThrow(/^--data /);
  });
});

describe("wholeNumber", () => {
  const port = wholeNumber(0, 65_535);

  it("takes the bounds", () => {
    expect([port("0"), port("65535")]).toEqual([0, 65_535]);
  });

  it.each(["65536", "-1", "1.5", "1e3", "0x10", " 1", "", "abc", "99999999999"])("refuses %j", (text) => {
    expect(() => port(text)).toThrow(/whole number from 0 to 65535/);
  });
});

it("gathers a flag given several times, also after its --no- form", () => {
  expect(collect("b", collect("a", undefined))).toEqual(["a", "b"]);
  expect(collect("a", false)).toEqual(["a"]);
});

it("shows bytes and times to people", () => {
  expect([0, 1023, 1024, 1_572_864, 5 * 1024 ** 4].map(formatBytes)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 MiB",
    "5.0 TiB",
  ]);
  expect(formatTime(new Date(NOW))).toBe("2030-01-01 12:00");
  expect(formatTime(null)).toBe("-");
});

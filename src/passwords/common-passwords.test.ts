import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fold } from "../base/keys.js";
import { holdsLine, isCommonPassword } from "./common-passwords.js";

const text = readFileSync(new URL("../../data/common-passwords.txt", import.meta.url), "utf8");
const lines = text.split("\n").slice(0, -1);

describe("the list of common passwords", () => {
  it("is sorted by code units, folded, without doubles, each line ended", () => {
    expect(lines).toEqual([...new Set(lines)].sort());
    expect(lines.filter((line) => line !== fold(line) || line.length < 4)).toEqual([]);
    expect(text.endsWith("\n")).toBe(true);
  });

  it("holds far more than the 3000 that ASVS 5.0, 6.2.4 asks for, of the least length that the policy allows", () => {
    expect(lines.filter((line) => line.length >= 8).length).toBeGreaterThan(10_000);
  });

  it("finds each of its lines, and nothing between them", () => {
    expect(lines.filter((line) => !holdsLine(text, line))).toEqual([]);
    const known = new Set(lines);
    const others = lines.flatMap((line) => [`${line}!`, line.slice(1), `\n${line}`, `${line}\n`]);
    expect(others.filter((other) => holdsLine(text, other) !== known.has(other))).toEqual([]);
  });

  it("is where the program looks for it", async () => {
    expect(await isCommonPassword("password123")).toBe(true);
    expect(await isCommonPassword("correct horse battery staple")).toBe(false);
    expect(await isCommonPassword("")).toBe(false);
  });
});

it("holdsLine works on lists of none, one and two lines", () => {
  expect(holdsLine("", "a")).toBe(false);
  expect(holdsLine("a\n", "a")).toBe(true);
  expect(holdsLine("a\nb\n", "b")).toBe(true);
  expect(holdsLine("a\nb\n", "c")).toBe(false);
});

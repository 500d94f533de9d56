import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode64, encode64, encode64HighFirst, number64 } from "./crypt64.js";

describe("the base 64 of crypt(3)", () => {
  it("writes three bytes as a number, its lowest bits first", () => {
    expect(encode64(Buffer.from([1, 0, 0]))).toBe("/...");
    expect(encode64(Buffer.from([0, 0, 252]))).toBe("...z");
    expect(encode64(Buffer.from([255]))).toBe("z1");
    expect(number64("/.")).toBe(1);
    expect(number64("./")).toBe(64);
  });

  it("writes the highest bits first in traditional crypt", () => {
    expect(encode64HighFirst(Buffer.from([0x80, 0, 0]))).toBe("U...");
    expect(encode64HighFirst(Buffer.alloc(8, 255))).toBe("zzzzzzzzzzw");
  });

  it("reads what it wrote, and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decode64(encode64(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."./0z=+é ") }), (text) => {
        const bytes = decode64(text);
        expect(bytes === null ? text : encode64(bytes)).toBe(text);
      }),
    );
  });

  it.each(["z", "zz", "....z", "..=", "é.", "zzz"])(
    "refuses %j: bits beyond the last byte, or no such text",
    (text) => {
      expect(decode64(text)).toBeNull();
    },
  );
});

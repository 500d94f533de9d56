import { describe, expect, it } from "vitest";
import { maskAddress, oneLine, parseSender } from "./address.js";

describe("the sender", () => {
  it.each([
    ["hello@example.com", "", "hello@example.com"],
    [" <hello@example.com> ", "", "hello@example.com"],
    ["Ada's Shop <hello@example.com>", "Ada's Shop", "hello@example.com"],
    ['"Shop, Ada" <hello@EXAMPLE.com>', "Shop, Ada", "hello@example.com"],
    ["Shop\r\nBcc: eve@example.org <hello@example.com>", "Shop Bcc: eve@example.org", "hello@example.com"],
  ])("%j is understood", (from, name, address) => {
    expect(parseSender(from)).toEqual({ name, address });
  });

  it.each([
    "",
    "Ada",
    "a@example.com, b@example.com",
    "A <a@example.com> <b@example.com>",
    "A <a@example.com\r\nX: y>",
  ])("%j is refused", (from) => {
    expect(() => parseSender(from)).toThrowError(expect.objectContaining({ code: "invalid-option" }));
  });
});

it("masks addresses", () => {
  expect(maskAddress("ada@example.com")).toBe("a…@example.com");
  expect(maskAddress("\u{1F600}x@example.com")).toBe("\u{1F600}…@example.com");
  expect(maskAddress("nothing")).toBe("…");
});

it("puts text on one line", () => {
  expect(oneLine(" a\r\nb\u0000\u2028c  d ")).toBe("a b c d");
});

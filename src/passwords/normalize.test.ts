import { describe, expect, it } from "vitest";
import { MAX_PASSWORD_BYTES, normalizePassword, readPassword } from "./normalize.js";

describe("normalizePassword", () => {
  it("gives one form to what different keyboards make of one password", () => {
    expect(normalizePassword("Cafe\u0301 \u2460 \uFB01n")).toBe("Caf\u00E9 1 fin");
    expect(normalizePassword("Caf\u00E9 1 fin")).toBe("Caf\u00E9 1 fin");
  });

  it("keeps everything else: case, spaces, emoji, NUL", () => {
    const password = "  Ada\0 \u{1F511}\t ";
    expect(normalizePassword(password)).toBe(password);
  });

  it("takes 4096 bytes and refuses one more, counted in UTF-8", () => {
    const longest = "\u00E9".repeat(MAX_PASSWORD_BYTES / 2);
    expect(normalizePassword(longest)).toBe(longest);
    expect(() => normalizePassword(`${longest}a`)).toThrow(
      expect.objectContaining({ code: "invalid-input", details: { field: "password", reason: "too-long" } }),
    );
  });

  it("refuses a text that grows beyond 4096 bytes when it is normalised", () => {
    // One Arabic ligature of 3 bytes, eighteen letters once it is taken apart.
    expect(readPassword("\uFDFA".repeat(1000))).toMatchObject({ status: "refused", reason: "too-long" });
  });

  it.each(["\uD800 and more", "more and \uDFFF", "\uDC00\uD800"])(
    "refuses the lone surrogate in %j",
    (password) => {
      expect(() => normalizePassword(password)).toThrow(
        expect.objectContaining({
          code: "invalid-input",
          details: { field: "password", reason: "invalid-text" },
        }),
      );
    },
  );
});

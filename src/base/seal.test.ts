import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveKey } from "./crypto.js";
import { seal, unseal } from "./seal.js";

const key = deriveKey("a secret that is long enough for a test", "factors");
const older = deriveKey("the secret before this one, long enough", "factors");

describe("a sealed text", () => {
  it("opens with its key, or with an older one in the list, and in its place alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, about) => {
        const sealed = seal(older, text, about);
        expect(unseal([key, older], sealed, about)).toBe(text);
        expect(unseal([key], sealed, about)).toBeNull();
        expect(unseal([older], sealed, `${about}x`)).toBeNull();
      }),
    );
  });

  it("is another one each time, and is refused when it was changed", () => {
    const sealed = seal(key, "JBSWY3DP", "u/totp/");
    expect(seal(key, "JBSWY3DP", "u/totp/")).not.toBe(sealed);
    const bytes = Buffer.from(sealed.slice(3), "base64url");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(unseal([key], `v1.${changed.toString("base64url")}`, "u/totp/")).toBeNull();
    }
    for (const none of ["", "v1.", "v2.AAAA", "x"]) expect(unseal([key], none, "u/totp/")).toBeNull();
  });
});

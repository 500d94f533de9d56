import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuTimer } from "../../test/helpers/cpu-time.js";
import { emailKey, fold, keysOfTyped, limitForm, parseEmail, parseUsername, usernameKey } from "./keys.js";

describe("usernames", () => {
  it("are shown as typed and unique without regard to case, width and form", () => {
    expect(parseUsername(" Ada ")).toBe("Ada");
    for (const spelling of ["ADA", "ada", "Ａｄａ", "aDa"])
      expect(usernameKey(parseUsername(spelling), "folded")).toBe("u:ada");
    expect(usernameKey("Straße", "folded")).toBe(usernameKey("STRASSE", "folded"));
    expect(usernameKey("ΟΔΟΣ", "folded")).toBe(usernameKey("οδος", "folded"));
  });

  it("keep the dotless i apart from i", () => {
    expect(usernameKey("mıke", "folded")).not.toBe(usernameKey("mike", "folded"));
  });

  it("stay apart by case in an exact space", () => {
    expect(usernameKey("Alice", "exact")).not.toBe(usernameKey("alice", "exact"));
  });

  it.each([
    "",
    "   ",
    "a\u0000b",
    "a\u200bb",
    "\u202eada",
    "a\u2066b",
    "x".repeat(256),
    "a\nb",
    "ada\uFE0F",
    "a\u034Fda",
    "ada\u{E0100}",
    "a\u3164da",
  ])("refuse %j", (typed) => {
    expect(() => parseUsername(typed)).toThrow(expect.objectContaining({ code: "invalid-identifier" }));
  });

  it("may be 255 code points long, however many units these take", () => {
    expect(parseUsername("𝒜".repeat(255))).toHaveLength(510);
  });
});

describe("emails", () => {
  it.each([
    ["Ada@Example.COM", "Ada@example.com", "e:ada@example.com"],
    ["ada+tag@example.com", "ada+tag@example.com", "e:ada+tag@example.com"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example", "e:ada@xn--bcher-kva.example"],
    ["o'hara@example.com", "o'hara@example.com", "e:o'hara@example.com"],
    ["jörg@example.com", "jörg@example.com", "e:jörg@example.com"],
  ])("%s is stored as %s", (typed, stored, key) => {
    expect(parseEmail(typed)).toBe(stored);
    expect(emailKey(stored, "folded")).toBe(key);
    expect(parseEmail(stored)).toBe(stored);
  });

  it.each([
    "ada＠example.com",
    "ada@example.com,eve@example.com",
    "ada@example.com\r\nBcc: eve@example.com",
    "ada\u0000@example.com",
    '"ada"@example.com',
    "ada@",
    "@example.com",
    "ada",
    "ada@exa mple.com",
    "ada@-example.com",
    "ada@example..com",
    "ada@127.0.0.1",
    "ada@[127.0.0.1]",
    "ａda@example.com",
    "ada..b@example.com",
    ".ada@example.com",
    `${"a".repeat(65)}@example.com`,
    `a@${"b".repeat(250)}.com`,
    "<ada@example.com>",
    "ada@example.com>",
    "a@b@example.com",
    "ada@example.com/1",
    "ada@example.com?2",
    "ada@ex%61mple.com",
    "ada@example.com#x",
    "ada@example.com\\x",
  ])("refuse %j", (typed) => {
    expect(() => parseEmail(typed)).toThrow(expect.objectContaining({ code: "invalid-identifier" }));
  });

  it("keep the dotless i apart, so that mail for one never reaches the other", () => {
    expect(emailKey(parseEmail("mıke@example.com"), "folded")).not.toBe("e:mike@example.com");
  });

  it("take no longer for 64 KB of hostile text", () => {
    const used = cpuTimer();
    for (const hostile of [
      "a".repeat(65536),
      `${"a.".repeat(32768)}@b`,
      `a@${"b.".repeat(32768)}`,
      "@".repeat(65536),
    ])
      expect(() => parseEmail(hostile)).toThrow();
    expect(used()).toBeLessThan(200);
  });

  it("are the same after being parsed twice, whatever was typed", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (typed) => {
        let parsed: string;
        try {
          parsed = parseEmail(typed);
        } catch {
          return;
        }
        expect(parseEmail(parsed)).toBe(parsed);
        expect(keysOfTyped(typed, "folded")).toContain(emailKey(parsed, "folded"));
      }),
    );
  });
});

describe("folding", () => {
  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        fc.pre(text.isWellFormed());
        expect(fold(fold(text))).toBe(fold(text));
      }),
    );
  });

  it("puts ten spellings of one identifier into one bucket", () => {
    const spellings = ["ada", "ADA", "Ada", " ada", "ada ", "Ａda", "aＤa", "adA", "\tada", "ａｄａ"];
    expect(new Set(spellings.map(limitForm)).size).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { DEFAULT_RETURN, safeReturnTo } from "./return-to.js";

const BASE = "https://accounts.example.com";

/** Ways in which others were led off the site (security.md, bug class 7), and some that only look it. */
const REFUSED = [
  "",
  " ",
  "account",
  "./account",
  "../account",
  "?next=/",
  "#top",
  "//evil.example",
  "///evil.example",
  "////evil.example",
  "//evil.example/%2f..",
  "//accounts.example.com@evil.example",
  "//accounts.example.com",
  "/\\evil.example",
  "/\\/evil.example",
  "\\/evil.example",
  "\\\\evil.example",
  "\\evil.example",
  "/\\\\evil.example",
  "/account\\..\\evil",
  "http://evil.example",
  "https://evil.example",
  "https:evil.example",
  "https:/evil.example",
  "https:///evil.example",
  "HTTPS://EVIL.EXAMPLE",
  "https://accounts.example.com.evil.example/",
  "https://accounts.example.com@evil.example/",
  "https://accounts.example.com:pw@evil.example/",
  "https://accounts.example.com/account",
  "ftp://evil.example",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "\tjavascript:alert(1)",
  "javascript://accounts.example.com/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://accounts.example.com/1",
  "file:///etc/passwd",
  "mailto:ada@example.com",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r/evil.example",
  "\t//evil.example",
  " //evil.example",
  "/ /evil.example",
  "/\u0000/evil.example",
  "/\u00a0/evil.example",
  "/\u200b/evil.example",
  "/\u202e/evil.example",
  "/\u2028/evil.example",
  "/\ufeff/evil.example",
  "/account\r\nSet-Cookie: watchword=1",
  "/.//evil.example",
  "/..//evil.example",
  "/./..//evil.example",
  "/%2e//evil.example",
  "/%2e%2e//evil.example",
  "/account/..//evil.example",
  "/account//evil.example",
  "/%2f/evil.example",
  "/%2Fevil.example",
  "/%5cevil.example",
  "/%5Cevil.example",
  "/%09/evil.example",
  "/%0d%0aSet-Cookie:a=b",
  "/%00evil.example",
  "/\ud800",
  `/${"a".repeat(2048)}`,
];

const ALLOWED = [
  ["/", "/"],
  ["/account", "/account"],
  ["/app/orders/17?tab=open&sort=-date#last", "/app/orders/17?tab=open&sort=-date#last"],
  ["/go?to=https://evil.example//x", "/go?to=https://evil.example//x"],
  ["/go#//evil.example", "/go#//evil.example"],
  ["/@evil.example", "/@evil.example"],
  ["/:80/evil.example", "/:80/evil.example"],
  ["/evil.example", "/evil.example"],
  ["/a/../b", "/b"],
  ["/../../b", "/b"],
  ["/grüße", "/gr%C3%BC%C3%9Fe"],
  ["/％2f／evil.example", "/%EF%BC%852f%EF%BC%8Fevil.example"],
] as const;

describe("safeReturnTo", () => {
  it.each(REFUSED)("refuses %j", (typed) => {
    expect(safeReturnTo(typed, BASE)).toBe(DEFAULT_RETURN);
  });

  it("answers the account where nothing was asked for", () => {
    expect(safeReturnTo(null, BASE)).toBe("/account");
  });

  it.each(ALLOWED)("allows %j as %j", (typed, path) => {
    expect(safeReturnTo(typed, BASE)).toBe(path);
  });

  it("answers nothing that a browser, at any page of the site, would take off it", () => {
    for (const typed of [...REFUSED, ...ALLOWED.map(([text]) => text)]) {
      const path = safeReturnTo(typed, BASE);
      expect(new URL(path, `${BASE}/sign-in?return_to=x`).origin).toBe(BASE);
      expect(new URL(path, "http://localhost:3000/sign-in").origin).toBe("http://localhost:3000");
      // Giving an answer back changes nothing: there is no second reading of it.
      expect(safeReturnTo(path, BASE)).toBe(path);
    }
  });
});

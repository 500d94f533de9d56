import { describe, expect, it } from "vitest";
import { readLinks } from "./links.js";

const BASE = "https://accounts.example";

describe("where the links of mails lead", () => {
  it.each([
    ["verify-email", "verify"],
    ["reset-password", "reset"],
    ["sign-in", "sign-in/link"],
    ["change-email", "change-email"],
    ["delete-account", "delete-account"],
    ["unlock", "unlock"],
  ])("is a page of the space, where nothing else is said: %s", (template, page) => {
    expect(readLinks(undefined, BASE)(template, "id.t0ken")).toBe(`${BASE}/${page}?link=id.t0ken`);
  });

  it.each([
    ["https://shop.example/verify?a={link}", "https://shop.example/verify?a=id.t0ken"],
    ["https://shop.example/verify?a={link}&b=1#top", "https://shop.example/verify?a=id.t0ken&b=1#top"],
    ["https://shop.example#/verify/{link}", "https://shop.example/#/verify/id.t0ken"],
    ["http://localhost:5173/verify/{link}", "http://localhost:5173/verify/id.t0ken"],
    ["/welcome/{link}", "https://accounts.example/welcome/id.t0ken"],
    ["/welcome?{link}", "https://accounts.example/welcome?id.t0ken"],
    ["/gr\u00fc\u00dfe?a={link}", "https://accounts.example/gr%C3%BC%C3%9Fe?a=id.t0ken"],
  ])("is %s", (given, expected) => {
    const url = readLinks({ "verify-email": given }, BASE);
    expect(url("verify-email", "id.t0ken")).toBe(expected);
    expect(url("unlock", "id.t0ken")).toBe("https://accounts.example/unlock?link=id.t0ken");
  });

  it.each([
    ["", "{link}"],
    ["https://shop.example/verify", "{link}"],
    ["https://shop.example/{link}/{link}", "once"],
    ["https://shop.example/verify?a={link}&who={name}", "braces"],
    ["https://shop.example/ver ify?a={link}", "spaces"],
    ["https://shop.example/\n{link}", "spaces"],
    ["verify?a={link}", "https://"],
    ["//shop.example/{link}", "https://"],
    ["/\\shop.example/{link}", "backslashes"],
    ["javascript:alert('{link}')", "https://"],
    ["mailto:eve@example.com?body={link}", "https://"],
    ["https://{link}.example/verify", "behind the host"],
    ["https://{link}@shop.example/", "before the host"],
    ["https://ada:secret@shop.example/{link}", "before the host"],
    ["https://shop.example:{link}/", "https://"],
    [`https://shop.example/{link}${"x".repeat(1024)}`, "1024"],
    [7, "text"],
    [null, "text"],
  ])("is refused where it is %j", (given, told) => {
    expect(() => readLinks({ "verify-email": given }, BASE)).toThrow(
      expect.objectContaining({
        code: "invalid-option",
        message: expect.stringContaining(told),
        details: { option: 'mail.links["verify-email"]' },
      }),
    );
  });

  it("is refused for mails that show no link, and for what is no table", () => {
    for (const given of [{ "second-factor": "/x/{link}" }, { verify: "/x/{link}" }, [], "x", 7])
      expect(() => readLinks(given, BASE), JSON.stringify(given)).toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    expect(readLinks({ unlock: undefined }, BASE)("unlock", "x")).toBe(`${BASE}/unlock?link=x`);
  });
});

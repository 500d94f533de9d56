import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createCookies } from "./cookies.js";
import { createFormTokens } from "./forms.js";

const cookies = createCookies({ secure: false });
const forms = createFormTokens(randomBytes(32), cookies);
const withCookie = (cookie: string) => new Request("http://x/", { headers: cookie === "" ? {} : { cookie } });

function firstVisit(): { token: string; cookie: string } {
  const { token, setCookie } = forms.issue(withCookie(""));
  return { token, cookie: setCookie?.split(";")[0] ?? "" };
}

it("accepts a token from the browser that it was issued to, on every form of it", () => {
  const { token, cookie } = firstVisit();
  expect(forms.verify(withCookie(cookie), token)).toBe(true);
  expect(forms.issue(withCookie(cookie))).toEqual({ token, setCookie: null });
});

it("refuses a token of another browser, no token, and a browser without the cookie", () => {
  const mine = firstVisit();
  const stranger = firstVisit();
  expect(forms.verify(withCookie(mine.cookie), stranger.token)).toBe(false);
  expect(forms.verify(withCookie(mine.cookie), "")).toBe(false);
  expect(forms.verify(withCookie(""), mine.token)).toBe(false);
});

it("refuses a token from before signing in, or of another session", () => {
  const { token, cookie } = firstVisit();
  expect(forms.verify(withCookie(`${cookie}; watchword=session`), token)).toBe(false);
});

it("cannot be computed without the key, and takes no cookie that it did not make", () => {
  const other = createFormTokens(randomBytes(32), cookies);
  const { cookie } = firstVisit();
  expect(forms.verify(withCookie(cookie), other.issue(withCookie(cookie)).token)).toBe(false);
  const chosen = withCookie("watchword-form=chosen");
  expect(forms.issue(chosen).setCookie).not.toBeNull();
  expect(forms.verify(chosen, forms.issue(chosen).token)).toBe(false);
});

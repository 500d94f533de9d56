import { describe, expect, it } from "vitest";
import { carriesOurCookie, createCookies } from "./cookies.js";

const withCookie = (cookie: string) => new Request("http://x/", { headers: { cookie } });

describe("cookies", () => {
  const secure = createCookies({ secure: true });
  const plain = createCookies({ secure: false });

  it("are for this host alone over https, and plainly named on one's own machine", () => {
    expect(secure.write("session", "abc", { maxAge: 10 })).toBe(
      "__Host-watchword=abc; Max-Age=10; Path=/; HttpOnly; SameSite=Lax; Secure",
    );
    expect(plain.write("device", "abc")).toBe("watchword-device=abc; Path=/; HttpOnly; SameSite=Lax");
    expect(secure.clear("ticket")).toBe(
      "__Host-watchword-ticket=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
    );
  });

  it("refuse a value that would end the cookie and begin an attribute", () => {
    for (const value of ["a;b", "a b", 'a"b', "a,b", "a\r\nSet-Cookie: b", "ä"])
      expect(() => plain.write("session", value)).toThrow("cannot carry");
  });

  it("are found by their whole name, wherever they stand", () => {
    const header = "watchword-device=d; xwatchword=no; watchword=yes; watchword-form=f";
    expect(plain.read(withCookie(header), "session")).toBe("yes");
    expect(plain.read(withCookie(header), "device")).toBe("d");
    expect(plain.read(withCookie("watchword-device=watchword=no"), "session")).toBeNull();
    expect(plain.read(withCookie("watchword="), "session")).toBeNull();
  });

  it("cannot be smuggled in within another cookie's value, past the prefix __Host-", () => {
    expect(secure.read(withCookie("a=b __Host-watchword=evil"), "session")).toBeNull();
    expect(secure.read(withCookie("a=b,__Host-watchword=evil"), "session")).toBeNull();
    expect(secure.read(withCookie("watchword=evil"), "session")).toBeNull();
  });

  it("are recognised as ours with and without the prefix", () => {
    expect(carriesOurCookie(withCookie("theme=dark"))).toBe(false);
    for (const name of ["watchword", "__Host-watchword-device", "watchword-ticket", "__Host-watchword-form"])
      expect(carriesOurCookie(withCookie(`theme=dark; ${name}=1`))).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { allowedOrigins, assertSameOrigin } from "./origin.js";

const allowed = allowedOrigins("https://accounts.example.com", ["https://shop.example.com"]);
const HOME = "https://accounts.example.com";

function post(headers: Record<string, string>, method = "POST"): () => void {
  return () => assertSameOrigin(new Request(`${HOME}/api/sign-out`, { method, headers }), allowed);
}

describe("a change is let through", () => {
  it.each([
    { origin: HOME },
    { origin: HOME, "sec-fetch-site": "same-origin" },
    { origin: "https://shop.example.com" },
    { "sec-fetch-site": "none" },
    // A page under "no-referrer" posts like this.
    { origin: "null", "sec-fetch-site": "same-origin" },
    {},
    { cookie: "theme=dark" },
  ])("with %o", (headers) => {
    expect(post(headers)).not.toThrow();
  });
});

describe("a change is refused", () => {
  it.each([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "" },
    { origin: "http://accounts.example.com" },
    { origin: "https://accounts.example.com.evil.example" },
    { origin: "https://accounts.example.com:444" },
    { origin: HOME, "sec-fetch-site": "cross-site" },
    { origin: HOME, "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "" },
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    { cookie: "watchword=a" },
    { cookie: "theme=dark; __Host-watchword-device=a" },
  ])("with %o", (headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"])
      expect(post(headers, method)).toThrow("another site");
  });
});

it("leaves reading alone", () => {
  for (const method of ["GET", "HEAD", "OPTIONS"])
    expect(post({ origin: "https://evil.example", "sec-fetch-site": "cross-site" }, method)).not.toThrow();
});

describe("the allowed origins", () => {
  it("are all names of this machine where it serves itself, on that port only", () => {
    expect(allowedOrigins("http://localhost:3000")).toEqual(
      new Set(["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"]),
    );
    expect(allowedOrigins("https://localhost:3000")).toEqual(new Set(["https://localhost:3000"]));
    expect(allowedOrigins("http://192.0.2.1/sub")).toEqual(new Set(["http://192.0.2.1"]));
  });

  it("are checked when the handler is made", () => {
    for (const text of [
      "app.example.com",
      "https://app.example.com/path",
      "*",
      "null",
      "ftp://app.example.com",
    ])
      expect(() => allowedOrigins(HOME, [text])).toThrow("http.origins");
  });
});

import { describe, expect, it } from "vitest";
import { retryFields } from "./retry.js";

describe("what a refusal says about coming back", () => {
  it("is in whole seconds, rounded up, and never none", () => {
    expect(retryFields({ status: 503, retryAfter: 1 })).toEqual({ "retry-after": "1" });
    expect(retryFields({ status: 503, retryAfter: 2001 })).toEqual({ "retry-after": "3" });
    expect(retryFields({ status: 503, retryAfter: 5, quota: { limit: 1, window: 1 } })).toEqual({
      "retry-after": "1",
    });
  });

  it("names the quota with 429, and the window where one ends it", () => {
    expect(retryFields({ status: 429, retryAfter: 1500, quota: { limit: 5, window: 3_600_000 } })).toEqual({
      "retry-after": "2",
      ratelimit: '"default";r=0;t=2',
      "ratelimit-policy": '"default";q=5;w=3600',
    });
    expect(retryFields({ status: 429, retryAfter: 1000, quota: { limit: 100 } })).toMatchObject({
      "ratelimit-policy": '"default";q=100',
    });
    expect(retryFields({ status: 429, retryAfter: 1000 })).toEqual({
      "retry-after": "1",
      ratelimit: '"default";r=0;t=1',
    });
  });
});

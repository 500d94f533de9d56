import { describe, expect, it } from "vitest";
import { hmacStreebog256, streebog256 } from "./streebog.js";

describe("Streebog", () => {
  it.each([
    // RFC 6986 §10.1, whose numbers are written from the highest byte.
    [
      "012345678901234567890123456789012345678901234567890123456789012",
      "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500",
    ],
    ["", "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb"],
  ])("of %j is the known one", (message, digest) => {
    expect(streebog256(Buffer.from(message)).toString("hex")).toBe(digest);
  });

  it("of the second message of RFC 6986 §10.2, longer than a block and of all bits", () => {
    const message = Buffer.from(
      "d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1f2f0e5ebe0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb",
      "hex",
    );
    expect(streebog256(message).toString("hex")).toBe(
      "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50",
    );
  });

  it("makes the HMAC of RFC 7836 §A.1", () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, byte) => byte));
    const message = Buffer.from("0126bdb87800af214341456563780100", "hex");
    expect(hmacStreebog256(key, message).toString("hex")).toBe(
      "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9",
    );
  });
});

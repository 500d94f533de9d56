import { expect, it } from "vitest";
import { base32, readBase32 } from "./base32.js";
import { hChaCha20, unsealBetterAuth } from "./better-auth-seal.js";

it("HChaCha20 gives the subkey of the draft's test vector", () => {
  // draft-irtf-cfrg-xchacha-03 §2.2.1
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  const nonce = Buffer.from("000000090000004a0000000031415927", "hex");
  expect(hChaCha20(key, nonce).toString("hex")).toBe(
    "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc",
  );
});

it("what is no sealed text, or sealed with another secret, is not opened", () => {
  for (const text of ["", "zz", "abcd", "00".repeat(39), "00".repeat(80)])
    expect(unsealBetterAuth(text, "secret")).toBeNull();
});

it("Base32 is that of RFC 4648, without padding", () => {
  const vectors = {
    "": "",
    f: "MY",
    fo: "MZXQ",
    foo: "MZXW6",
    foob: "MZXW6YQ",
    fooba: "MZXW6YTB",
    foobar: "MZXW6YTBOI",
  };
  for (const [text, encoded] of Object.entries(vectors)) expect(base32(Buffer.from(text))).toBe(encoded);
  expect(readBase32("jbsw y3dp ehpk 3pxp")).toBe("JBSWY3DPEHPK3PXP");
  expect(readBase32("JBSWY3DPEHPK3PXP====")).toBe("JBSWY3DPEHPK3PXP");
  expect(readBase32("no secret, 1 of 0")).toBeNull();
});

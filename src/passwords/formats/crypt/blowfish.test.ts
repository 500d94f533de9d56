import { hashSync, verifySync } from "@node-rs/bcrypt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BcryptVariant, bcryptDigest, decodeBcrypt64, encodeBcrypt64 } from "./blowfish.js";

/** The hash of a password of these bytes, one a character, with the salt and the cost of another hash. */
function again(password: string, hash: string): string {
  const salt = hash.slice(7, 29);
  const variant = hash.slice(1, 3) as BcryptVariant;
  const digest = bcryptDigest(
    Buffer.from(password, "latin1"),
    decodeBcrypt64(salt),
    Number(hash.slice(4, 6)),
    variant,
  );
  return hash.slice(0, 29) + encodeBcrypt64(digest);
}

describe("bcrypt in JavaScript", () => {
  it.each([
    // crypt_blowfish's own vectors.
    ["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"],
    ["\xa3", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"],
    ["\xa3", "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"],
    // The bug swallows what stands before a byte above 127 …
    ["\xff\xff\xa3", "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"],
    // … and what it would not have changed gets a hash of its own in later versions (these two by libxcrypt).
    ["\xff\xff\xa3", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.nqd1wy.pTMdcvrRWxyiGL2eMz.2a85."],
    ["\xff\xa334\xff\xff\xff\xa3345", "$2x$05$/OK.fbVrR/bpIqNJ5ianF.o./n25XVfn6oAPaUvHe.Csk4zRfsYPi"],
  ])("gives %j the hash %s", (password, hash) => {
    expect(again(password, hash)).toBe(hash);
  });

  it("agrees with the library on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
        const password = Buffer.from(bytes);
        const hash = hashSync(password, 4).replace(/^\$2[aby]/, "$2b");
        expect(again(password.toString("latin1"), hash)).toBe(hash);
        expect(verifySync(password, hash)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("leaves the zero byte at the end out in its first form", () => {
    // Without it, a password repeated is the same key.
    const salt = Buffer.alloc(16, 7);
    const of = (password: string, variant: BcryptVariant) =>
      bcryptDigest(Buffer.from(password), salt, 4, variant);
    expect(of("ab", "2")).toEqual(of("abab", "2"));
    expect(of("ab", "2b")).not.toEqual(of("abab", "2b"));
    expect(of("ab", "2b")).toEqual(of("ab\0ab", "2b"));
  });
});

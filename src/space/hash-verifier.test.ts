import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HashVerifier, openHashVerifier } from "watchword";

describe("hashes without a space", () => {
  let hashes: HashVerifier;
  beforeEach(() => {
    hashes = openHashVerifier({ slots: 1 });
  });
  afterEach(() => hashes.close());

  it("are made as new ones, each with a salt of its own, of the text as typed", async () => {
    const typed = "\ufb01ne p\u00e4ssword";
    const [first, second] = [await hashes.hash(typed), await hashes.hash(typed)];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await hashes.verify({ password: typed, hash: first })).toEqual({
      scheme: "argon2id",
      valid: true,
    });
    for (const other of [typed.normalize("NFKC"), `${typed} `, ""])
      expect((await hashes.verify({ password: other, hash: first })).valid).toBe(false);
  });

  it("are of no text that could not be checked anywhere", async () => {
    for (const bad of ["x".repeat(4097), "\ud800", null as never as string])
      await expect(hashes.hash(bad)).rejects.toMatchObject({ code: "invalid-input" });
  });
});

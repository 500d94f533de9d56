import { describe, expect, it } from "vitest";
import { dummyArgon2id, isArgon2id, isWeaker, parseArgon2id } from "./argon2id.js";

const COSTS = { memory: 19456, passes: 2, lanes: 1 };
const HASH = dummyArgon2id(COSTS);

describe("parseArgon2id", () => {
  it("reads costs, version and sizes", () => {
    expect(parseArgon2id(HASH)).toEqual({ ...COSTS, version: 19, saltBytes: 16, tagBytes: 32 });
  });

  it("takes a hash without a version for one of before 2016", () => {
    expect(parseArgon2id(HASH.replace("v=19$", "")).version).toBe(16);
  });

  it.each([
    "",
    "x",
    "$argon2id$",
    HASH.replace("argon2id", "argon2i"),
    HASH.replace("v=19", "v=18"),
    HASH.replace("t=2", "t=0"),
    HASH.replace("t=2", "t=02"),
    HASH.replace("t=2,p=1", "p=1,t=2"),
    HASH.replace("p=1", "p=1,keyid=AAAA"),
    HASH.replace("m=19456", "m=-1"),
    HASH.replace("m=19456", "m=99999999999"),
    HASH.slice(0, -2),
    HASH.replace(/.$/, "B"),
    `${HASH}=`,
    `${HASH}\n`,
    `${HASH}${"A".repeat(100_000)}`,
  ])("refuses the damaged hash %#", (hash) => {
    expect(() => parseArgon2id(hash)).toThrow(
      expect.objectContaining({
        code: "invalid-input",
        message: expect.stringContaining("not a stored hash of a known form"),
      }),
    );
  });

  it.each([
    ["memory", HASH.replace("m=19456", "m=2147483648")],
    ["memory", HASH.replace("m=19456", "m=1048577")],
    ["passes", HASH.replace("t=2", "t=65")],
    ["lanes", HASH.replace("p=1", "p=65")],
    ["memory", HASH.replace("m=19456", "m=7")],
  ])("refuses %s that no honest hash has: %s", (parameter, hash) => {
    expect(() => parseArgon2id(hash)).toThrow(
      expect.objectContaining({ code: "invalid-input", details: expect.objectContaining({ parameter }) }),
    );
  });

  it("takes the highest costs that are allowed", () => {
    const costs = { memory: 1024 * 1024, passes: 64, lanes: 64 };
    expect(parseArgon2id(dummyArgon2id(costs))).toMatchObject(costs);
  });
});

describe("isWeaker", () => {
  it.each([
    [false, HASH],
    [false, HASH.replace("m=19456,t=2,p=1", "m=65536,t=3,p=4")],
    [false, HASH.replace("p=1", "p=2")],
    [true, HASH.replace("m=19456", "m=19455")],
    [true, HASH.replace("t=2", "t=1")],
    [true, HASH.replace("v=19", "v=16")],
    [true, HASH.replace(/[A-Z]+$/, "A".repeat(22))],
    [true, HASH.replace(/\$A+\$/, `$${"A".repeat(11)}$`)],
  ])("is %s for %s", (weaker, hash) => {
    expect(isWeaker(parseArgon2id(hash), COSTS)).toBe(weaker);
  });
});

it("isArgon2id tells it from other schemes", () => {
  expect(isArgon2id(HASH)).toBe(true);
  expect(isArgon2id("$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA")).toBe(false);
  expect(isArgon2id("$2b$10$abcdefghijklmnopqrstuv")).toBe(false);
});

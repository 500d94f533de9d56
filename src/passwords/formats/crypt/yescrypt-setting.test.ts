import { describe, expect, it } from "vitest";
import { readYescryptSetting } from "./yescrypt-setting.js";

const parametersOf = (text: string) => readYescryptSetting(text, "")?.parameters;

describe("the setting of a yescrypt hash", () => {
  it("of a Linux system is read", () => {
    expect(parametersOf("j9T")).toEqual({ mode: "rw", n: 4096, r: 32, p: 1, t: 0 });
    expect(readYescryptSetting("j9T", "abcd")?.salt).toEqual(Buffer.from([0xe6, 0x89, 0xa6]));
  });

  it.each([
    [1, "."],
    [48, "j"],
    [49, "k."],
    [560, "rz"],
    [561, "s.."],
    [600, "s.b"],
    [1000, "s4r"],
    [16_944, "vzz"],
    [16_945, "w..."],
    [100_000, "wIFj"],
  ])("has numbers of any length: %i is %s", (r, text) => {
    expect(parametersOf(`j/${text}`)?.r).toBe(r);
  });

  it("names parallelism and time where there are any", () => {
    expect(parametersOf("j9T./")).toMatchObject({ p: 3, t: 0 });
    expect(parametersOf("j9T//")).toMatchObject({ p: 1, t: 2 });
    expect(parametersOf("j9T0./")).toMatchObject({ p: 2, t: 2 });
    expect(parametersOf("/9T")).toMatchObject({ mode: "worm" });
    expect(parametersOf(".9T")).toMatchObject({ mode: "scrypt" });
  });

  it.each([
    "",
    "j",
    "j9",
    "j9T.",
    "j9T0.",
    "j9T1.",
    "j9T1..",
    "j9T5.",
    "j9T..0",
    "a9T",
    ".9T/.",
    "jzzz",
    "j9k",
    "j9T=",
    "j9é",
  ])("is refused where it is damaged or asks for what nobody makes: %j", (text) => {
    expect(readYescryptSetting(text, "")).toBeNull();
  });

  it("is refused with a salt that is no base 64, or longer than 64 bytes", () => {
    expect(readYescryptSetting("j9T", "z")).toBeNull();
    expect(readYescryptSetting("j9T", ".".repeat(86))).not.toBeNull();
    expect(readYescryptSetting("j9T", ".".repeat(88))).toBeNull();
  });
});

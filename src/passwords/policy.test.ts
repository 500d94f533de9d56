import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../base/keys.js";
import { createPolicy, reviewPassword } from "./policy.js";

const policy = createPolicy({});
const accepted = { status: "accepted" };
const refused = (reason: string) => expect.objectContaining({ status: "password-refused", reason });

describe("the length of a password", () => {
  it("is 8 to 256 characters unless told otherwise, counted in code points", async () => {
    expect(await reviewPassword("zq7#kd2", {}, policy)).toEqual({
      status: "password-refused",
      reason: "too-short",
      message: "Use at least 8 characters; this password has 7.",
    });
    expect(await reviewPassword("zq7#kd2v", {}, policy)).toEqual(accepted);
    expect(await reviewPassword("\u{1F511}".repeat(7), {}, policy)).toEqual(refused("too-short"));
    expect(await reviewPassword("\u{1F511}".repeat(256), {}, policy)).toEqual(accepted);
    expect(await reviewPassword("\u{1F511}".repeat(257), {}, policy)).toEqual({
      status: "password-refused",
      reason: "too-long",
      message: "Use at most 256 characters; this password has 257.",
    });
  });

  it("is counted after normalisation", async () => {
    // Seven letters, each with its accent as a character of its own.
    expect(await reviewPassword("e\u0301".repeat(7), {}, policy)).toEqual(refused("too-short"));
  });

  it("can be changed", async () => {
    const loose = createPolicy({ minLength: 1, refuseCommon: false });
    expect(await reviewPassword("z", {}, loose)).toEqual(accepted);
    expect(await reviewPassword("", {}, loose)).toMatchObject({
      message: expect.stringContaining("1 character;"),
    });
    const huge = createPolicy({ maxLength: 4096 });
    expect(await reviewPassword("a".repeat(4096), {}, huge)).toEqual(accepted);
    expect(await reviewPassword("a".repeat(4097), {}, huge)).toEqual(refused("too-long"));
  });
});

describe("a common password", () => {
  it.each(["password123", "PassWord123", "qwertyuiop", "ＰＡＳＳＷＯＲＤ"])(
    "%s is refused, however it is written",
    async (it) => {
      expect(await reviewPassword(it, {}, policy)).toEqual(refused("common"));
    },
  );

  it("is looked for as a whole, never in parts", async () => {
    expect(await reviewPassword("password123 qwertyuiop", {}, policy)).toEqual(accepted);
  });

  it("is accepted where the policy says so", async () => {
    expect(await reviewPassword("password123", {}, createPolicy({ refuseCommon: false }))).toEqual(accepted);
  });
});

describe("a personal password", () => {
  const names = { username: "Lovelace-1815", email: "Ada.Byron@example.com" };
  const own = createPolicy({ words: ["Watchword Shop", "", " "] });

  it.each([
    "lovelace-1815",
    "LOVELACE-1815!",
    "2024lovelace-181599",
    "ada.byron@example.com",
    "ada.byron",
    "#Ada.Byron#2024",
    "watchword shop",
    "!! Watchword Shop 1 !!",
  ])("%s is refused", async (password) => {
    expect(await reviewPassword(password, names, own)).toEqual(refused("personal"));
  });

  it.each(["lovelace", "lovelace-1815 and friends", "my ada.byron", "lovelace-18lovelace-1815", "99887766"])(
    "%s is accepted",
    async (password) => {
      expect(await reviewPassword(password, names, createPolicy({ refuseCommon: false }))).toEqual(accepted);
    },
  );

  it("is accepted where the policy says so", async () => {
    expect(await reviewPassword("ada.byron", names, createPolicy({ refusePersonal: false }))).toEqual(
      accepted,
    );
  });

  it("does not begin with a digit because the username is one", async () => {
    expect(await reviewPassword("90817263544", { username: "9" }, policy)).toEqual(accepted);
    expect(await reviewPassword("90817263544", { username: "90817263544" }, policy)).toEqual(
      refused("personal"),
    );
  });

  it("needs names: none, null and empty ones refuse nothing", async () => {
    expect(await reviewPassword("1234 5678 !!", { username: null, email: "" }, policy)).toEqual(accepted);
  });
});

it("a lone surrogate is refused with its reason", async () => {
  expect(await reviewPassword("\uD800 long enough", {}, policy)).toEqual(refused("invalid-text"));
});

it("any 15 characters are accepted that are neither common nor personal: there are no composition rules", async () => {
  const list = readFileSync(new URL("../../data/common-passwords.txt", import.meta.url), "utf8");
  const common = new Set(list.split("\n"));
  const characters = fc.oneof(
    fc.string({ unit: "binary", minLength: 15, maxLength: 256 }),
    fc.string({ unit: "grapheme", minLength: 15, maxLength: 64 }),
    fc.string({ unit: fc.constantFrom("a", "1", " "), minLength: 15, maxLength: 256 }),
  );
  await fc.assert(
    fc.asyncProperty(characters, async (password) => {
      const length = [...password.normalize("NFKC")].length;
      fc.pre(length >= 15 && length <= 256 && !common.has(fold(password)));
      expect(await reviewPassword(password, { username: "ada", email: "ada@example.com" }, policy)).toEqual(
        /^[\p{N}\p{P}\p{S}\p{Z}]*ada[\p{N}\p{P}\p{S}\p{Z}]*$/u.test(fold(password))
          ? refused("personal")
          : accepted,
      );
    }),
    { numRuns: 1000 },
  );
});

it.each([
  ["minLength", { minLength: -1 }],
  ["minLength", { minLength: 7.5 }],
  ["maxLength", { minLength: 20, maxLength: 19 }],
  ["maxLength", { maxLength: 5000 }],
])("an impossible %s is refused by its name", (option, options) => {
  expect(() => createPolicy(options)).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringContaining(`passwords.${option}`),
    }),
  );
});

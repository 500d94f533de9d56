import { describe, expect, it } from "vitest";
import { desCbcLast, desEncrypt, desKeys } from "./des.js";
import { bigCrypt, bsdiCrypt, crypt16, desCrypt, lmHash } from "./des-crypt.js";

const hex = (digits: string) => Buffer.from(digits, "hex");

describe("DES", () => {
  // NBS Special Publication 500-20, and the worked example of J. O. Grabbe, "The DES Algorithm Illustrated".
  it.each([
    ["133457799bbcdff1", "0123456789abcdef", "85e813540f0ab405"],
    ["0000000000000000", "0000000000000000", "8ca64de9c1b123a7"],
    ["ffffffffffffffff", "ffffffffffffffff", "7359b2163e4edc58"],
    ["0101010101010101", "95f8a5e5dd31d900", "8000000000000000"],
    ["7ca110454a1a6e57", "01a1d6d039776742", "690f5b0d9a26939b"],
  ])("with key %s makes %s into %s", (key, block, expected) => {
    expect(desEncrypt(hex(block), desKeys(hex(key))).toString("hex")).toBe(expected);
  });

  it("chains blocks", () => {
    const key = hex("133457799bbcdff1");
    const first = desEncrypt(hex("0123456789abcdef"), desKeys(key));
    const second = Buffer.from("ABCDEFGH").map((byte, index) => byte ^ first.readUInt8(index));
    const message = Buffer.concat([hex("0123456789abcdef"), Buffer.from("ABCDEFGH")]);
    expect(desCbcLast(message, key)).toEqual(desEncrypt(second, desKeys(key)));
  });
});

describe("crypt(3) with DES", () => {
  it("is as PHP's manual shows it", () => {
    expect(desCrypt(Buffer.from("rasmuslerdorf"), "rl")).toBe(".3StKT.4T8M");
    expect(bsdiCrypt(Buffer.from("rasmuslerdorf"), "rasm", 725)).toBe("BYk8r9AiWNc");
  });

  it("counts eight bytes, and seven bits of each", () => {
    expect(desCrypt(Buffer.from("12345678"), "ab")).toBe(desCrypt(Buffer.from("123456789"), "ab"));
    expect(desCrypt(Buffer.from([0xe1]), "ab")).toBe(desCrypt(Buffer.from([0x61]), "ab"));
  });

  it("is the same in all its relatives up to eight bytes", () => {
    const short = Buffer.from("short");
    expect(bigCrypt(short, "ab", 16)).toBe(desCrypt(short, "ab"));
    expect(bsdiCrypt(short, "ab..", 25)).toBe(desCrypt(short, "ab"));
  });

  it("goes on in parts, as bigcrypt, for the longer password", () => {
    expect(bigCrypt(Buffer.from("passphrase"), "qi", 16)).toBe("yh4XPJGsOZ2MEAyLkfWqeQ");
    expect(bigCrypt(Buffer.from("passphrase"), "qi", 1)).toBe("yh4XPJGsOZ2");
  });

  it("counts sixteen bytes in crypt16", () => {
    expect(crypt16(Buffer.from("1234567890123456EXTRA"), "96")).toBe("cjjONZUS9Ukcm6Yhcb8EM.");
  });
});

describe("the LAN Manager hash", () => {
  it.each([
    ["PASSWORD", "e52cac67419a9a224a3b108f3fa6cb6d"],
    ["", "aad3b435b51404eeaad3b435b51404ee"],
    ["12345678901234EXTRA", "0182bd0bd4444bf8c03d5bba34975d50"],
  ])("of %j is the known one", (password, expected) => {
    expect(lmHash(Buffer.from(password)).toString("hex")).toBe(expected);
  });
});

import { encode64 } from "./crypt/crypt64.js";
import { digestOf } from "./crypt/rounds.js";
import { textDigest } from "./crypt/work.js";
import { defineFormat, type HashContext, type PasswordFormat } from "./format.js";

/** The key that Cisco's type 7 runs through, known since 1995: the "encryption" only hides from a glance. */
const TYPE_7_KEY = Buffer.from("dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87");

const TYPE_7 = /^([0-4]\d|5[0-2])((?:[0-9A-Fa-f]{2})*)$/;

interface Type7Hash {
  readonly from: number;
  readonly hidden: Buffer;
}

interface PixOptions {
  readonly name: string;
  readonly title: string;
  /** Longer passwords the device does not take. */
  readonly longest: number;
  /** From this length on the user's name is not mixed in. */
  readonly alone: number;
  /** How many bytes are hashed where there are more than sixteen. */
  readonly wide: 16 | 32;
}

/**
 * PIX and ASA: MD5 of the password, then the first four bytes of the user's name, then zeros; every fourth byte of the digest
 * is left out. The password that enables a device belongs to no user.
 */
function pixFormat({ name, title, longest, alone, wide }: PixOptions): PasswordFormat {
  return defineFormat<string>({
    name,
    title,
    sources: ["cisco", "passlib"],
    shape: /^[./0-9A-Za-z]{16}$/,
    accepts: ["user"],
    strength: "broken",
    flags: ["truncates"],
    parse: (hash) => hash,
    compare: {
      expected: textDigest,
      digest(password, _, { user = "" }: HashContext) {
        if (password.length > longest) return null;
        const name = Buffer.from(user);
        const mixed = name.length === 0 || password.length >= alone ? Buffer.alloc(0) : Buffer.alloc(4, name);
        const bytes = Buffer.concat([password, mixed]);
        const padded = Buffer.alloc(bytes.length > 16 ? wide : 16);
        bytes.copy(padded);
        return textDigest(encode64(digestOf("md5", padded).filter((_, index) => index % 4 !== 3)));
      },
      bare: () => ".".repeat(16),
    },
  });
}

export const CISCO_FORMATS: readonly PasswordFormat[] = [
  pixFormat({ name: "cisco_pix", title: "Cisco PIX: MD5", longest: 16, alone: Infinity, wide: 16 }),
  pixFormat({ name: "cisco_asa", title: "Cisco ASA 7 to 9.6: MD5", longest: 32, alone: 28, wide: 32 }),
  defineFormat<Type7Hash>({
    name: "cisco_type7",
    title: "Cisco type 7: hidden, not hashed",
    sources: ["cisco", "passlib"],
    shape: TYPE_7,
    longest: 8194,
    // Every other text of hexadecimal digits would look like one.
    detectable: false,
    strength: "readable",
    flags: ["unsalted"],
    parse(hash) {
      const [, from, hidden = ""] = TYPE_7.exec(hash) ?? [];
      return { from: Number(from), hidden: Buffer.from(hidden, "hex") };
    },
    compare: {
      expected: ({ hidden }) => hidden,
      digest: (password, { from }) =>
        Buffer.from(
          password.map((byte, index) => byte ^ TYPE_7_KEY.readUInt8((from + index) % TYPE_7_KEY.length)),
        ),
    },
  }),
];

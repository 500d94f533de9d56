import { shaCrypt } from "./crypt/sha-crypt.js";
import { damaged, defineFormat, type PasswordFormat, within } from "./format.js";

const NAME = "mysql_caching_sha2";

/** `$A$005$`, twenty characters of salt, the digest; or all of that in hexadecimal, as MySQL prints it where it must. */
const SHAPE = /^(?:\$A\$[0-9A-F]{3}\$[^$]{20}[./0-9A-Za-z]{43}|0x244124[0-9A-Fa-f]{134})$/;
const PARTS = /^\$A\$([0-9A-F]{3})\$([\s\S]{20})([./0-9A-Za-z]{43})$/;

/** MySQL 8: SHA-crypt with a salt of twenty bytes; the three digits count thousands of rounds. */
export const CACHING_SHA2: PasswordFormat = defineFormat<{
  readonly rounds: number;
  readonly salt: Buffer;
  readonly digest: string;
}>({
  name: NAME,
  aliases: ["caching_sha2_password"],
  title: "SHA-crypt with SHA-256, of MySQL 8 (caching_sha2_password)",
  sources: ["mysql"],
  shape: SHAPE,
  strength: "fair",
  caps: "999,000 rounds",
  parse(hash) {
    const text = hash.startsWith("0x") ? Buffer.from(hash.slice(2), "hex").toString("latin1") : hash;
    const [, thousands, salt = "", digest = ""] = PARTS.exec(text) ?? [];
    if (thousands === undefined) throw damaged(NAME, "its hexadecimal digits are not those of one");
    if ([...salt].some((character) => character > "\u00ff")) throw damaged(NAME, "its salt is not of bytes");
    const rounds = within(NAME, "thousands of rounds", Number.parseInt(thousands, 16), 1, 999) * 1000;
    return { rounds, salt: Buffer.from(salt, "latin1"), digest };
  },
  parameters: ({ rounds }) => ({ rounds }),
  compare: {
    expected: ({ digest }) => Buffer.from(digest),
    digest: (password, { rounds, salt }) =>
      Buffer.from(shaCrypt("sha256", password, salt, rounds, salt.length)),
  },
});

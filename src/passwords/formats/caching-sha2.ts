import { shaCrypt } from "./crypt/sha-crypt.js";
import { damaged, defineFormat, type PasswordFormat, within } from "./format.js";

/** MySQL makes its salts of any seven bits but NUL and the dollar. */
const SHAPE = /^\$A\$([0-9A-F]{3})\$([^$]{20})([./0-9A-Za-z]{43})$/;

/** MySQL 8: SHA-crypt with a salt of twenty characters; the three digits count thousands of rounds. */
export const CACHING_SHA2: PasswordFormat = defineFormat<{
  readonly rounds: number;
  readonly salt: Buffer;
  readonly digest: string;
}>({
  name: "mysql_caching_sha2",
  aliases: ["caching_sha2_password"],
  title: "SHA-crypt with SHA-256, of MySQL 8 (caching_sha2_password)",
  sources: ["mysql"],
  shape: SHAPE,
  strength: "fair",
  caps: "999,000 rounds",
  parse(hash) {
    const [, thousands = "", salt = "", digest = ""] = SHAPE.exec(hash) ?? [];
    const rounds =
      within("mysql_caching_sha2", "thousands of rounds", Number.parseInt(thousands, 16), 1, 999) * 1000;
    if (/[^\p{ASCII}]/u.test(salt))
      throw damaged("mysql_caching_sha2", "its salt is not of MySQL's characters");
    return { rounds, salt: Buffer.from(salt, "latin1"), digest };
  },
  parameters: ({ rounds }) => ({ rounds }),
  compare: {
    expected: ({ digest }) => Buffer.from(digest),
    digest: (password, { rounds, salt }) =>
      Buffer.from(shaCrypt("sha256", password, salt, rounds, salt.length)),
  },
});

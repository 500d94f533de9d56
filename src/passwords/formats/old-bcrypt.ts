import { bcryptDigest, decodeBcrypt64, encodeBcrypt64 } from "./crypt/blowfish.js";
import { holdsNul, textDigest } from "./crypt/work.js";
import { defineFormat, type PasswordFormat, within } from "./format.js";

interface OldBcryptHash {
  readonly cost: number;
  readonly salt: string;
  readonly digest: string;
}

const SHAPE = /^\$2x\$(\d\d)\$([./A-Za-z0-9]{21}[.Oeu])([./A-Za-z0-9]{30}[.CGKOSWaeimquy26])$/;
/** In JavaScript: about a second. */
const MOST_COST = 14;

/** `$2x$`: what crypt_blowfish made before 1.1, of passwords with bytes above 127, was no bcrypt; this prefix marks it. */
export const BCRYPT_2X: PasswordFormat = defineFormat<OldBcryptHash>({
  name: "bcrypt_2x",
  title: "bcrypt with the sign extension bug of crypt_blowfish before 1.1",
  sources: ["shadow", "libxcrypt", "php"],
  shape: SHAPE,
  strength: { best: "strong", of: ({ cost }) => (cost >= 10 ? "strong" : cost >= 7 ? "fair" : "weak") },
  flags: ["truncates"],
  caps: `cost ${MOST_COST}`,
  parse(hash) {
    const [, cost, salt = "", digest = ""] = SHAPE.exec(hash) ?? [];
    return { cost: within("bcrypt_2x", "cost", Number(cost), 4, MOST_COST), salt, digest };
  },
  parameters: ({ cost }) => ({ variant: "2x", cost }),
  compare: {
    expected: ({ digest }) => textDigest(digest),
    digest: (password, { cost, salt }) =>
      holdsNul(password)
        ? null
        : textDigest(encodeBcrypt64(bcryptDigest(password, decodeBcrypt64(salt), cost, "2x"))),
  },
});

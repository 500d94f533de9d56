import { hash } from "node:crypto";
import { encode64, valueOf64 } from "./crypt/crypt64.js";
import { isTooLong, roundsCap, textDigest } from "./crypt/work.js";
import { defineFormat, type PasswordFormat, within } from "./format.js";

interface PhpassHash {
  readonly setting: string;
  readonly log: number;
  readonly salt: string;
  readonly digest: string;
}

const SHAPE = /^(\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8}))([./0-9A-Za-z]{21}[./01])$/;
const MOST_LOG = 22;

const strengthOf = ({ log }: PhpassHash) => (log >= 15 ? "fair" : "weak");

/**
 * The loop of phpass: the digest of salt and password, then of that and the password, so many times.
 *
 * @see A. Peslyak, "Portable PHP password hashing framework"
 */
export function phpassLoop(algorithm: string, password: Buffer, salt: Buffer, rounds: number): Buffer {
  let digest: string = hash(algorithm, Buffer.concat([salt, password]), "binary");
  const bytes = Buffer.concat([Buffer.from(digest, "latin1"), password]);
  for (let round = 0; round < rounds; round++) {
    bytes.write(digest, 0, "latin1");
    digest = hash(algorithm, bytes, "binary");
  }
  return Buffer.from(digest, "latin1");
}

/** phpass' portable hashes: MD5, salted and 2ⁿ times over. `$P$` everywhere, `$H$` in phpBB 3. */
export const PHPASS: PasswordFormat = defineFormat<PhpassHash>({
  name: "phpass",
  aliases: ["md5_phpass"],
  title: "phpass' portable hash: MD5, 2ⁿ times",
  sources: ["phpbb", "passlib", "clerk", "fusionauth", "passwap", "php"],
  shape: SHAPE,
  strength: { best: "fair", of: strengthOf },
  caps: roundsCap(2 ** MOST_LOG),
  parse(text) {
    const [, setting = "", log = "", salt = "", digest = ""] = SHAPE.exec(text) ?? [];
    return { setting, log: within("phpass", "log2(rounds)", valueOf64(log, 0), 7, MOST_LOG), salt, digest };
  },
  parameters: ({ log }) => ({ rounds: 2 ** log }),
  compare: {
    expected: ({ digest }) => textDigest(digest),
    digest(password, { log, salt }) {
      const rounds = 2 ** log;
      if (isTooLong(password, rounds, 2 ** MOST_LOG)) return null;
      return textDigest(encode64(phpassLoop("md5", password, Buffer.from(salt), rounds)));
    },
    bare: (parsed) => (strengthOf(parsed) === "fair" ? null : parsed.setting + ".".repeat(22)),
  },
});

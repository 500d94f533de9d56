import { DIGEST_BYTES, type DigestName, digestOf } from "./digests.js";
import { readBase64 } from "./encodings.js";
import { damaged, defineFormat, type PasswordFormat, within } from "./format.js";
import { expectedBytes } from "./simple.js";

const SHAPE = /^\{FSHP([0-3])\|(\d{1,3})\|([1-9]\d{0,8})\}([A-Za-z0-9+/]{22,450}={0,2})$/i;
const DIGESTS: readonly DigestName[] = ["sha1", "sha256", "sha384", "sha512"];
const MOST_ROUNDS = 4_000_000;

/**
 * The Fairly Secure Hashed Password: PBKDF1 (RFC 8018 §5.1) with password and salt in each other's place.
 *
 * @see https://github.com/bdd/fshp-is-not-secure-anymore
 */
export const FSHP_FORMATS: readonly PasswordFormat[] = [
  defineFormat<{
    readonly digest: DigestName;
    readonly rounds: number;
    readonly salt: Buffer;
    readonly expected: Buffer;
  }>({
    name: "fshp",
    title: "FSHP: SHA-1 or SHA-2 of salt and password, many times",
    sources: ["passlib"],
    shape: SHAPE,
    strength: { best: "fair", of: ({ rounds }) => (rounds >= 100_000 ? "fair" : "weak") },
    caps: `${MOST_ROUNDS.toLocaleString("en")} rounds`,
    parse(hash) {
      const [, variant, size, rounds, data = ""] = SHAPE.exec(hash) ?? [];
      const digest = DIGESTS[Number(variant)];
      const bytes = expectedBytes("fshp", readBase64(data));
      const saltBytes = Number(size);
      if (digest === undefined || bytes.length !== saltBytes + DIGEST_BYTES[digest])
        throw damaged("fshp", "salt and digest are not as long as it says");
      return {
        digest,
        rounds: within("fshp", "rounds", Number(rounds), 1, MOST_ROUNDS),
        salt: bytes.subarray(0, saltBytes),
        expected: bytes.subarray(saltBytes),
      };
    },
    parameters: ({ digest, rounds, salt }) => ({ digest, rounds, saltBytes: salt.length }),
    compare: {
      expected: ({ expected }) => expected,
      digest(password, { digest, rounds, salt }) {
        let result = digestOf(digest, salt, password);
        for (let round = 1; round < rounds; round++) result = digestOf(digest, result);
        return result;
      },
    },
  }),
];

import { digestOf, hmacOf, pbkdf2Of } from "./digests.js";
import { readAdapted64, readBase64 } from "./encodings.js";
import { damaged, defineFormat, isEqual, type PasswordFormat } from "./format.js";
import {
  derive,
  isDigestName,
  PBKDF2_CAPS,
  type Pbkdf2Hash,
  pbkdf2Hash,
  pbkdf2Parameters,
  pbkdf2Strength,
} from "./pbkdf2.js";
import { saslprep } from "./saslprep.js";
import { expectedBytes } from "./simple.js";
import { textOf } from "./text.js";

/** Passlib's `$scram$rounds$salt$sha-1=…,sha-256=…`: one derived key for each digest. */
const PASSLIB = /^\$scram\$([1-9]\d{0,9})\$([A-Za-z0-9./]{1,1024})\$([a-z0-9./=,A-Z-]{20,900})$/;
/** The order in which Passlib looks for the one digest that it compares. */
const FIRST = ["sha-256", "sha-512", "sha-224", "sha-384", "sha-1"];

function parsePasslib(hash: string): Pbkdf2Hash {
  const [, rounds, salt = "", list = ""] = PASSLIB.exec(hash) ?? [];
  const digests = new Map(
    list.split(",").map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)] as const;
    }),
  );
  const chosen = FIRST.find((name) => digests.has(name));
  const digest = (chosen ?? "").replace("-", "");
  if (!digests.has("sha-1") || !isDigestName(digest))
    throw damaged("scram", "it names no digest that is known");
  return pbkdf2Hash("scram", {
    digest,
    salt: readAdapted64(salt),
    rounds: Number(rounds),
    expected: readAdapted64(digests.get(chosen ?? "") ?? ""),
  });
}

const POSTGRES =
  /^SCRAM-SHA-256\$([1-9]\d{0,9}):([A-Za-z0-9+/]{4,684}={0,2})\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/;

/** The key that a server stores (RFC 5802 §3). */
function storedKey(password: Buffer, { salt, rounds }: Pbkdf2Hash): Buffer {
  const salted = pbkdf2Of("sha256", password, salt, rounds, 32);
  return digestOf("sha256", hmacOf("sha256", salted, "Client Key"));
}

export const SCRAM_FORMATS: readonly PasswordFormat[] = [
  defineFormat<Pbkdf2Hash>({
    name: "scram",
    title: "SCRAM's salted password (RFC 5802), as Passlib writes it",
    sources: ["passlib"],
    shape: PASSLIB,
    longest: 2048,
    strength: { best: "strong", of: pbkdf2Strength },
    caps: PBKDF2_CAPS,
    parse: parsePasslib,
    parameters: pbkdf2Parameters,
    compare(password, hash) {
      const text = textOf(password);
      const prepared = text === null ? null : saslprep(text);
      return prepared !== null && isEqual(derive(Buffer.from(prepared), hash), hash.expected);
    },
  }),
  defineFormat<Pbkdf2Hash>({
    name: "postgres_scram_sha_256",
    title: "SCRAM-SHA-256 of PostgreSQL (RFC 7677)",
    sources: ["postgresql"],
    shape: POSTGRES,
    strength: { best: "strong", of: pbkdf2Strength },
    caps: PBKDF2_CAPS,
    parse(hash) {
      const [, rounds, salt = "", stored = ""] = POSTGRES.exec(hash) ?? [];
      return pbkdf2Hash("postgres_scram_sha_256", {
        digest: "sha256",
        salt: readBase64(salt),
        rounds: Number(rounds),
        expected: expectedBytes("postgres_scram_sha_256", readBase64(stored)),
      });
    },
    parameters: pbkdf2Parameters,
    compare(password, hash) {
      const text = textOf(password);
      // As the server does: what SASLprep refuses is hashed as it is.
      const prepared = (text === null ? null : saslprep(text)) ?? null;
      return isEqual(storedKey(prepared === null ? password : Buffer.from(prepared), hash), hash.expected);
    },
  }),
];

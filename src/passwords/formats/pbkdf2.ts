import { DIGEST_BYTES, type DigestName, pbkdf2Of, shown } from "./digests.js";
import { readAdapted64, readBare64, readBase64, readHex } from "./encodings.js";
import {
  damaged,
  defineFormat,
  type FormatDefinition,
  type HashContext,
  isEqual,
  type PasswordFormat,
  type Strength,
  within,
} from "./format.js";

/** What one PBKDF2 hash consists of, however it is written. */
export interface Pbkdf2Hash {
  readonly digest: DigestName;
  readonly salt: Buffer;
  readonly rounds: number;
  readonly expected: Buffer;
}

/** The most rounds, and the most blocks of the digest times rounds: about ten seconds of work. */
const MOST_ROUNDS = 10_000_000;
const MOST_WORK = 20_000_000;

/** A digest of our own is slower by as much, and so its rounds count. */
const SLOWER: Readonly<Partial<Record<DigestName, number>>> = { md4: 40, mdc2: 270, whirlpool: 55 };

/** Rounds that OWASP's "Password Storage" asks of a new hash today; the other digests count as the nearest of these. */
const STRONG_ROUNDS: Readonly<Partial<Record<DigestName, number>>> = {
  sha1: 1_300_000,
  sha256: 600_000,
  sha384: 210_000,
  sha512: 210_000,
};

export const PBKDF2_CAPS = "10,000,000 rounds, derived keys of 16 to 512 bytes";

/**
 * Checks the parts of a PBKDF2 hash.
 * @throws WatchwordError `invalid-input` where a part could not be read or asks for too much work.
 */
export function pbkdf2Hash(
  scheme: string,
  parts: {
    readonly digest: DigestName;
    readonly salt: Buffer | null;
    readonly rounds: number;
    readonly expected: Buffer | null;
  },
): Pbkdf2Hash {
  const { digest, salt, expected } = parts;
  if (salt === null) throw damaged(scheme, "its salt cannot be decoded");
  if (expected === null) throw damaged(scheme, "its digest cannot be decoded");
  if (expected.length < 16 || expected.length > 512)
    throw damaged(scheme, `its digest is ${expected.length} bytes long; 16 to 512 are accepted`);
  const rounds = within(scheme, "rounds", parts.rounds, 1, MOST_ROUNDS);
  const blocks = Math.ceil(expected.length / DIGEST_BYTES[digest]);
  within(scheme, "rounds times blocks", rounds * blocks * (SLOWER[digest] ?? 1), 1, MOST_WORK);
  return { digest, salt, rounds, expected };
}

export function pbkdf2Strength({ digest, rounds }: Pbkdf2Hash): Strength {
  const strong = STRONG_ROUNDS[digest] ?? 600_000;
  if (rounds >= strong) return "strong";
  return rounds >= strong / 60 ? "fair" : "weak";
}

export function pbkdf2Parameters({ digest, rounds, salt, expected }: Pbkdf2Hash) {
  return { digest, rounds, saltBytes: salt.length, digestBytes: expected.length };
}

/** What PBKDF2 makes of a password with the salt and the cost of a hash (RFC 8018 §5.2). */
export function derive(password: Buffer, { digest, salt, rounds, expected }: Pbkdf2Hash): Buffer {
  return pbkdf2Of(digest, password, salt, rounds, expected.length);
}

/** What {@link pbkdf2Format} takes besides what every PBKDF2 has in common. */
export interface Pbkdf2Definition
  extends Omit<FormatDefinition<Pbkdf2Hash>, "strength" | "caps" | "parameters" | "compare"> {
  before?(password: Buffer, context: HashContext): Buffer | null;
  /** The best strength, where the format fixes the rounds. Default: strong. */
  readonly best?: Strength;
}

/** A format whose hashes are PBKDF2, in whatever dress. */
export function pbkdf2Format({ before, best = "strong", ...definition }: Pbkdf2Definition): PasswordFormat {
  return defineFormat<Pbkdf2Hash>({
    ...definition,
    strength: { best, of: pbkdf2Strength },
    caps: PBKDF2_CAPS,
    parameters: pbkdf2Parameters,
    compare(password, hash, context) {
      const text = before === undefined ? password : before(password, context);
      return text !== null && isEqual(derive(text, hash), hash.expected);
    },
  });
}

/** Passlib's own form, `$pbkdf2-sha256$rounds$ab64$ab64`; passwap writes the two others too. */
function passlibFormat(digest: DigestName, options: Partial<Pbkdf2Definition> = {}): PasswordFormat {
  const name = `pbkdf2_${digest}`;
  const prefix = digest === "sha1" ? "pbkdf2" : `pbkdf2-${digest}`;
  const shape = new RegExp(
    `^\\$${prefix}\\$([1-9]\\d{0,9})\\$([A-Za-z0-9./]{0,1366})\\$([A-Za-z0-9./]{22,683})$`,
  );
  return pbkdf2Format({
    name,
    title: `PBKDF2 with HMAC-${shown(digest)}, as Passlib writes it`,
    sources: ["passlib", "passwap"],
    shape,
    longest: 2200,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = shape.exec(hash) ?? [];
      return pbkdf2Hash(name, {
        digest,
        salt: readAdapted64(salt),
        rounds: Number(rounds),
        expected: readAdapted64(expected),
      });
    },
    ...options,
  });
}

/** `{PBKDF2-SHA256}rounds$ab64$ab64`, of OpenLDAP's pw-pbkdf2 and of Passlib. */
function ldapFormat(digest: DigestName): PasswordFormat {
  const name = `ldap_pbkdf2_${digest}`;
  const tag = digest === "sha1" ? "PBKDF2(?:-SHA1)?" : `PBKDF2-${digest.toUpperCase()}`;
  const shape = new RegExp(
    `^\\{${tag}\\}([1-9]\\d{0,9})\\$([A-Za-z0-9./]{0,683})\\$([A-Za-z0-9./]{22,683})$`,
    "i",
  );
  return pbkdf2Format({
    name,
    title: `PBKDF2 with HMAC-${shown(digest)} in LDAP`,
    sources: ["openldap", "passlib"],
    shape,
    longest: 1500,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = shape.exec(hash) ?? [];
      return pbkdf2Hash(name, {
        digest,
        salt: readAdapted64(salt),
        rounds: Number(rounds),
        expected: readAdapted64(expected),
      });
    },
  });
}

const ATLASSIAN = /^\{PKCS5S2\}([A-Za-z0-9+/]{64})$/;
const CTA = /^\$p5k2\$([1-9a-f][0-9a-f]{0,7})\$([A-Za-z0-9_=-]{0,684})\$([A-Za-z0-9_-]{27}=)$/;
const DLITZ = /^(\$p5k2\$((?:[1-9a-f][0-9a-f]{0,7})?)\$[A-Za-z0-9./]{0,684})\$([A-Za-z0-9./]{32})$/;
const GRUB = /^grub\.pbkdf2\.sha512\.([1-9]\d{0,9})\.([0-9A-Fa-f]{2,1024})\.([0-9A-Fa-f]{32,1024})$/;

/**
 * `$pbkdf2-sha512$i=100000,l=64$salt$digest`, base64 without padding: a PHC string, as Auth0 and Kratos take it. With
 * neither part Auth0 means 100,000 rounds and 64 bytes.
 */
export const PHC =
  /^\$pbkdf2-(md5|sha1|sha224|sha256|sha384|sha512|ripemd160)\$(?:i=([1-9]\d{0,9})(?:,l=([1-9]\d{0,3}))?\$)?([A-Za-z0-9+/]{0,683})\$([A-Za-z0-9+/]{22,683})$/;

export function readPhc(scheme: string, hash: string, digest: (name: string) => DigestName): Pbkdf2Hash {
  const [, name = "", rounds = "100000", length, salt = "", expected = ""] = PHC.exec(hash) ?? [];
  const read = pbkdf2Hash(scheme, {
    digest: digest(name),
    salt: readBare64(salt),
    rounds: Number(rounds),
    expected: readBare64(expected),
  });
  if (length !== undefined && Number(length) !== read.expected.length)
    throw damaged(scheme, "its digest is not as long as it says");
  return read;
}

const DIGESTS = Object.keys(DIGEST_BYTES);

export function isDigestName(name: string): name is DigestName {
  return DIGESTS.includes(name);
}

function sha2(name: string): DigestName {
  if (!isDigestName(name)) throw damaged("pbkdf2_phc", `${name} is no digest that is known`);
  return name;
}

/** In Kratos the names sha224 and sha384 have always meant SHA-3; it keeps to that for the hashes that exist. */
const KRATOS: Readonly<Record<string, DigestName>> = { sha224: "sha3-224", sha384: "sha3-384" };

export const PBKDF2_FORMATS: readonly PasswordFormat[] = [
  passlibFormat("sha1"),
  passlibFormat("sha224", { sources: ["passwap"] }),
  passlibFormat("sha256", {
    aliases: ["minimus_pbkdf2_sha256"],
    sources: ["passlib", "minimus-users", "passwap"],
  }),
  passlibFormat("sha384", { sources: ["passwap"] }),
  passlibFormat("sha512"),
  pbkdf2Format({
    name: "pbkdf2_phc",
    title: "PBKDF2 as a PHC string",
    sources: ["auth0", "kratos", "stytch"],
    shape: PHC,
    longest: 1500,
    parse: (hash) => readPhc("pbkdf2_phc", hash, sha2),
  }),
  pbkdf2Format({
    name: "kratos_pbkdf2_sha3",
    title: "PBKDF2 with HMAC-SHA3, which Kratos calls sha224 and sha384",
    sources: ["kratos"],
    shape:
      /^\$pbkdf2-sha(?:224|384)\$i=[1-9]\d{0,9},l=[1-9]\d{0,3}\$[A-Za-z0-9+/]{0,683}\$[A-Za-z0-9+/]{22,683}$/,
    longest: 1500,
    parse: (hash) => readPhc("kratos_pbkdf2_sha3", hash, (name) => KRATOS[name] ?? sha2(name)),
  }),
  ldapFormat("sha1"),
  ldapFormat("sha256"),
  ldapFormat("sha512"),
  pbkdf2Format({
    name: "atlassian_pbkdf2_sha1",
    best: "weak",
    title: "PBKDF2 with HMAC-SHA1, 10,000 rounds, of Atlassian's Crowd, Jira and Confluence",
    sources: ["atlassian", "passlib", "janssen"],
    shape: ATLASSIAN,
    parse(hash) {
      const bytes = readBase64(ATLASSIAN.exec(hash)?.[1] ?? "");
      return pbkdf2Hash("atlassian_pbkdf2_sha1", {
        digest: "sha1",
        salt: bytes?.subarray(0, 16) ?? null,
        rounds: 10_000,
        expected: bytes?.subarray(16) ?? null,
      });
    },
  }),
  pbkdf2Format({
    name: "cta_pbkdf2_sha1",
    title: "PBKDF2 with HMAC-SHA1, as Cryptacular writes it",
    sources: ["passlib"],
    shape: CTA,
    parse(hash) {
      const [, rounds = "", salt = "", expected = ""] = CTA.exec(hash) ?? [];
      const standard = (text: string) => readBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
      return pbkdf2Hash("cta_pbkdf2_sha1", {
        digest: "sha1",
        salt: standard(salt),
        rounds: Number.parseInt(rounds, 16),
        expected: standard(expected),
      });
    },
  }),
  pbkdf2Format({
    name: "dlitz_pbkdf2_sha1",
    title: "PBKDF2 with HMAC-SHA1, as Dwayne Litzenberger's library writes it",
    sources: ["passlib"],
    shape: DLITZ,
    parse(hash) {
      const [, config = "", rounds = "", expected = ""] = DLITZ.exec(hash) ?? [];
      return pbkdf2Hash("dlitz_pbkdf2_sha1", {
        digest: "sha1",
        // The whole of what stands before the digest is the salt.
        salt: Buffer.from(config),
        rounds: rounds === "" ? 400 : Number.parseInt(rounds, 16),
        expected: readAdapted64(expected),
      });
    },
  }),
  pbkdf2Format({
    name: "grub_pbkdf2_sha512",
    title: "PBKDF2 with HMAC-SHA512 of the GRUB boot loader",
    sources: ["grub", "passlib"],
    shape: GRUB,
    longest: 2200,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = GRUB.exec(hash) ?? [];
      return pbkdf2Hash("grub_pbkdf2_sha512", {
        digest: "sha512",
        salt: readHex(salt),
        rounds: Number(rounds),
        expected: readHex(expected),
      });
    },
  }),
];

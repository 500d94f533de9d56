import { scryptSync } from "node:crypto";
import { readBare64, readBase64, readHex } from "./encodings.js";
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
import { layeredFormat } from "./layered.js";
import { nfkc } from "./text.js";

/** The cost of scrypt (RFC 7914 §2), its N as a binary logarithm. */
export interface ScryptCosts {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

export interface ScryptHash extends ScryptCosts {
  readonly salt: Buffer;
  readonly expected: Buffer;
}

/** KiB that one hash may take, and KiB times lanes that it may pass over. */
const MOST_MEMORY = 1024 * 1024;
const MOST_WORK = 2 * 1024 * 1024;

export const SCRYPT_CAPS = "1 GiB of memory (128 · N · r bytes), 2 GiB of work with p";

function memoryOf({ logN, r }: ScryptCosts): number {
  return (2 ** logN * r) / 8;
}

/** @throws WatchwordError `invalid-input` where a cost is out of bounds. */
export function checkScryptCosts(scheme: string, costs: ScryptCosts): void {
  within(scheme, "log2(N)", costs.logN, 1, 24);
  within(scheme, "r", costs.r, 1, 1024);
  within(scheme, "p", costs.p, 1, 1024);
  within(scheme, "KiB of memory", Math.ceil(memoryOf(costs)), 1, MOST_MEMORY);
  within(scheme, "KiB of work", Math.ceil(memoryOf(costs) * costs.p), 1, MOST_WORK);
}

/**
 * Checks the parts of a scrypt hash.
 * @throws WatchwordError `invalid-input` where a part could not be read or asks for too much work.
 */
export function scryptHash(
  scheme: string,
  parts: ScryptCosts & { readonly salt: Buffer | null; readonly expected: Buffer | null },
): ScryptHash {
  const { salt, expected, ...costs } = parts;
  if (salt === null) throw damaged(scheme, "its salt cannot be decoded");
  if (expected === null) throw damaged(scheme, "its digest cannot be decoded");
  if (expected.length < 16 || expected.length > 256)
    throw damaged(scheme, `its digest is ${expected.length} bytes long; 16 to 256 are accepted`);
  checkScryptCosts(scheme, costs);
  return { ...costs, salt, expected };
}

/** N of a stored hash that names N itself. @throws WatchwordError `invalid-input` where it is no power of two. */
export function logOf(scheme: string, n: number): number {
  const log = Math.log2(n);
  if (!Number.isInteger(log)) throw damaged(scheme, `its N of ${n} is no power of two`);
  return log;
}

/** scrypt (RFC 7914) with as much memory as these costs need. */
export function scryptKey(password: Buffer, salt: Buffer, costs: ScryptCosts, bytes: number): Buffer {
  const { logN, r, p } = costs;
  const N = 2 ** logN;
  return scryptSync(password, salt, bytes, { N, r, p, maxmem: 128 * r * (N + p + 2) + 1024 * 1024 });
}

export function scryptStrength(costs: ScryptCosts): Strength {
  const memory = memoryOf(costs);
  if (memory >= 16 * 1024) return "strong";
  return memory >= 1024 ? "fair" : "weak";
}

export function scryptParameters({ logN, r, p, salt, expected }: ScryptHash) {
  return { N: 2 ** logN, r, p, saltBytes: salt.length, digestBytes: expected.length };
}

export interface ScryptDefinition
  extends Omit<FormatDefinition<ScryptHash>, "strength" | "caps" | "parameters" | "compare"> {
  before?(password: Buffer, context: HashContext): Buffer | null;
}

/** A format whose hashes are scrypt, in whatever dress. */
export function scryptFormat({ before, ...definition }: ScryptDefinition): PasswordFormat {
  return defineFormat<ScryptHash>({
    ...definition,
    strength: { best: "strong", of: scryptStrength },
    caps: SCRYPT_CAPS,
    parameters: scryptParameters,
    compare(password, hash, context) {
      const text = before === undefined ? password : before(password, context);
      return text !== null && isEqual(scryptKey(text, hash.salt, hash, hash.expected.length), hash.expected);
    },
  });
}

const PHC =
  /^\$scrypt\$ln=([1-9]|[12]\d|3[01]),r=([1-9]\d{0,3}),p=([1-9]\d{0,3})\$([A-Za-z0-9+/]{0,342})\$([A-Za-z0-9+/]{22,342})$/;
const KRATOS =
  /^\$scrypt\$ln=([3-9]\d|[1-9]\d{2,8}),r=([1-9]\d{0,3}),p=([1-9]\d{0,3})\$([A-Za-z0-9+/]{0,342}={0,2})\$([A-Za-z0-9+/]{22,342}={0,2})$/;
const HEX_PAIR = /^([0-9a-f]{32}):([0-9a-f]{128})$/;
const LUCIA_2 = /^s2:([0-9A-Za-z]{16,64}):([0-9a-f]{128})$/;

/** `salt:key` in hexadecimal, N = 16384, p = 1, the salt as the text that it is, the password in NFKC. */
function hexPair(name: string, hash: string, r: number, shape = HEX_PAIR): ScryptHash {
  const [, salt = "", expected = ""] = shape.exec(hash) ?? [];
  return scryptHash(name, { logN: 14, r, p: 1, salt: Buffer.from(salt), expected: readHex(expected) });
}

function pairFormat(name: string, title: string, source: string, r: number): PasswordFormat {
  return scryptFormat({
    name,
    title,
    sources: [source],
    shape: HEX_PAIR,
    parse: (hash) => hexPair(name, hash, r),
    before: nfkc,
  });
}

export const SCRYPT_FORMATS: readonly PasswordFormat[] = [
  scryptFormat({
    name: "scrypt_phc",
    title: "scrypt as a PHC string, ln the binary logarithm of N",
    sources: ["passlib", "passwap", "stytch", "workos"],
    shape: PHC,
    parse(hash) {
      const [, ln, r, p, salt = "", expected = ""] = PHC.exec(hash) ?? [];
      return scryptHash("scrypt_phc", {
        logN: Number(ln),
        r: Number(r),
        p: Number(p),
        salt: readBare64(salt),
        expected: readBare64(expected),
      });
    },
  }),
  scryptFormat({
    name: "kratos_scrypt",
    title: "scrypt of Kratos, ln being N itself",
    sources: ["kratos"],
    shape: KRATOS,
    parse(hash) {
      const [, n, r, p, salt = "", expected = ""] = KRATOS.exec(hash) ?? [];
      return scryptHash("kratos_scrypt", {
        logN: logOf("kratos_scrypt", Number(n)),
        r: Number(r),
        p: Number(p),
        salt: readBase64(salt),
        expected: readBase64(expected),
      });
    },
  }),
  pairFormat("better_auth_scrypt", "scrypt of Better Auth (r = 16)", "better-auth", 16),
  pairFormat("oslo_scrypt", "scrypt of oslo (r = 16)", "oslo", 16),
  pairFormat("lucia_scrypt", "scrypt of Lucia 3 (r = 16)", "lucia-3", 16),
  pairFormat("lucia_v1_scrypt", "scrypt of Lucia 1 (r = 8)", "lucia-1", 8),
  defineFormat<readonly [ScryptHash, ScryptHash]>({
    name: "lucia_any_scrypt",
    title: "scrypt of any Lucia: r = 16 is tried, then r = 8, for the hash does not say",
    sources: ["lucia"],
    shape: HEX_PAIR,
    detectable: false,
    parse: (hash) => [hexPair("lucia_any_scrypt", hash, 16), hexPair("lucia_any_scrypt", hash, 8)],
    strength: "strong",
    parameters: ([hash]) => ({ N: 2 ** hash.logN, r: "16 or 8", p: hash.p }),
    compare(password, hashes) {
      const text = nfkc(password);
      if (text === null) return false;
      return hashes.some((hash) => isEqual(scryptKey(text, hash.salt, hash, 64), hash.expected));
    },
  }),
  scryptFormat({
    name: "lucia_legacy_scrypt_s2",
    title: "scrypt of Lucia 2 (r = 16)",
    sources: ["lucia", "lucia-2", "lucia-3"],
    shape: LUCIA_2,
    parse: (hash) => hexPair("lucia_legacy_scrypt_s2", hash, 16, LUCIA_2),
    before: nfkc,
  }),
];

/** `scrypt` of Passlib is either of two texts: the PHC string, and the `$7$` of crypt(3). */
export function scryptFormats(crypt: readonly PasswordFormat[]): readonly PasswordFormat[] {
  const inner = [...SCRYPT_FORMATS.filter(({ name }) => name === "scrypt_phc"), ...crypt];
  return [
    layeredFormat({
      name: "scrypt",
      title: "scrypt as a PHC string or in crypt(3)",
      sources: [],
      shape: /^\$(?:scrypt|7)\$[^\s]{20,1000}$/,
      detectable: false,
      strength: "strong",
      inner,
      unwrap: (hash) => hash,
    }),
  ];
}

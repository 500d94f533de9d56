import { number64 } from "./crypt/crypt64.js";
import { bigCrypt, bsdiCrypt, crypt16, desCrypt } from "./crypt/des-crypt.js";
import { holdsNul, textDigest } from "./crypt/work.js";
import { defineFormat, type FormatDefinition, type PasswordFormat, within } from "./format.js";

interface DesHash {
  /** What stands before the digest. */
  readonly setting: string;
  readonly digest: string;
}

/** Eleven characters hold 64 bits; the last two of the 66 are zero. */
const BLOCK = "[./0-9A-Za-z]{10}[.26AEIMQUYcgkosw]";

type DesDefinition = Pick<FormatDefinition<DesHash>, "name" | "title" | "sources" | "flags" | "caps"> &
  Partial<Pick<FormatDefinition<DesHash>, "parameters">> & {
    readonly shape: RegExp;
    /** How many characters stand before the digest. */
    readonly before: number;
    readonly strength: FormatDefinition<DesHash>["strength"];
    /** Whether this one may rest as it is; by default none may. */
    restsAsItIs?(setting: string): boolean;
    check?(setting: string): void;
    crypt(password: Buffer, hash: DesHash): string;
  };

function desFormat({ before, check, crypt, restsAsItIs, ...definition }: DesDefinition): PasswordFormat {
  return defineFormat<DesHash>({
    ...definition,
    parse(hash) {
      const setting = hash.slice(0, before);
      check?.(setting);
      return { setting, digest: hash.slice(before) };
    },
    compare: {
      expected: ({ digest }) => textDigest(digest),
      digest: (password, hash) => (holdsNul(password) ? null : textDigest(crypt(password, hash))),
      bare: ({ setting, digest }) => (restsAsItIs?.(setting) ? null : setting + ".".repeat(digest.length)),
    },
  });
}

/** libxcrypt writes this many parts at the most, and lets go what comes after. */
const MOST_PARTS = 16;
const PART = 11;
/** As many as the longest password has. */
const ALL_PARTS = 512;

const bsdiRounds = (setting: string) => number64(setting.slice(1, 5));
const isFairBsdi = (setting: string) => bsdiRounds(setting) >= 100_000;

export const DES_CRYPT_FORMATS: readonly PasswordFormat[] = [
  desFormat({
    name: "des_crypt",
    title: "Traditional crypt(3): DES, 25 times",
    sources: ["shadow", "libxcrypt", "htpasswd", "openldap", "passlib", "php"],
    shape: new RegExp(`^[./0-9A-Za-z]{2}${BLOCK}$`),
    strength: "broken",
    flags: ["truncates"],
    before: 2,
    crypt: (password, { setting }) => desCrypt(password, setting),
  }),
  desFormat({
    name: "bsdi_crypt",
    title: "BSDi's extended crypt: DES with a count of rounds",
    sources: ["shadow", "libxcrypt", "passlib", "php"],
    shape: new RegExp(`^_[./0-9A-Za-z]{8}${BLOCK}$`),
    strength: { best: "fair", of: ({ setting }) => (isFairBsdi(setting) ? "fair" : "weak") },
    caps: "all that it can ask for: 16,777,215 rounds",
    parameters: ({ setting }) => ({ rounds: bsdiRounds(setting) }),
    before: 9,
    restsAsItIs: isFairBsdi,
    check(setting) {
      within("bsdi_crypt", "rounds", bsdiRounds(setting), 1, 2 ** 24 - 1);
    },
    crypt: (password, { setting }) => bsdiCrypt(password, setting.slice(5), bsdiRounds(setting)),
  }),
  desFormat({
    name: "bigcrypt",
    title: "Digital's bigcrypt: traditional crypt of each eight bytes",
    sources: ["shadow", "libxcrypt", "openldap", "passlib"],
    shape: new RegExp(`^[./0-9A-Za-z]{2}(?:${BLOCK}){1,90}$`),
    strength: "broken",
    flags: ["truncates"],
    before: 2,
    crypt: (password, { setting, digest }) =>
      bigCrypt(password, setting, digest.length === MOST_PARTS * PART ? MOST_PARTS : ALL_PARTS),
  }),
  desFormat({
    name: "crypt16",
    title: "Ultrix' crypt16: DES twice, for sixteen bytes",
    sources: ["shadow", "passlib"],
    shape: new RegExp(`^[./0-9A-Za-z]{2}${BLOCK}${BLOCK}$`),
    strength: "broken",
    flags: ["truncates"],
    before: 2,
    crypt: (password, { setting }) => crypt16(password, setting),
  }),
];

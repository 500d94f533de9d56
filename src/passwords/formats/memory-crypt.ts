import { encode64, number64, valueOf64 } from "./crypt/crypt64.js";
import { hmacStreebog256, streebog256 } from "./crypt/streebog.js";
import { holdsNul, textDigest } from "./crypt/work.js";
import { type YescryptParameters, yescrypt } from "./crypt/yescrypt.js";
import { readYescryptSetting, type YescryptSetting } from "./crypt/yescrypt-setting.js";
import { damaged, defineFormat, type PasswordFormat, within } from "./format.js";
import { checkScryptCosts, SCRYPT_CAPS, type ScryptCosts, scryptKey, scryptStrength } from "./scrypt.js";

/** 256 bits. */
const DIGEST = "[./0-9A-Za-z]{42}[./0-9A-D]";

/** KiB of memory, and KiB that may be passed over: about two seconds. */
const MOST_MEMORY = 256 * 1024;
const MOST_LANES = 64;
/** Smaller blocks take as long as these: what comes once for each block weighs more. */
const USUAL_R = 8;
const YESCRYPT_CAPS = "256 MiB of memory (128 · N · r bytes), and 256 MiB of work with t and p";

function memoryOf({ n, r }: Pick<YescryptParameters, "n" | "r">): number {
  return Math.ceil((n * r) / 8);
}

function checkCosts(name: string, { mode, n, r, p, t }: YescryptParameters): void {
  within(name, "lanes", p, 1, MOST_LANES);
  within(name, "KiB a block", Math.ceil(r / 8), 1, USUAL_R * 16);
  const work = memoryOf({ n, r: Math.max(r, USUAL_R) }) * (t + 1) * (mode === "rw" ? 1 : p);
  within(name, "KiB of work", work, 1, MOST_MEMORY);
  if (mode === "rw" && n / p <= 1) throw damaged(name, "each of its lanes would have less than two blocks");
  // RFC 7914 §2
  if (mode === "scrypt" && Math.log2(n) >= 16 * r) throw damaged(name, "its N is too large for its r");
}

interface YescryptHash extends YescryptSetting {
  readonly setting: string;
  readonly digest: string;
}

function yescryptFormat(
  name: string,
  title: string,
  magic: string,
  finish: (password: Buffer, setting: string, key: Buffer) => Buffer,
): PasswordFormat {
  const shape = new RegExp(`^(\\$${magic}\\$([./0-9A-Za-z]{3,36})\\$([./0-9A-Za-z]{0,86}))\\$(${DIGEST})$`);
  return defineFormat<YescryptHash>({
    name,
    title,
    sources: ["shadow", "libxcrypt"],
    shape,
    strength: {
      best: "strong",
      of: ({ parameters }) => (memoryOf(parameters) >= 4096 ? "strong" : "fair"),
    },
    caps: YESCRYPT_CAPS,
    parse(hash) {
      const [, setting = "", costs = "", salt = "", digest = ""] = shape.exec(hash) ?? [];
      const read = readYescryptSetting(costs, salt);
      if (read === null) throw damaged(name, "its parameters or its salt cannot be decoded");
      checkCosts(name, read.parameters);
      return { ...read, setting, digest };
    },
    parameters: ({ parameters: { mode, n, r, p, t } }) => ({ mode, N: n, r, p, t }),
    compare: {
      expected: ({ digest }) => textDigest(digest),
      digest(password, { salt, parameters, setting }) {
        if (holdsNul(password)) return null;
        return textDigest(encode64(finish(password, setting, yescrypt(password, salt, parameters))));
      },
    },
  });
}

interface Scrypt7Hash extends ScryptCosts {
  readonly salt: string;
  readonly digest: string;
}

const SCRYPT_7 =
  /^\$7\$([./0-9A-Za-z])([./0-9A-Za-z]{5})([./0-9A-Za-z]{5})([!-#%-~]{0,128})\$([./0-9A-Za-z]{42}[./0-9A-D])$/;

export const MEMORY_CRYPT_FORMATS: readonly PasswordFormat[] = [
  yescryptFormat(
    "yescrypt",
    "yescrypt, the default of today's Linux systems",
    "y",
    (_password, _setting, key) => key,
  ),
  yescryptFormat(
    "gost_yescrypt",
    "yescrypt with Streebog (GOST R 34.11-2012) over it, of ALT Linux",
    "gy",
    (password, setting, key) =>
      hmacStreebog256(hmacStreebog256(streebog256(password), Buffer.from(setting)), key),
  ),
  defineFormat<Scrypt7Hash>({
    name: "xcrypt_scrypt_7",
    title: "scrypt in the form of crypt(3)",
    sources: ["shadow", "libxcrypt", "passlib"],
    shape: SCRYPT_7,
    strength: { best: "strong", of: scryptStrength },
    caps: SCRYPT_CAPS,
    parse(hash) {
      const [, log = "", r = "", p = "", salt = "", digest = ""] = SCRYPT_7.exec(hash) ?? [];
      const costs = { logN: valueOf64(log, 0), r: number64(r), p: number64(p) };
      checkScryptCosts("xcrypt_scrypt_7", costs);
      if (costs.logN >= 16 * costs.r) throw damaged("xcrypt_scrypt_7", "its N is too large for its r");
      return { ...costs, salt, digest };
    },
    parameters: ({ logN, r, p }) => ({ N: 2 ** logN, r, p }),
    compare: {
      expected: ({ digest }) => textDigest(digest),
      digest: (password, hash) => textDigest(encode64(scryptKey(password, Buffer.from(hash.salt), hash, 32))),
    },
  }),
];

import { decode64, valueOf64 } from "./crypt64.js";
import type { YescryptParameters } from "./yescrypt.js";

/** What stands before the digest in a `$y$` hash. */
export interface YescryptSetting {
  readonly parameters: YescryptParameters;
  readonly salt: Buffer;
}

/** The flags of yescrypt's mode `rw` in the form that its settings have them: pwxform as everybody uses it. */
const RW_DEFAULTS = 0xb6;

/**
 * Reads `flags n r [which p t g rom]`, each a number of one to six characters, as they stand between the magic word and the
 * salt.
 *
 * @param text such as `j9T`.
 * @returns null where it is damaged or asks for something that no implementation makes hashes with (a ROM, another pwxform).
 * @see A. Peslyak, yescrypt, encoding of settings
 */
export function readYescryptSetting(text: string, salt: string): YescryptSetting | null {
  const numbers = readNumbers(text);
  const [flavour, nLog2, r, which = 0, ...rest] = numbers ?? [];
  if (flavour === undefined || nLog2 === undefined || r === undefined) return null;
  const mode = modeOf(flavour);
  // Bits of `which` name the numbers that follow: p, t, and the two (upgrades, ROM) that are not supported.
  if (mode === null || which > 3 || rest.length !== (which & 1) + (which >> 1)) return null;
  const p = which & 1 ? (rest[0] ?? 0) + 2 : 1;
  const t = which & 2 ? (rest.at(-1) ?? 0) + 1 : 0;
  const bytes = decode64(salt);
  if (bytes === null || bytes.length > 64 || (mode === "scrypt" && t > 0) || nLog2 > 62) return null;
  return { parameters: { mode, n: 2 ** (nLog2 + 1), r: r + 1, p, t }, salt: bytes };
}

function modeOf(flavour: number): YescryptParameters["mode"] | null {
  if (flavour === 0) return "scrypt";
  if (flavour === 1) return "worm";
  return 2 + ((flavour - 2) << 2) === RW_DEFAULTS ? "rw" : null;
}

/**
 * Numbers of variable length: the first character tells how many follow. The smallest values take one, and each further
 * character halves the first ones that are left. The fourth number, where there is one, says that it is at least 1.
 */
function readNumbers(text: string): number[] | null {
  const numbers: number[] = [];
  for (let at = 0; at < text.length; ) {
    const first = valueOf64(text, at++);
    if (first < 0) return null;
    let number = 0;
    let start = 0;
    let end = 47;
    let bits = 0;
    for (; first > end; bits += 6) {
      number += (end + 1 - start) * 2 ** bits;
      start = end + 1;
      end = start + ((62 - end) >> 1);
    }
    number += (first - start) * 2 ** bits;
    while (bits > 0) {
      bits -= 6;
      const value = valueOf64(text, at++);
      if (value < 0) return null;
      number += value * 2 ** bits;
    }
    numbers.push(numbers.length === 3 ? number + 1 : number);
  }
  return numbers;
}

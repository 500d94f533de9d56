import { WatchwordError } from "../base/errors.js";
import type { HashCandidate, HashHint, HashIdentity, StoredHash } from "../space/contract.js";
import type { PasswordFormat } from "./formats/format.js";
import {
  candidatesOf,
  type FormatHint,
  formatNamed,
  formatsOfSource,
  unknownScheme,
} from "./formats/registry.js";
import { hashText } from "./stored.js";

/**
 * What a hash may be, without computing anything. Load this file when it is needed: the forms take as long to load as all
 * the rest of a user space.
 * @throws WatchwordError `invalid-input` for a scheme or source that there is not.
 */
export function identifyHash(hash: StoredHash, { scheme, source }: HashHint = {}): HashIdentity {
  const text = hashText(hash);
  const fitting = formatsFor(text, {
    ...(scheme === undefined ? {} : { scheme }),
    ...(source === undefined ? {} : { source }),
  });
  const candidates = fitting.map((format) => describe(format, text));
  const isTold = scheme !== undefined || source !== undefined;
  return {
    scheme: candidates.length === 1 ? (candidates[0]?.scheme ?? null) : null,
    candidates,
    lookalikes: isTold ? [] : lookalikesOf(text, candidates.length > 0),
  };
}

/** Every text may be a password that lies there as it is; where it has the shape of a hash, that goes without saying. */
function lookalikesOf(text: string, isHash: boolean): readonly HashCandidate[] {
  return candidatesOf(text)
    .named.filter(({ strength }) => !isHash || strength !== "readable")
    .map((format) => describe(format, text));
}

function formatsFor(text: string, { scheme, source }: FormatHint): readonly PasswordFormat[] {
  if (scheme !== undefined) {
    const format = formatNamed(scheme);
    if (format === undefined) throw unknownScheme(scheme);
    return format.recognise(text) ? [format] : [];
  }
  return source === undefined ? candidatesOf(text).detected : formatsOfSource(source, text);
}

function describe(format: PasswordFormat, text: string): HashCandidate {
  const { name, title, sources, flags, needs } = format;
  const known = { scheme: name, title, sources, flags, needs };
  try {
    return { ...known, ...format.inspect(text), problem: null };
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    return { ...known, strength: format.strength, parameters: {}, problem: error.message };
  }
}

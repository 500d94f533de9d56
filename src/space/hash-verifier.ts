import { WatchwordError } from "../base/errors.js";
import { requireKnownFields, requireText } from "../base/input.js";
import { createHasher, normalizePassword } from "../passwords/hasher.js";
import { createLegacyCheck } from "../passwords/legacy.js";
import type { HashVerifier } from "./contract.js";

/** What {@link openHashVerifier} takes. */
export interface HashVerifierOptions {
  /** How many hashes are computed at once. Default: one a core. */
  readonly slots?: number;
}

const OPTIONS: { readonly [Field in keyof Required<HashVerifierOptions>]: true } = { slots: true };

/** As many as anybody may want to wait; a hash waits for nobody's sign-in here. */
const QUEUE = 1_000_000;

/**
 * Checks password hashes of any known form, without a user space: before a move, or for a table that stays where it is.
 * Costs nothing until its first call.
 *
 * @throws WatchwordError `invalid-option`
 * @example
 * ```ts
 * const hashes = openHashVerifier();
 * const hash = "pbkdf2_sha256$1000$ZVr99TFMsni3$MdTMyYBZYrXAe5DzdudUoCj3XcLpmtWw3kY8rjQMj/E=";
 * const verdict = await hashes.verify({ password: "correct horse battery staple", hash, source: "django" });
 * console.log(verdict); // { scheme: 'django_pbkdf2_sha256', valid: true }
 * await hashes.close();
 * ```
 */
export function openHashVerifier(options: HashVerifierOptions = {}): HashVerifier {
  requireKnownFields(options, OPTIONS, "openHashVerifier");
  const { slots } = options;
  if (slots !== undefined && !(Number.isInteger(slots) && slots >= 1 && slots <= 1024))
    throw new WatchwordError(
      "invalid-option",
      `The option slots is ${slots}; give a whole number from 1 to 1024.`,
      {
        details: { option: "slots" },
      },
    );
  const hasher = createHasher({
    memory: 19_456,
    passes: 2,
    lanes: 1,
    queue: QUEUE,
    ...(slots === undefined ? {} : { slots }),
  });
  const check = createLegacyCheck(hasher);
  return {
    verify: ({ password, hash, ...hint }) => check(password, hash, hint),
    async identify(hash, hint) {
      const { identifyHash } = await import("../passwords/identify.js");
      return identifyHash(hash, hint);
    },
    async hash(password) {
      // Only what could be checked anywhere is hashed; the text itself stays as typed, as `verify` compares it.
      normalizePassword(requireText(password, "password"));
      return hasher.hash(password);
    },
    close: () => hasher.close(),
  };
}

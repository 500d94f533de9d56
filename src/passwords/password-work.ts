import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { addressKey } from "../limits/address.js";
import type { PasswordHashInput, PasswordPolicy, PasswordRefused } from "../space/contract.js";
import type { Logger } from "../space/options.js";
import type { PasswordRecord } from "../store/contract.js";
import { type Hasher, type Lane, normalizePassword } from "./hasher.js";
import { layDown } from "./legacy.js";
import { reviewPassword } from "./policy.js";
import type { SecretSealing } from "./sealing.js";
import type { PasswordSecrets } from "./secrets.js";
import { OWN_SCHEME, readStored } from "./stored.js";

/**
 * Who waits for a hash: an account, and the part of an address that one machine cannot change at will, or a single host
 * would take as many places as its network has addresses.
 */
export function laneOf(context: { readonly ip?: string }, account?: string): Lane {
  return {
    ...(account === undefined ? {} : { account }),
    ...(context.ip === undefined ? {} : { address: addressKey(context.ip) }),
  };
}

/** The names that a password must not repeat. */
export interface Names {
  readonly username?: string | null;
  readonly email?: string | null;
}

/** What the flows do with passwords: review, hash, compare. The one place that knows how a text becomes a record. */
export interface PasswordWork {
  review(password: string, names: Names): Promise<{ readonly status: "accepted" } | PasswordRefused>;
  /** @throws WatchwordError `busy` */
  make(password: string, lane?: Lane): Promise<PasswordRecord>;
  /**
   * A record of a hash from another system.
   * @throws WatchwordError `busy`, `secret-missing`, `invalid-input` where the hash cannot be checked
   */
  layDown(input: PasswordHashInput, lane?: Lane): Promise<PasswordRecord>;
  /**
   * Costs one hash, whether there is a record or not.
   * @throws WatchwordError `busy`, `secret-missing`
   */
  matches(record: PasswordRecord | null, typed: string, lane?: Lane): Promise<boolean>;
  /** Whether a record is not what {@link make} would make today. */
  needsUpgrade(record: PasswordRecord): boolean;
}

export function createPasswordWork(deps: {
  readonly hasher: Hasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
  readonly secrets: PasswordSecrets;
  readonly sealing: SecretSealing;
  readonly logger: Logger;
}): PasswordWork {
  const { hasher, policy, clock, secrets, sealing, logger } = deps;

  /** Of our own making, or another system's that is the same but for what was done to the text. */
  function fitsOwn(record: PasswordRecord, typed: string, normalized: string, lane?: Lane): Promise<boolean> {
    const pepper = record.pepperId === null ? null : secrets.pepper(record.pepperId);
    return hasher.verify(record.hash, record.normalization === "nfkc" ? normalized : typed, lane, pepper);
  }

  function fitsLegacy(record: PasswordRecord, typed: string, lane?: Lane): Promise<boolean> {
    const secret = record.pepperId === null ? {} : secrets.legacy(record.pepperId);
    const questions = readStored(record).map(({ scheme, hash, context, argon2id, sealed }) => ({
      scheme,
      hash,
      argon2id,
      context: { ...secret, ...(sealed === undefined ? {} : sealing.open(sealed, hash)), ...context },
    }));
    return hasher.verifyLegacy(questions, Buffer.from(typed), lane, { topUp: true });
  }

  return {
    review: (password, names) => reviewPassword(password, names, policy),

    async make(password, lane) {
      const { newest } = secrets;
      const hash = await hasher.hash(normalizePassword(password), lane, newest?.secret ?? null);
      return {
        hash,
        scheme: OWN_SCHEME,
        normalization: "nfkc",
        pepperId: newest?.id ?? null,
        flags: [],
        changedAt: clock.now(),
      };
    },

    layDown: (input, lane) => layDown(input, { hasher, secrets, now: clock.now() }, lane),

    async matches(record, typed, lane) {
      // Normalised in any case: it refuses text that is too long or broken, whatever is compared afterwards.
      const normalized = normalizePassword(typed);
      if (record === null) return hasher.verifyNothing(normalized, lane);
      try {
        return record.scheme === OWN_SCHEME
          ? await fitsOwn(record, typed, normalized, lane)
          : await fitsLegacy(record, typed, lane);
      } catch (error) {
        if (!(error instanceof WatchwordError) || error.code !== "invalid-input") throw error;
        // Whoever types cannot help it, and must not learn from it that the account exists.
        logger.error(
          { err: error, scheme: record.scheme },
          "A stored password cannot be checked; set a new one.",
        );
        return hasher.verifyNothing(normalized, lane);
      }
    },

    needsUpgrade: (record) =>
      record.scheme !== OWN_SCHEME ||
      record.normalization !== "nfkc" ||
      record.pepperId !== (secrets.newest?.id ?? null) ||
      hasher.needsUpgrade(record.hash),
  };
}

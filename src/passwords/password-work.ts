import type { Clock } from "../base/clock.js";
import { addressKey } from "../limits/address.js";
import type { PasswordPolicy, PasswordRefused } from "../space/contract.js";
import type { PasswordRecord } from "../store/contract.js";
import { type Hasher, type Lane, normalizePassword } from "./hasher.js";
import { reviewPassword } from "./policy.js";

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
  /** Costs one hash, whether there is a record or not. @throws WatchwordError `busy` */
  matches(record: PasswordRecord | null, typed: string, lane?: Lane): Promise<boolean>;
}

export function createPasswordWork(deps: {
  readonly hasher: Hasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
}): PasswordWork {
  const { hasher, policy, clock } = deps;
  return {
    review: (password, names) => reviewPassword(password, names, policy),

    async make(password, lane) {
      const hash = await hasher.hash(normalizePassword(password), lane);
      return {
        hash,
        scheme: "argon2id",
        normalization: "nfkc",
        pepperId: null,
        flags: [],
        changedAt: clock.now(),
      };
    },

    async matches(record, typed, lane) {
      if (record === null) return hasher.verifyNothing(normalizePassword(typed), lane);
      // Normalised in any case: it refuses text that is too long or broken, whatever is compared afterwards.
      const normalized = normalizePassword(typed);
      return hasher.verify(record.hash, record.normalization === "nfkc" ? normalized : typed, lane);
    },
  };
}

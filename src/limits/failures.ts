import type { Clock } from "../base/clock.js";
import { hmac } from "../base/crypto.js";
import { limitForm } from "../base/keys.js";
import type { Limited } from "../space/contract.js";
import type { Logger } from "../space/options.js";
import type { LimitHit, Store } from "../store/contract.js";
import { addressKey } from "./address.js";
import { waitOf } from "./limits.js";
import {
  ACCOUNT_FAILURES,
  ADDRESS_FAILURES,
  MOST_ACCOUNT_FAILURES,
  PAIR_FAILURES,
  SPACE_FAILURES,
  SPACE_FAILURES_TO_TELL,
} from "./rules.js";

/** Who tries a password, and from where. */
export interface PasswordTry {
  /** The user's id, or what was typed where it is nobody's name. */
  readonly account: { readonly userId: string } | { readonly typed: string };
  readonly ip: string | undefined;
  /** The id of a device that this user signed in from before; its failures are counted apart. */
  readonly device: string | null;
}

/** A try that has been charged. Exactly one of the three ends it; without any it counts as a failure. */
export interface ChargedTry {
  readonly status: "charged";
  /** After a hundred failures in a row the password alone is no longer enough, except on a known device. */
  readonly needsCode: boolean;
  /** The password was right: the counts of this account start anew. */
  succeeded(): Promise<void>;
  /** The password was never compared: everything is as before. */
  withdrawn(): Promise<void>;
}

/**
 * Failed passwords, charged before the hash is computed, so that any number of parallel guesses computes no more hashes
 * than the limit allows. Nobody can lock an owner out: a pair lock binds one address, and the count of an account
 * only asks for a code besides.
 */
export interface Failures {
  charge(attempt: PasswordTry): Promise<ChargedTry | Limited>;
  /** Forgets what was counted for an account: its password was reset, or its owner proved themselves. */
  forget(userId: string): Promise<void>;
}

export function createFailures(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly key: Buffer;
  readonly logger: Logger;
}): Failures {
  const { store, clock, key, logger } = deps;

  return {
    async charge(attempt) {
      const account =
        "userId" in attempt.account
          ? attempt.account.userId
          : `?${hmac(key, limitForm(attempt.account.typed))}`;
      const address = attempt.ip === undefined ? null : addressKey(attempt.ip);
      const pairKey =
        attempt.device === null ? `fail:${account}:${address ?? "-"}` : `fail:${account}:d:${attempt.device}`;
      const accountKey = attempt.device === null ? `fail:${account}` : null;
      const hits: LimitHit[] = [];
      // Without an address there is no stranger to tell from the owner: such a lock would lock the owner out.
      if (address !== null || attempt.device !== null) hits.push({ key: pairKey, rule: PAIR_FAILURES });
      if (address !== null) hits.push({ key: `fail:ip:${address}`, rule: ADDRESS_FAILURES });
      if (accountKey !== null) hits.push({ key: accountKey, rule: ACCOUNT_FAILURES });
      hits.push({ key: "fail:space", rule: SPACE_FAILURES });

      const now = clock.now();
      const results = await store.hitLimits(hits, now);
      const refused = results.find((result) => !result.allowed);
      if (refused !== undefined) return { status: "limited", retryAfter: waitOf(refused, now) };

      if (results.at(-1)?.count === SPACE_FAILURES_TO_TELL)
        logger.warn(
          { failures: SPACE_FAILURES_TO_TELL },
          "many failed passwords within an hour: somebody may be trying stolen ones",
        );
      const accountCount = accountKey === null ? 0 : (results.at(-2)?.count ?? 0);
      const settle = (owner: "reset" | "refund") =>
        store.settleLimits(
          hits.map((hit) => ({
            key: hit.key,
            action: hit.key === pairKey || hit.key === accountKey ? owner : "refund",
          })),
          clock.now(),
        );
      return {
        status: "charged",
        needsCode: accountCount > MOST_ACCOUNT_FAILURES,
        succeeded: () => settle("reset"),
        withdrawn: () => settle("refund"),
      };
    },

    forget: (userId) => store.settleLimits([{ key: `fail:${userId}`, action: "reset" }], clock.now()),
  };
}

import type { Clock } from "../base/clock.js";
import { hmac } from "../base/crypto.js";
import { limitForm } from "../base/keys.js";
import { MAILED_PURPOSES } from "../codes/purposes.js";
import type { Limited } from "../space/contract.js";
import type { Logger } from "../space/options.js";
import type { LimitSettlement, Store, UserRecord, WindowRule } from "../store/contract.js";
import type { ActionRules } from "./actions.js";
import { addressKey } from "./address.js";
import { byCode } from "./guard.js";
import { limitedBy } from "./limits.js";
import {
  ACCOUNT_FAILURES,
  MOST_ACCOUNT_FAILURES,
  NOBODYS_FAILURES,
  SIGNED_IN_FAILURES,
  SPACE_FAILURES,
  SPACE_FAILURES_TO_TELL,
  UNREACHABLE_FAILURES,
} from "./rules.js";

/** Who tries a password, and from where. */
export interface PasswordTry {
  /** The user's id, or what was typed where it is nobody's name. */
  readonly account: { readonly userId: string; readonly isPending?: boolean } | { readonly typed: string };
  /** Counts the pair under this text, not under the account. */
  readonly typed?: string;
  readonly ip: string | undefined;
  /** What sets the person apart from strangers: a device that they signed in from before, or the session they act in. */
  readonly known: { readonly device: string } | { readonly session: string } | null;
  /** Asks no limit and counts nothing. */
  readonly skip?: boolean;
}

/** A try that has been charged. Exactly one of the three ends it; without any it counts as a failure. */
export interface ChargedTry {
  readonly status: "charged";
  /** After a hundred failures in a row the password alone is no longer enough, except on a known device. */
  readonly needsCode: boolean;
  /** The password was right: the counts of this account start anew. */
  succeeded(): Promise<void>;
  /** What {@link succeeded} writes, for a write that takes it along. */
  readonly success: readonly LimitSettlement[];
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
  /** One try of an account that no code can reach, once a hundred have failed; false: not now. */
  mayTryUnreachable(userId: string): Promise<boolean>;
  /**
   * Forgets what was counted for an account, and for it from this address, wrong codes of its second factor too: its
   * password was reset, its owner proved themselves, or it is gone.
   */
  forget(userId: string, ip?: string): Promise<void>;
  /** As {@link forget}, from every address, device and session, and wrong codes of every kind. */
  forgetEverywhere(user: Pick<UserRecord, "id" | "username" | "email">): Promise<void>;
}

/** How many counters are read at once. */
const PAGE = 500;

interface FailureHit {
  readonly key: string;
  readonly rule: WindowRule;
}

/** A try that no limit was asked about. */
const UNCHARGED: ChargedTry = {
  status: "charged",
  needsCode: false,
  success: [],
  succeeded: async () => {},
  withdrawn: async () => {},
};

export function createFailures(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly key: Buffer;
  readonly logger: Logger;
  /** Null: only what an account counts from everywhere is left. */
  readonly limits: ActionRules | null;
}): Failures {
  const { store, clock, key, logger, limits } = deps;

  return {
    async charge(attempt) {
      if (attempt.skip === true) return UNCHARGED;
      const isLasting = "userId" in attempt.account && attempt.account.isPending !== true;
      const account =
        "userId" in attempt.account
          ? attempt.account.userId
          : `?${hmac(key, limitForm(attempt.account.typed))}`;
      const address = attempt.ip === undefined ? null : addressKey(attempt.ip);
      const { known } = attempt;
      const from =
        known === null ? (address ?? "-") : "device" in known ? `d:${known.device}` : `s:${known.session}`;
      const pair = attempt.typed === undefined ? account : `?${hmac(key, limitForm(attempt.typed))}`;
      const pairKey = `fail:${known === null ? pair : account}:${from}`;
      const accountHit = accountHitOf(account, isLasting, known);
      const hits: FailureHit[] = [];
      // Without an address there is no stranger to tell from the owner: such a lock would lock the owner out.
      if (limits !== null && (address !== null || known !== null))
        hits.push({ key: pairKey, rule: limits.perAccount });
      if (limits !== null && address !== null)
        hits.push({ key: `fail:ip:${address}`, rule: limits.perAddress });
      if (accountHit !== null) hits.push(accountHit);
      hits.push({ key: "fail:space", rule: SPACE_FAILURES });

      const now = clock.now();
      const results = await store.hitLimits(hits, now);
      const at = results.findIndex((result) => !result.allowed);
      const refused = hits[at];
      if (refused !== undefined) return limitedBy(results[at], refused.rule, now);

      if (results.at(-1)?.count === SPACE_FAILURES_TO_TELL)
        logger.warn(
          { failures: SPACE_FAILURES_TO_TELL },
          "many failed passwords within an hour: somebody may be trying stolen ones",
        );
      const accountCount = accountHit === null ? 0 : (results.at(-2)?.count ?? 0);
      const settlements = (own: LimitSettlement["action"]): LimitSettlement[] =>
        hits.map((hit) => ({
          key: hit.key,
          action: hit.key === pairKey || hit === accountHit ? own : "refund",
        }));
      const success = settlements("reset");
      return {
        status: "charged",
        needsCode: accountCount > MOST_ACCOUNT_FAILURES,
        success,
        succeeded: () => store.settleLimits(success, clock.now()),
        withdrawn: () => store.settleLimits(settlements("refund"), clock.now()),
      };
    },

    async mayTryUnreachable(userId) {
      const hit = { key: `fail:${userId}:unreachable`, rule: UNREACHABLE_FAILURES };
      return (await store.hitLimits([hit], clock.now()))[0]?.allowed === true;
    },

    forget(userId, ip) {
      const parts = ["", ":signed-in", ":unreachable", ...(ip === undefined ? [] : [`:${addressKey(ip)}`])];
      // A second factor has no link that would work when its tries are gone, so whoever has the password alone could keep
      // the owner out for a month.
      const keys = [...parts.map((part) => `fail:${userId}${part}`), byCode(userId, "second-factor")];
      return store.settleLimits(
        keys.map((key) => ({ key, action: "reset" }) as const),
        clock.now(),
      );
    },

    async forgetEverywhere({ id, username, email }) {
      // In an exact space a pair is counted under what was typed.
      const typed = [username, email].filter((name) => name !== null);
      const accounts = [id, ...typed.map((name) => `?${hmac(key, limitForm(name))}`)];
      const found = await Promise.all(accounts.map((account) => keysBelow(`fail:${account}`)));
      const keys = [...found.flat(), ...MAILED_PURPOSES.map((purpose) => byCode(id, purpose))];
      await store.settleLimits(
        keys.map((each) => ({ key: each, action: "reset" }) as const),
        clock.now(),
      );
    },
  };

  /** The counter of this name, and those that its name stands before. */
  async function keysBelow(name: string): Promise<string[]> {
    const keys = [name];
    let after = `${name}:`;
    for (;;) {
      const page = await store.readRecords("limits", after, PAGE);
      const own = page.filter((record) => record.key.startsWith(`${name}:`));
      keys.push(...own.map((record) => record.key));
      const last = page.at(-1);
      if (last === undefined || own.length < PAGE) return keys;
      after = last.key;
    }
  }
}

/** The count of the account that a try belongs to; none on a known device, whose pair lock is enough. */
function accountHitOf(account: string, isLasting: boolean, known: PasswordTry["known"]): FailureHit | null {
  if (known === null)
    return { key: `fail:${account}`, rule: isLasting ? ACCOUNT_FAILURES : NOBODYS_FAILURES };
  return "session" in known ? { key: `fail:${account}:signed-in`, rule: SIGNED_IN_FAILURES } : null;
}

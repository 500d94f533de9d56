import type { Clock } from "../base/clock.js";
import type { Limited } from "../space/contract.js";
import type { LimitHit, LimitRule, Store } from "../store/contract.js";
import { addressKey } from "./address.js";
import { waitOf } from "./limits.js";

/** Windows for the actions of people: hits all that apply, or answers when it is worth trying again. */
export interface Guard {
  /** `rules` by key; a key of null is left out (no address known, for one). Null: go on. */
  pass(rules: readonly (readonly [key: string | null, rule: LimitRule])[]): Promise<Limited | null>;
  /** Takes one hit back. */
  refund(key: string): Promise<void>;
  reset(key: string): Promise<void>;
}

export function createGuard(store: Store, clock: Clock): Guard {
  return {
    async pass(rules) {
      const hits: LimitHit[] = [];
      for (const [key, rule] of rules) if (key !== null) hits.push({ key, rule });
      if (hits.length === 0) return null;
      const now = clock.now();
      const refused = (await store.hitLimits(hits, now)).find((result) => !result.allowed);
      return refused === undefined ? null : { status: "limited", retryAfter: waitOf(refused, now) };
    },
    refund: (key) => store.settleLimits([{ key, action: "refund" }], clock.now()),
    reset: (key) => store.settleLimits([{ key, action: "reset" }], clock.now()),
  };
}

/** The key of an action from an address, or null where the address is not known. */
export function byAddress(action: string, ip: string | undefined): string | null {
  return ip === undefined ? null : `${action}:ip:${addressKey(ip)}`;
}

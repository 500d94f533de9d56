import type { Clock } from "../base/clock.js";
import type { Limited } from "../space/contract.js";
import type { Store, WindowRule } from "../store/contract.js";
import { askLimit } from "../store/limit-rule.js";
import { addressKey } from "./address.js";
import { limitedBy } from "./limits.js";

/** Windows for the actions of people: hits all that apply, or answers when it is worth trying again. */
export interface Guard {
  /** `rules` by key; a key of null is left out (no address known, for one), and so is a rule of null (switched off). Null: go on. */
  pass(rules: readonly (readonly [key: string | null, rule: WindowRule | null])[]): Promise<Limited | null>;
  /** Takes one hit back. */
  refund(key: string): Promise<void>;
  reset(key: string): Promise<void>;
}

export function createGuard(store: Store, clock: Clock): Guard {
  return {
    async pass(rules) {
      const hits: { readonly key: string; readonly rule: WindowRule }[] = [];
      for (const [key, rule] of rules) if (key !== null && rule !== null) hits.push({ key, rule });
      if (hits.length === 0) return null;
      const now = clock.now();
      // A refused hit changes nothing, so what is plainly full is refused without a write: a flood costs look-ups only.
      for (const { key, rule } of hits) {
        const asked = askLimit(await store.readLimit(key), rule, now);
        if (!asked.allowed) return limitedBy(asked, rule, now);
      }
      const results = await store.hitLimits(hits, now);
      const at = results.findIndex((result) => !result.allowed);
      const rule = hits[at]?.rule;
      return rule === undefined ? null : limitedBy(results[at], rule, now);
    },
    refund: (key) => store.settleLimits([{ key, action: "refund" }], clock.now()),
    reset: (key) => store.settleLimits([{ key, action: "reset" }], clock.now()),
  };
}

/** The key under which the wrong typed codes of one user and purpose add up. */
export function byCode(userId: string, purpose: string): string {
  return `code:${userId}:${purpose}`;
}

/** The key of an action from an address, or null where the address is not known. */
export function byAddress(action: string, ip: string | undefined): string | null {
  return ip === undefined ? null : `${action}:ip:${addressKey(ip)}`;
}

import type { Clock } from "../base/clock.js";
import type { Logger } from "../space/options.js";
import type { PasswordRecord, Store } from "../store/contract.js";
import type { PasswordWork } from "./password-work.js";

/**
 * Makes a stored hash anew, where it is weaker than today's, once its password is at hand (OWASP, "Password Storage").
 * In the background: nobody waits for it, and a failure costs no more than the chance.
 */
export interface Renewal {
  begin(userId: string, record: PasswordRecord | null, password: string): void;
  /** Waits for what is under way. */
  settled(): Promise<void>;
}

export function createRenewal(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly passwords: PasswordWork;
  readonly needsUpgrade: (hash: string) => boolean;
  readonly logger: Logger;
}): Renewal {
  const { store, clock, passwords, needsUpgrade, logger } = deps;
  const underWay = new Set<Promise<void>>();

  async function renew(userId: string, record: PasswordRecord, password: string): Promise<void> {
    const next = await passwords.make(password);
    // Compare and set: a password that was changed meanwhile stays changed.
    await store.replacePassword(userId, record.hash, next, { raiseEpoch: false, now: clock.now() }, []);
  }

  return {
    begin(userId, record, password) {
      if (record === null || !needsUpgrade(record.hash)) return;
      const work = renew(userId, record, password).catch((error: unknown) =>
        logger.warn({ err: error, userId }, "A weaker hash was not renewed; the next sign-in tries again."),
      );
      underWay.add(work);
      work.finally(() => underWay.delete(work));
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

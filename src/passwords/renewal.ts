import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import type { Logger } from "../space/options.js";
import type { PasswordRecord, Store } from "../store/contract.js";
import type { PasswordWork } from "./password-work.js";
import { holdsSeveral, OWN_SCHEME } from "./stored.js";

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
  readonly logger: Logger;
}): Renewal {
  const { store, clock, passwords, logger } = deps;
  const underWay = new Set<Promise<void>>();

  async function renew(userId: string, record: PasswordRecord, password: string): Promise<void> {
    const made = await passwords.make(password);
    const next = { ...made, flags: leftBehind(record, password) };
    const now = clock.now();
    const details = { from: record.scheme, flags: [...next.flags] };
    const events = [auditEvent("password.renewed", { now, userId, details }, {})];
    // Compare and set: a password that was changed meanwhile stays changed.
    await store.replacePassword(userId, record.hash, next, { raiseEpoch: false, now }, events);
  }

  return {
    begin(userId, record, password) {
      if (record === null || !passwords.needsUpgrade(record)) return;
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

/** bcrypt counts this many bytes, and a shorter password has all of them counted. */
const BCRYPT_BYTES = 72;

/**
 * What stays true of a password after its hash was made anew: where the old form did not look at all of it, what was typed
 * now may not be what the person takes for their password.
 */
function leftBehind(record: PasswordRecord, password: string): readonly string[] {
  if (record.scheme === OWN_SCHEME) return record.flags;
  // Of several it is not known which one fitted.
  const isBcrypt = record.scheme.includes("bcrypt") && !holdsSeveral(record);
  const isWhole = isBcrypt && Buffer.byteLength(password) <= BCRYPT_BYTES;
  return record.flags
    .filter((flag) => flag !== "unsalted" && !(isWhole && flag === "truncates"))
    .map((flag) => `was:${flag}`);
}

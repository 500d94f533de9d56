import { DAY, HOUR, MINUTE, SECOND } from "../base/clock.js";
import type { LimitRule } from "../store/contract.js";

/** A rule that only counts. */
const COUNT_ONLY = Number.MAX_SAFE_INTEGER;

/** Failed passwords of one account from one address: five, then waits that grow from half a minute to an hour. */
export const PAIR_FAILURES: LimitRule = { max: 5, window: DAY, lock: { base: 30 * SECOND, longest: HOUR } };

/** Failed passwords from one address, whatever the account. Successes are taken back, so an office does not fill it. */
export const ADDRESS_FAILURES: LimitRule = { max: 100, window: HOUR };

/** Failed passwords of one account in a row, from anywhere: never refused, and after this many a code is asked for too. */
export const ACCOUNT_FAILURES: LimitRule = { max: COUNT_ONLY, window: null };
/** NIST SP 800-63B-4, 3.2.2. */
export const MOST_ACCOUNT_FAILURES = 100;

/** Failed passwords in the whole space within an hour: counted, and told to the operator. */
export const SPACE_FAILURES: LimitRule = { max: COUNT_ONLY, window: HOUR };
export const SPACE_FAILURES_TO_TELL = 1000;

/** Sign-ups from one address. */
export const SIGN_UPS: LimitRule = { max: 30, window: HOUR };
/** Mails that a stranger can cause to one address, of one purpose. */
export const MAILS_TO_ADDRESS: LimitRule = { max: 5, window: HOUR };
/** Requests for mails from one address. */
export const MAIL_REQUESTS: LimitRule = { max: 30, window: HOUR };
/** Codes and links tried from one address. */
export const CODE_TRIES_FROM_ADDRESS: LimitRule = { max: 60, window: 10 * MINUTE };
/** Wrong typed codes of one user and purpose, over all re-sends; then only links work. */
export const CODE_TRIES: LimitRule = { max: 100, window: null };

import { DAY, HOUR, MINUTE, SECOND } from "../base/clock.js";
import type { WindowRule } from "../store/contract.js";

/** A rule that only counts. */
const COUNT_ONLY = Number.MAX_SAFE_INTEGER;

/** Failed passwords of one account from one address: five, then waits that grow from half a minute to an hour. */
export const PAIR_FAILURES: WindowRule = { max: 5, window: DAY, lock: { base: 30 * SECOND, longest: HOUR } };

/** Failed passwords from one address, whatever the account. Successes are taken back, so an office does not fill it. */
export const ADDRESS_FAILURES: WindowRule = { max: 100, window: HOUR };

/** NIST SP 800-63B-4, 3.2.2. */
export const MOST_ACCOUNT_FAILURES = 100;
/** Failed passwords of one account in a row, from anywhere: never refused, and after a hundred a code is asked for too. */
export const ACCOUNT_FAILURES: WindowRule = { max: COUNT_ONLY, window: null };
/** The same for a name that is nobody's, which need not be remembered for ever. */
export const NOBODYS_FAILURES: WindowRule = { max: COUNT_ONLY, window: 30 * DAY };
/** Failed passwords of somebody who is signed in, over all sessions: whoever holds a stolen one shall not guess for ever. */
export const SIGNED_IN_FAILURES: WindowRule = { max: MOST_ACCOUNT_FAILURES, window: null };
/** After the hundred, for an account with no address that a code could go to: one try, then a wait that grows. */
export const UNREACHABLE_FAILURES: WindowRule = {
  max: 1,
  window: null,
  lock: { base: 30 * SECOND, longest: HOUR },
};

/** Failed passwords in the whole space within an hour: counted, and told to the operator. */
export const SPACE_FAILURES: WindowRule = { max: COUNT_ONLY, window: HOUR };
export const SPACE_FAILURES_TO_TELL = 1000;

/** Mails that a stranger can cause to one inbox, of one kind. */
export const MAILS_TO_ADDRESS: WindowRule = { max: 5, window: HOUR };
/** Codes of a second factor to one inbox: each comes after the right password, so no stranger causes one. */
export const SECOND_FACTOR_MAILS: WindowRule = { max: 20, window: HOUR };
/** Requests for mails from one address. */
export const MAIL_REQUESTS: WindowRule = { max: 30, window: HOUR };
/** Codes and links tried from one address. */
export const CODE_TRIES_FROM_ADDRESS: WindowRule = { max: 60, window: 10 * MINUTE };
/** Changes that somebody makes to their own password, each of which mails a notice. */
export const OWN_PASSWORD_CHANGES: WindowRule = { max: 20, window: HOUR };
/** Changes that somebody makes to their own names, each of which leaves a row behind. */
export const OWN_CHANGES: WindowRule = { max: 60, window: HOUR };
/** Wrong typed codes of one user and purpose within a month, over all re-sends; then only links work. */
export const CODE_TRIES: WindowRule = { max: 100, window: 30 * DAY };

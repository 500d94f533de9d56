import { DAY } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import type { ActionLimit, LimitOptions, LimitWindow } from "../space/options.js";
import type { WindowRule } from "../store/contract.js";
import {
  ADDRESS_FAILURES,
  CODE_TRIES,
  CODE_TRIES_FROM_ADDRESS,
  MAIL_REQUESTS,
  MAILS_TO_ADDRESS,
  PAIR_FAILURES,
} from "./rules.js";

/** The windows of one kind of action: by the address that it comes from, and by the account that it is about. */
export interface ActionRules {
  readonly perAddress: WindowRule;
  readonly perAccount: WindowRule;
}

/** What people do that is limited; null: that limit is off. */
export type ActionLimits = Readonly<Record<keyof LimitOptions, ActionRules | null>>;

const DEFAULTS: Readonly<Record<keyof LimitOptions, ActionRules>> = {
  signIn: { perAddress: ADDRESS_FAILURES, perAccount: PAIR_FAILURES },
  signUp: { perAddress: MAIL_REQUESTS, perAccount: MAILS_TO_ADDRESS },
  reset: { perAddress: MAIL_REQUESTS, perAccount: MAILS_TO_ADDRESS },
  resend: { perAddress: MAIL_REQUESTS, perAccount: MAILS_TO_ADDRESS },
  code: { perAddress: MAIL_REQUESTS, perAccount: MAILS_TO_ADDRESS },
  verify: { perAddress: CODE_TRIES_FROM_ADDRESS, perAccount: CODE_TRIES },
};

/** More fits in no header field (RFC 9651 allows 15 digits) and protects nothing. */
const MOST = 1_000_000_000;
const LONGEST = 3650 * DAY;

/** The options over the defaults. @throws WatchwordError `invalid-option` */
export function readActionLimits(options: LimitOptions = {}): ActionLimits {
  requireObject(options, "limits", "an object with one entry an action");
  return {
    signIn: readAction("signIn", options),
    signUp: readAction("signUp", options),
    reset: readAction("reset", options),
    resend: readAction("resend", options),
    code: readAction("code", options),
    verify: readAction("verify", options),
  };
}

function readAction(name: keyof LimitOptions, options: LimitOptions): ActionRules | null {
  const defaults = DEFAULTS[name];
  const given: false | ActionLimit | undefined = options[name];
  if (given === undefined) return defaults;
  if (given === false) return null;
  requireObject(given, `limits.${name}`, "false or an object with perAddress and perAccount");
  return {
    perAddress: readWindow(`limits.${name}.perAddress`, given.perAddress, defaults.perAddress),
    perAccount: readWindow(`limits.${name}.perAccount`, given.perAccount, defaults.perAccount),
  };
}

/** A lock of the default stays: the number says when the waits begin, the window when counting starts anew. */
function readWindow(name: string, given: LimitWindow | undefined, fallback: WindowRule): WindowRule {
  if (given === undefined) return fallback;
  requireObject(given, name, "an object with max and window");
  return {
    ...fallback,
    max: requireWhole(given.max, `${name}.max`, MOST),
    window: requireWhole(given.window, `${name}.window`, LONGEST),
  };
}

function requireObject(value: unknown, name: string, shape: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new WatchwordError("invalid-option", `${name} must be ${shape}.`, { details: { option: name } });
}

function requireWhole(value: unknown, name: string, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > most)
    throw new WatchwordError("invalid-option", `${name} must be a whole number from 1 to ${most}.`, {
      details: { option: name },
    });
  return value;
}

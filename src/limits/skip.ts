import { WatchwordError } from "../base/errors.js";
import { requireBoolean } from "../base/input.js";
import type { Context, LimitSkip } from "../space/contract.js";

/**
 * Whether a call goes past the limits: none is asked, and nothing is counted. For the application itself; rights bind
 * people, so no person may.
 *
 * @throws WatchwordError `not-allowed` for a person, `invalid-input` where it is neither true nor false
 */
export function skipsLimits(input: LimitSkip & Context): boolean {
  if (input.skipLimits === undefined || !requireBoolean(input.skipLimits, "skipLimits")) return false;
  if (input.actor !== undefined && input.actor.type !== "system")
    throw new WatchwordError(
      "not-allowed",
      "Only the application itself may skip limits; leave skipLimits out where a person acts.",
    );
  return true;
}

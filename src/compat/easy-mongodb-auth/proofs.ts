import { WatchwordError } from "../../base/errors.js";
import type { PasswordRefused, UserSpace, UserWithData } from "../../index.js";
import { validateEmail } from "./extras.js";
import { findUser, type Outcome } from "./handle.js";
import { patiently } from "./patience.js";

/** Longer than any code; a text that is longer yet is refused by the space, and never right. */
const LONGEST_CODE = 64;

/** A code is never right that is no text; so it is compared as the empty one. */
export function readCode(code: unknown): string {
  return typeof code === "string" && code.length <= LONGEST_CODE ? code : "";
}

export function isRight(
  space: UserSpace,
  user: UserWithData,
  password: string,
  options: { readonly renew?: boolean } = {},
): Promise<boolean> {
  return patiently(() => space.passwords.check(user.id, password, options));
}

/** What became of a code that was not taken. */
export function refusedCode(status: string): Outcome {
  return status === "limited" ? "rate_limited" : "invalid_reset";
}

/** By a policy that the space was opened with. */
export function refusal({ reason, message }: PasswordRefused): WatchwordError {
  return new WatchwordError("password-refused", message, { details: { reason } });
}

/** What stands against a new address; null: nothing. */
export async function refuseAddress(space: UserSpace, newEmail: string): Promise<Outcome | null> {
  if (!validateEmail(newEmail)) return "invalid_email";
  return (await findUser(space, newEmail)) === null ? null : "user_exists";
}

import { WatchwordError } from "../base/errors.js";
import type { SignUpPolicy } from "../sign-up/sign-up.js";
import type { EmailCodeSignIn } from "./contract.js";
import type { OpenOptions } from "./options.js";

/** What the options say about signing up and signing in. */
export interface PeoplePolicy {
  readonly signUp: SignUpPolicy;
  readonly signIn: { readonly requireVerifiedEmail: boolean; readonly emailCode: EmailCodeSignIn };
}

/** @throws WatchwordError `invalid-option` */
export function readPeoplePolicy(options: OpenOptions): PeoplePolicy {
  const { signUp = {}, signIn = {} } = options;
  const emailCode = oneOf("signIn.emailCode", signIn.emailCode, ["without-password", "everybody", "nobody"]);
  const password = oneOf("signUp.password", signUp.password, ["required", "optional", "none"]);
  if (password !== "required" && emailCode === "nobody")
    throw new WatchwordError(
      "invalid-option",
      `signUp.password is "${password}" and signIn.emailCode "nobody": people without a password could never sign in. Change one of them.`,
      { details: { option: "signIn.emailCode" } },
    );
  return {
    signUp: {
      enabled: signUp.enabled ?? true,
      verification: oneOf("signUp.verification", signUp.verification, ["required", "none"]),
      password,
    },
    signIn: { requireVerifiedEmail: signIn.requireVerifiedEmail ?? false, emailCode },
  };
}

/** The first is the default. */
function oneOf<T extends string>(option: string, given: T | undefined, values: readonly [T, ...T[]]): T {
  if (given === undefined) return values[0];
  if (values.includes(given)) return given;
  throw new WatchwordError("invalid-option", `${option} must be one of ${values.join(", ")}.`, {
    details: { option },
  });
}

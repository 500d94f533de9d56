import type { EmailCodeSignIn } from "../space/contract.js";
import { createAdmission } from "./admission.js";
import { createEmailCode, type EmailCodeStep } from "./email-code.js";
import { createNewDeviceNotice } from "./new-device.js";
import { createOwnStep, type OwnStep } from "./own-step.js";
import { createSecondFactor } from "./second-factor.js";
import { createSignIn, type SignIn } from "./sign-in.js";
import { createUnlock, type Unlock } from "./unlock.js";

export interface SignInPolicy {
  readonly requireVerifiedEmail: boolean;
  /** Which accounts a mailed code alone signs in. */
  readonly emailCode: EmailCodeSignIn;
  /** Whether the owner is told of a sign-in on a device that is not known. */
  readonly tellNewDevice: boolean;
}

type Deps = Omit<
  Parameters<typeof createSignIn>[0] &
    Parameters<typeof createAdmission>[0] &
    Parameters<typeof createEmailCode>[0] &
    Parameters<typeof createSecondFactor>[0],
  "admission" | "secondFactor" | "emailCode" | "newDeviceNotice" | "requireVerifiedEmail" | "allowed"
> & { readonly policy: SignInPolicy };

/** All ways in, over the same last steps. */
export function createSignInFlows(deps: Deps): {
  readonly signIn: SignIn;
  readonly emailCode: EmailCodeStep;
  readonly ownStep: OwnStep;
  readonly unlock: Unlock;
} {
  const { policy } = deps;
  const admission = createAdmission({
    ...deps,
    requireVerifiedEmail: policy.requireVerifiedEmail,
    newDeviceNotice: createNewDeviceNotice({ ...deps, isWanted: policy.tellNewDevice }),
  });
  const secondFactor = createSecondFactor({ ...deps, admission });
  const emailCode = createEmailCode({ ...deps, admission, allowed: policy.emailCode });
  return {
    signIn: createSignIn({ ...deps, admission, secondFactor, emailCode }),
    emailCode,
    ownStep: createOwnStep(deps),
    unlock: createUnlock(deps),
  };
}

import type { CodePurpose } from "../space/contract.js";

/** Everything that codes serve, the set-up of the first administrator included. */
export type DeskPurpose = CodePurpose | "set-up";

/** Those that a mail carries to a user's address. */
export const MAILED_PURPOSES: readonly CodePurpose[] = [
  "verify-email",
  "reset-password",
  "change-email",
  "sign-in",
  "second-factor",
  "delete-account",
  "unlock",
];

/** Those that a new password ends: whoever asked for them may have done so with the old one. */
export const PURPOSES_ENDED_BY_PASSWORD: readonly CodePurpose[] = MAILED_PURPOSES.filter(
  (purpose) => purpose !== "verify-email",
);

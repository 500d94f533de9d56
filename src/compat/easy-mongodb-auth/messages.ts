/** Every outcome by the original's name for it: its number, and its sentence as the original's document has it. */
const OUTCOMES = {
  success: [200, "Success"],
  verification_code_sent: [201, "Verification email sent."],
  authentication_success: [202, "Authentication successful."],
  password_reset_success: [203, "Password reset successful."],
  user_deleted: [204, "User deleted."],
  data_updated: [205, "Custom user data field updated."],
  data_changed: [206, "Custom user data changed."],
  user_unblocked: [207, "User unblocked."],
  user_verified: [300, "User verified."],
  not_blocked: [301, "User is not blocked."],
  not_verified: [302, "User is not verified."],
  error: [400, "Error"],
  rate_limited: [401, "User exceeded rate limits."],
  user_exists: [402, "User already exists."],
  user_blocked: [403, "User is blocked."],
  user_not_found: [404, "User not found."],
  user_not_deleted: [410, "Failed to delete user."],
  field_not_found: [412, "Field not found."],
  invalid_reset: [417, "Invalid code."],
  not_deleted: [419, "Failed to delete user."],
  not_deleted_blocked: [420, "User deleted but not from blocked database."],
  not_deleted_all: [421, "Failed to delete user from all databases."],
  not_found_blocked: [423, "User is not found in blocked database."],
  invalid_old_pass: [500, "Invalid old password."],
  invalid_pass: [501, "Invalid password."],
  invalid_creds: [502, "Invalid credentials."],
  invalid_email: [503, "Invalid email format."],
} as const satisfies Record<string, readonly [number, string]>;

/** What an outcome is called in {@link getMessages}. */
export type OutcomeName = keyof typeof OUTCOMES;

export type Messages = { readonly [Name in OutcomeName]: number | string };

/**
 * Every outcome by its name: as a sentence, or as a number.
 *
 * @param readable - True: the sentences.
 * @example
 * ```ts
 * console.log(getMessages(true).user_exists, getMessages(false).user_exists); // User already exists. 402
 * ```
 */
export function getMessages(readable: boolean): Messages {
  const entries = Object.entries(OUTCOMES).map(([name, [number, sentence]]) => [
    name,
    readable ? sentence : number,
  ]);
  return Object.fromEntries(entries) as Messages;
}

/** Whether an outcome is what was asked for: 200 to 207, and 300. */
export function isSuccess(name: OutcomeName): boolean {
  const [number] = OUTCOMES[name];
  return number < 300 || number === 300;
}

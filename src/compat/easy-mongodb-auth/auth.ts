import { WatchwordError } from "../../base/errors.js";
import { requireText } from "../../base/input.js";
import type { SharedCodePurpose } from "../../index.js";
import { AuthWork } from "./auth-work.js";
import type { Answer } from "./handle.js";
import { type AuthOptions, readAuth } from "./options.js";
import { patiently } from "./patience.js";
import { isRight, readCode, refusal, refuseAddress, refusedCode } from "./proofs.js";

/** What one code of {@link Auth.generateCode} serves. */
const SHARED: readonly SharedCodePurpose[] = ["reset-password", "change-email", "delete-account"];

/**
 * Registers people and signs them in. Each method resolves to `{ success, message }`.
 *
 * @example
 * ```ts
 * const auth = new Auth({ url: "sqlite:users.db" });
 * await auth.registerUserNoVerif("ada@example.com", "correct horse battery staple");
 * const answer = await auth.authenticateUser("ada@example.com", "correct horse battery staple");
 * console.log(answer); // { success: true, message: 'Authentication successful.' }
 * await auth.close();
 * ```
 */
export class Auth extends AuthWork {
  /**
   * Reads the options; the database is opened by the first call.
   *
   * @throws WatchwordError `invalid-option`, `invalid-input` for an option that there is not
   */
  constructor(options: AuthOptions = {}) {
    super(readAuth(options, ".emdb_auth"));
  }

  /**
   * Registers a user and mails a code for {@link verifyUser}: 503, 402, 401, 403, 201. Where the mail is refused, the message
   * is the reason, and there is no user.
   *
   * @param customData - Whatever the application keeps on the user. Default: `{}`.
   * @param custLength - Of the code, in characters. Default: as the object has it.
   * @throws WatchwordError `mail-failed` where the object has no `mailInfo`
   * @example
   * ```ts
   * const answer = await auth.registerUser("ada@example.com", "correct horse battery staple", { plan: "free" });
   * console.log(answer.message); // Verification email sent.
   * ```
   */
  async registerUser(
    email: string,
    password: string,
    customData?: unknown,
    custLength?: number,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    this.requireMail();
    return this.register(email, ignoreRateLimit, customData, {
      password: () => ({ password: requireText(password, "password") }),
      isVerified: false,
      custLength,
    });
  }

  /**
   * Registers a user whose address counts as verified: 503, 402, 401, 403, 200.
   *
   * @example
   * ```ts
   * console.log(await auth.registerUserNoVerif("ada@localhost", "a secret")); // { success: false, message: 'Invalid email format.' }
   * ```
   */
  registerUserNoVerif(
    email: string,
    password: string,
    customData?: unknown,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    return this.register(email, ignoreRateLimit, customData, {
      password: () => ({ password: requireText(password, "password") }),
      isVerified: true,
    });
  }

  /**
   * As {@link registerUser}, for a user without a password.
   *
   * @example
   * ```ts
   * const { message } = await auth.registerUserNoPass("ada@example.com");
   * console.log(message); // Verification email sent.
   * ```
   */
  async registerUserNoPass(
    email: string,
    customData?: unknown,
    custLength?: number,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    this.requireMail();
    return this.register(email, ignoreRateLimit, customData, {
      password: () => ({}),
      isVerified: false,
      custLength,
    });
  }

  /**
   * Verifies the address with the code that registering mailed: 404, 423, 403, 401, 417, 300.
   *
   * @example
   * ```ts
   * console.log((await auth.verifyUser("grace@example.com", "no code")).message); // Invalid code.
   * ```
   */
  verifyUser(email: string, code: string, ignoreRateLimit = false): Promise<Answer> {
    return this.withUser(email, ignoreRateLimit, { record: true, byCode: true }, async (space, user) => {
      const proof = { userId: user.id, code: readCode(code) };
      const { status } = await space.codes.confirm("verify-email", proof);
      return status === "verified" ? "user_verified" : refusedCode(status);
    });
  }

  /**
   * Whether this is a user's password: 404, 423, 403, 302, 401, 502, 202.
   *
   * @param mfa - True: also mails a code for {@link verifyMfaCode}. Who chose a second factor in Watchword gets 502 without.
   * @example
   * ```ts
   * const { success } = await auth.authenticateUser("grace@example.com", "correct horse battery staple");
   * console.log(success); // true
   * ```
   */
  async authenticateUser(
    email: string,
    password: string,
    mfa = false,
    custLength?: number,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    if (mfa) this.requireMail();
    const checks = { record: true, verified: true, byCode: mfa };
    return this.withUser(email, ignoreRateLimit, checks, async (space, user) => {
      const isEnough = mfa || user.secondFactor === null;
      if (!(await isRight(space, user, password, { renew: true })) || !isEnough) return "invalid_creds";
      if (!mfa) {
        await space.users.recordSignIn(user.id);
        return "authentication_success";
      }
      const sent = await this.mailCode(space, "second-factor", user, custLength);
      return sent === "verification_code_sent" ? "authentication_success" : sent;
    });
  }

  /**
   * Uses up the code that {@link authenticateUser} mailed: 404, 423, 403, 401, 417, 200.
   *
   * @example
   * ```ts
   * await auth.authenticateUser("grace@example.com", "correct horse battery staple", true);
   * console.log((await auth.verifyMfaCode("grace@example.com", "no code")).message); // Invalid code.
   * ```
   */
  verifyMfaCode(email: string, code: string, ignoreRateLimit = false): Promise<Answer> {
    return this.withUser(email, ignoreRateLimit, { record: true, byCode: true }, async (space, user) => {
      const proof = { userId: user.id, code: readCode(code) };
      const { status } = await space.codes.confirm("second-factor", proof);
      if (status !== "confirmed") return refusedCode(status);
      await space.users.recordSignIn(user.id);
      return "success";
    });
  }

  /**
   * Mails a code for a new password, another address or the deletion of the account: 404, 403, 401, 201. Where the mail is
   * refused, the message is the reason.
   *
   * @throws WatchwordError `mail-failed` where the object has no `mailInfo`
   * @example
   * ```ts
   * console.log((await auth.generateCode("grace@example.com")).message); // Verification email sent.
   * ```
   */
  async generateCode(email: string, custLength?: number, ignoreRateLimit = false): Promise<Answer> {
    this.requireMail();
    return this.withUser(email, ignoreRateLimit, { byCode: true }, (space, user) =>
      this.mailCode(space, SHARED, user, custLength),
    );
  }

  /**
   * Changes a password with the present one, and ends every session: 404, 403, 401, 500, 203.
   *
   * @example
   * ```ts
   * const answer = await auth.resetPasswordNoVerif("grace@example.com", "wrong", "a longer secret");
   * console.log(answer.message); // Invalid old password.
   * ```
   */
  resetPasswordNoVerif(
    email: string,
    oldPassword: string,
    newPassword: string,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    return this.withUser(email, ignoreRateLimit, { byCode: true }, async (space, user) => {
      const change = { userId: user.id, currentPassword: oldPassword, newPassword, skipLimits: true };
      try {
        const changed = await patiently(() => space.passwords.change(change));
        if (changed.status === "password-refused") throw refusal(changed);
        return changed.status === "changed" ? "password_reset_success" : "invalid_old_pass";
      } catch (error) {
        // Somebody else has just changed it: the old one is wrong by now.
        if (error instanceof WatchwordError && error.code === "conflict") return "invalid_old_pass";
        throw error;
      }
    });
  }

  /**
   * Sets a password with a code of {@link generateCode}, and ends every session: 404, 403, 401, 417, 203.
   *
   * @example
   * ```ts
   * await auth.generateCode("grace@example.com");
   * const answer = await auth.verifyResetCodeAndResetPassword("grace@example.com", "no code", "a longer secret");
   * console.log(answer.message); // Invalid code.
   * ```
   */
  verifyResetCodeAndResetPassword(
    email: string,
    resetCode: string,
    newPassword: string,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    return this.withUser(email, ignoreRateLimit, { byCode: true }, async (space, user) => {
      const proof = { userId: user.id, code: readCode(resetCode), newPassword };
      const reset = await patiently(() => space.codes.confirm("reset-password", proof));
      if (reset.status === "password-refused") throw refusal(reset);
      return reset.status === "password-reset" ? "password_reset_success" : refusedCode(reset.status);
    });
  }

  /**
   * Changes the address with the password; limits move along: 404, 403, 401, 503, 402, 501, 200.
   *
   * @example
   * ```ts
   * const answer = await auth.changeEmailNoVerif("grace@example.com", "hopper@example.com", "correct horse battery staple");
   * console.log(answer.message); // Success
   * ```
   */
  changeEmailNoVerif(
    email: string,
    newEmail: string,
    password: string,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    return this.withUser(email, ignoreRateLimit, {}, async (space, user) => {
      const refused = await refuseAddress(space, newEmail);
      if (refused !== null) return refused;
      if (!(await isRight(space, user, password))) return "invalid_pass";
      const emailVerified = user.emailVerifiedAt !== null;
      await space.users.update(user.id, { email: newEmail, emailVerified });
      await space.limits.move({ identifier: email }, { identifier: newEmail });
      return "success";
    });
  }

  /**
   * Changes the address with a code of {@link generateCode}, and the password where one is given; limits move along: 404, 403,
   * 401, 503, 402, 417, 501, 200.
   * @example
   * ```ts
   * await auth.generateCode("grace@example.com");
   * const answer = await auth.verifyResetCodeAndChangeEmail("grace@example.com", "no code", "hopper@example.com");
   * console.log(answer.message); // Invalid code.
   * ```
   */
  verifyResetCodeAndChangeEmail(
    email: string,
    resetCode: string,
    newEmail: string,
    password: string | null = null,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    return this.withUser(email, ignoreRateLimit, { byCode: true }, async (space, user) => {
      const refused = await refuseAddress(space, newEmail);
      if (refused !== null) return refused;
      const proof = {
        userId: user.id,
        code: readCode(resetCode),
        newEmail,
        ...(password === null ? {} : { password }),
        codeFirst: true,
        atOnce: true,
        emailVerified: user.emailVerifiedAt !== null,
        skipLimits: true,
      };
      const { status } = await patiently(() => space.codes.confirm("change-email", proof));
      if (status === "wrong-password") return "invalid_pass";
      if (status === "email-taken") return "user_exists";
      if (status !== "email-changed") return refusedCode(status);
      await space.limits.move({ identifier: email }, { identifier: newEmail });
      return "success";
    });
  }

  /**
   * Deletes a user with the password: 404, 403, 401, 501, 204; 410, 420, 421 where the store fails between the steps.
   *
   * @param delFromBlocking - False: a blocked user may, too, and the block stays on the address.
   * @example
   * ```ts
   * console.log((await auth.deleteUser("grace@example.com", "correct horse battery staple")).message); // User deleted.
   * ```
   */
  deleteUser(
    email: string,
    password: string,
    delFromBlocking = true,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    const checks = { blockedToo: !delFromBlocking };
    return this.withUser(email, ignoreRateLimit, checks, async (space, user) => {
      if (!(await isRight(space, user, password))) return "invalid_pass";
      return this.deletion(space, user, delFromBlocking, async () => {
        // Who is not blocked has no block that could stay; one that is laid at this moment does.
        await space.users.delete(user.id, { blocks: "keep" });
        return "user_deleted";
      });
    });
  }

  /**
   * As {@link deleteUser}, with a code of {@link generateCode} besides: 404, 403, 401, 501, 417, 204.
   *
   * @example
   * ```ts
   * const answer = await auth.deleteUserWithVerif("grace@example.com", "correct horse battery staple", "no code");
   * console.log(answer.message); // Invalid code.
   * ```
   */
  deleteUserWithVerif(
    email: string,
    password: string,
    code: string,
    delFromBlocking = true,
    ignoreRateLimit = false,
  ): Promise<Answer> {
    return this.withUser(email, ignoreRateLimit, { byCode: true }, async (space, user) => {
      if (!(await isRight(space, user, password))) return "invalid_pass";
      return this.deletion(space, user, delFromBlocking, async () => {
        const proof = { userId: user.id, code: readCode(code), password, skipLimits: true };
        const { status } = await patiently(() => space.codes.confirm("delete-account", proof));
        if (status === "wrong-password") return "invalid_pass";
        return status === "account-deleted" ? "user_deleted" : refusedCode(status);
      });
    });
  }

  /**
   * Whether the next request of an address would be refused: 200 or 401. Asks without counting.
   *
   * @example
   * ```ts
   * console.log((await auth.isRateLimited("grace@example.com")).success); // true
   * ```
   */
  isRateLimited(email: string): Promise<Answer> {
    return this.answer(async (space) => {
      const { rule } = this.settings;
      const allowed = rule === null || (await space.limits.check({ identifier: email }, rule)).allowed;
      return allowed ? "success" : "rate_limited";
    });
  }

  /**
   * Counts a request and says whether it is refused: 200 or 401.
   *
   * @example
   * ```ts
   * const strict = new Auth({ url: "sqlite:users.db", rateLimiting: 60 });
   * console.log((await strict.checkAndUpdateRateLimit("ada@example.com")).success); // true
   * console.log((await strict.checkAndUpdateRateLimit("ada@example.com")).success); // false
   * await strict.close();
   * ```
   */
  checkAndUpdateRateLimit(email: string): Promise<Answer> {
    return this.answer(async (space) =>
      (await this.isLimited(space, email, false)) ? "rate_limited" : "success",
    );
  }

  /**
   * Counts a request that has happened, and refuses none: 200.
   *
   * @example
   * ```ts
   * console.log((await auth.updateRateLimit("grace@example.com")).message); // Success
   * ```
   */
  updateRateLimit(email: string): Promise<Answer> {
    return this.answer(async (space) => {
      const { rule } = this.settings;
      if (rule !== null) await space.limits.hit({ identifier: email }, rule);
      return "success";
    });
  }
}

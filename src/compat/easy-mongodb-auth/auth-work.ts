import { WatchwordError } from "../../base/errors.js";
import { MailNotTaken, type SharedCodePurpose, type UserSpace, type UserWithData } from "../../index.js";
import { validateEmail } from "./extras.js";
import { type Answer, findUser, Handle, isBlocked, type Outcome } from "./handle.js";
import type { AuthSettings } from "./options.js";
import { patiently } from "./patience.js";
import { hasBlockRecord, newUserData } from "./user-data.js";

/** What is looked at before a call does its own work. */
export interface Checks {
  /** 423 where there is no block record. */
  readonly record?: boolean;
  /** 302 where the address is not verified. */
  readonly verified?: boolean;
  /** Codes are shut to blocked people by the space itself, so that `blocking: false` opens none. */
  readonly byCode?: boolean;
  /** Blocked people may, too. */
  readonly blockedToo?: boolean;
}

/** What the calls of `Auth` are made of. */
export abstract class AuthWork extends Handle {
  protected readonly settings: AuthSettings;

  protected constructor(settings: AuthSettings) {
    super(settings);
    this.settings = settings;
  }

  protected async isLimited(space: UserSpace, email: string, ignored: boolean): Promise<boolean> {
    const { rule } = this.settings;
    if (rule === null || ignored) return false;
    return !(await space.limits.checkAndHit({ identifier: email }, rule)).allowed;
  }

  /** Looks at what must hold before a call about a user does its work, in the order of the original. */
  protected withUser(
    email: string,
    ignoreRateLimit: boolean,
    checks: Checks,
    act: (space: UserSpace, user: UserWithData) => Promise<Outcome>,
  ): Promise<Answer> {
    const { blocking } = this.settings;
    return this.answer(async (space) => {
      const user = await findUser(space, email);
      if (user === null) return "user_not_found";
      if (blocking && checks.record === true && !(await hasBlockRecord(space, user)))
        return "not_found_blocked";
      const looksAtBlocks = (blocking || checks.byCode === true) && checks.blockedToo !== true;
      if (!user.active || (looksAtBlocks && (await isBlocked(space, user)))) return "user_blocked";
      if (checks.verified === true && user.emailVerifiedAt === null) return "not_verified";
      if (await this.isLimited(space, email, ignoreRateLimit)) return "rate_limited";
      return act(space, user);
    });
  }

  protected register(
    email: string,
    ignoreRateLimit: boolean,
    customData: unknown,
    how: {
      /** Asked where the original hashed it: behind all that it looked at. */
      readonly password: () => { readonly password?: string };
      readonly isVerified: boolean;
      readonly custLength?: number | undefined;
    },
  ): Promise<Answer> {
    return this.answer(async (space) => {
      if (!validateEmail(email)) return "invalid_email";
      if ((await findUser(space, email)) !== null) return "user_exists";
      if (await this.isLimited(space, email, ignoreRateLimit)) return "rate_limited";
      if ((await space.blocks.find(email)) !== null) return "user_blocked";
      const data = await newUserData(space, customData, this.settings.blocking);
      const input = { email, emailVerified: how.isVerified, data, ...how.password() };
      const user = await patiently(() => space.users.create(input));
      if (how.isVerified) return "success";
      let sent: Outcome = "error";
      try {
        sent = await this.mailCode(space, "verify-email", user, how.custLength);
      } finally {
        // Nobody would ever get a code: the address is free again, and a mail that waits to be tried again finds none.
        if (sent !== "verification_code_sent") await space.users.delete(user.id);
      }
      return sent;
    });
  }

  /** Mails a code, and waits until the mail server has taken it. Refused, the answer is why. */
  protected async mailCode(
    space: UserSpace,
    purpose: "verify-email" | "second-factor" | readonly SharedCodePurpose[],
    user: UserWithData,
    custLength: number | undefined,
  ): Promise<Outcome> {
    const asking = {
      userId: user.id,
      withoutTicket: true,
      waitForMail: true,
      ...(custLength ? { length: custLength } : {}),
    };
    try {
      const asked =
        typeof purpose === "string"
          ? await space.codes.request(purpose, asking)
          : await space.codes.request(purpose, asking);
      return asked.status === "sent" ? "verification_code_sent" : "rate_limited";
    } catch (error) {
      if (error instanceof MailNotTaken) return { success: false, message: error.message };
      throw error;
    }
  }

  /** @throws whatever `act` throws, unless the store failed and it can be told what became of the user */
  protected async deletion(
    space: UserSpace,
    user: UserWithData,
    delFromBlocking: boolean,
    act: () => Promise<Outcome>,
  ): Promise<Outcome> {
    try {
      return await act();
    } catch (error) {
      const code = error instanceof WatchwordError ? error.code : "internal";
      // Somebody else was faster.
      if (code === "not-found") return "user_not_deleted";
      if (code !== "internal" && !code.startsWith("store-")) throw error;
      const isThere = (await space.users.find({ id: user.id })) !== null;
      if (isThere) return this.failure(delFromBlocking ? "not_deleted_all" : "user_not_deleted", error);
      return this.failure(delFromBlocking ? "not_deleted_blocked" : "user_deleted", error);
    }
  }

  protected requireMail(): void {
    if (!this.settings.hasMail)
      throw new WatchwordError(
        "mail-failed",
        "Codes leave by mail, and this Auth knows no mail server; give it mailInfo.",
      );
  }
}

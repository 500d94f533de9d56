import type { CodeRequestResult, UserSpace, User as WatchwordUser } from "../../index.js";
import { type EmailType, EmailTypes, type User, type UserFields, type UserModel } from "./contract.js";
import { DjMongoAuthError, refusing } from "./error.js";
import { type DjMongoAuthRequest, fieldsOf, linkOf, textIn, tokenOf } from "./request.js";

/** `User`, bound to one space. `countsResets`: the limit for resets holds for people who are signed in as well. */
export function createUserModel(space: UserSpace, { countsResets }: { countsResets: boolean }): UserModel {
  async function signedIn(request: DjMongoAuthRequest): Promise<WatchwordUser> {
    const checked = await space.sessions.check(tokenOf(request));
    if (checked.status === "ok") return checked.user;
    throw new DjMongoAuthError(
      checked.status === "expired"
        ? "The session is over; sign in again."
        : "The token is that of no session; sign in.",
    );
  }

  return class BoundUser implements User {
    username: string | null;
    email: string | null;
    password: string | null | undefined;
    email_verified = false;
    email_verified_at: Date | null = null;

    constructor({ username, email, password }: UserFields = {}) {
      this.username = username ?? null;
      this.email = email ?? null;
      this.password = password;
    }

    async register(): Promise<void> {
      const { username, email, password } = this;
      if (typeof username !== "string" || typeof email !== "string" || password === undefined)
        throw new DjMongoAuthError("A new user needs a username, an email and a password.");
      const made = await refusing(() =>
        space.users.create({ username, email, ...(password === null ? {} : { password }) }),
      );
      this.show(made);
    }

    static async login(username: string, password: string): Promise<string> {
      const result = await refusing(() => space.sessions.createByPassword({ username, password }));
      if (result.status === "created") return result.token;
      throw new DjMongoAuthError("The username or the password is wrong.");
    }

    static async logout(request: DjMongoAuthRequest): Promise<void> {
      await space.sessions.revokeAll({ userId: (await signedIn(request)).id });
    }

    static async sendEmail(request: DjMongoAuthRequest, type: EmailType): Promise<void> {
      const purpose = purposeOf(type);
      const { id, email } = await signedIn(request);
      if (email === null) throw new DjMongoAuthError("The account has no address that mail can be sent to.");
      // A process that knows no mail server leaves the mail to those that do.
      const waitForMail = space.mail.transport !== "elsewhere";
      const skipLimits = type === EmailTypes.RESET && !countsResets;
      requireSent(
        await refusing(() => space.codes.request(purpose, { userId: id, waitForMail, skipLimits })),
      );
    }

    static async sendResetEmail(email: string): Promise<void> {
      requireSent(await refusing(() => space.codes.request("reset-password", { identifier: email })));
    }

    static async handleEmailRequest(request: DjMongoAuthRequest, type: EmailType): Promise<void> {
      const link = linkOf(request);
      const result = await refusing(async () =>
        purposeOf(type) === "verify-email"
          ? space.codes.confirm("verify-email", { link, linkAlone: true })
          : space.codes.confirm("reset-password", {
              link,
              newPassword: textIn(await fieldsOf(request), "new_password"),
              endCodes: "all",
            }),
      );
      if (result.status === "password-refused") throw new DjMongoAuthError(result.message);
      if (result.status !== "verified" && result.status !== "password-reset")
        throw new DjMongoAuthError("The link is wrong, used or too old; ask for another mail.");
    }

    static async of(request: DjMongoAuthRequest): Promise<User> {
      return new BoundUser().show(await signedIn(request));
    }

    static async find(
      reference: { readonly username: string } | { readonly email: string },
    ): Promise<User | null> {
      const found = await refusing(() => space.users.find(reference));
      return found === null ? null : new BoundUser().show(found);
    }

    /** Takes over what is stored. */
    private show(stored: WatchwordUser): this {
      this.username = stored.username;
      this.email = stored.email;
      this.password = null;
      this.email_verified = stored.emailVerifiedAt !== null;
      this.email_verified_at = stored.emailVerifiedAt;
      return this;
    }
  };
}

function requireSent({ status }: CodeRequestResult): void {
  if (status === "limited") throw new DjMongoAuthError("Too many mails were asked for; try again later.");
}

function purposeOf(type: EmailType): "verify-email" | "reset-password" {
  if (type === EmailTypes.VERIFY) return "verify-email";
  if (type === EmailTypes.RESET) return "reset-password";
  throw new DjMongoAuthError(`There is no mail of the type ${JSON.stringify(type)}; take one of EmailTypes.`);
}

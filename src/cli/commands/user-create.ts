import type { NewUserInput, UserSpace } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import type { Invocation } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { askNewPassword, type PasswordFlags, passwordFromFlags } from "../passwords.js";
import { askText, isInteractive, sayInPrompt } from "../prompts.js";
import { MAKES_DATABASE, withSpace } from "../space.js";
import { nameOf } from "../users.js";
import { parseJsonObject } from "../values.js";

export interface UserCreateFlags extends PasswordFlags {
  readonly username?: string;
  readonly email?: string;
  readonly verified?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly role?: readonly string[];
  readonly locale?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** Everything is asked for before the database is opened, so that Ctrl-C leaves no empty database behind. */
export async function run({ flags }: Invocation<UserCreateFlags>): Promise<void> {
  const data = flags.data === undefined ? undefined : parseJsonObject("--data", flags.data);
  const names = await wantedNames(flags);
  const given = await passwordFromFlags(flags, ", or --no-password for a user who signs in some other way");
  const typed = given === undefined ? await askNewPassword() : given;

  const user = await withSpace(
    flags,
    async (space) => {
      const password = given === undefined && typed !== null ? await accepted(space, typed, names) : typed;
      return space.users.create({
        ...names,
        ...(password !== null && { password }),
        ...(flags.verified && { emailVerified: true }),
        ...(flags.admin && { admin: true }),
        ...(flags.superuser && { superuser: true }),
        ...(flags.role !== undefined && { roles: flags.role }),
        ...(flags.locale !== undefined && { userLocale: flags.locale }),
        ...(data !== undefined && { data }),
      });
    },
    MAKES_DATABASE,
  );
  if (flags.json) await printJson(user);
  else await printLine(`Created ${nameOf(user)} (${user.id}).`);
}

type Names = Pick<NewUserInput, "username" | "email">;

async function wantedNames(flags: UserCreateFlags): Promise<Names> {
  const { username, email } = flags;
  if (username !== undefined || email !== undefined)
    return { ...(username !== undefined && { username }), ...(email !== undefined && { email }) };
  if (!isInteractive()) throw new UsageError("Give --username, --email or both.");
  for (;;) {
    const username = await askText({
      message: "Username (may be empty)",
      flag: "--username",
      optional: true,
    });
    const email = await askText({
      message: username === "" ? "Email address" : "Email address (may be empty)",
      flag: "--email",
      optional: true,
    });
    if (username !== "" || email !== "")
      return { ...(username !== "" && { username }), ...(email !== "" && { email }) };
    await sayInPrompt("A user needs a username, an email address or both.");
  }
}

/** Asks again where the policy refuses what the person typed. */
async function accepted(space: UserSpace, password: string, names: Names): Promise<string> {
  const review = async (candidate: string): Promise<string | null> => {
    const result = await space.passwords.review(candidate, names);
    return result.status === "accepted" ? null : result.message;
  };
  const refusal = await review(password);
  if (refusal === null) return password;
  await sayInPrompt(refusal);
  return askNewPassword(review);
}

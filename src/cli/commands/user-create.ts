import { WatchwordError } from "../../base/errors.js";
import { parseEmail, parseUsername } from "../../base/keys.js";
import type { NewUserInput, UserSpace } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import type { Invocation } from "../invocation.js";
import { askNames, namesProblem, type TypedNames } from "../names.js";
import { printJson, printLine } from "../output.js";
import { askNewPassword, type PasswordFlags, passwordFromFlags } from "../passwords.js";
import { isInteractive, sayInPrompt } from "../prompts.js";
import { MAKES_DATABASE, silentLogger, withSpace } from "../space.js";
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
  if (username !== undefined || email !== undefined) {
    const names = { ...(username !== undefined && { username }), ...(email !== undefined && { email }) };
    const asksPassword = isInteractive() && flags.password === undefined && !flags.passwordStdin;
    const taken = asksPassword ? await whichIsTaken(flags, parsed(names)) : null;
    if (taken !== null) throw taken;
    return names;
  }
  if (!isInteractive()) throw new UsageError("Give --username, --email or both.");
  let typed: TypedNames = { username: "", email: "" };
  for (;;) {
    typed = await askNames(typed);
    const names = {
      ...(typed.username !== "" && { username: typed.username }),
      ...(typed.email !== "" && { email: typed.email }),
    };
    const problem = namesProblem(typed) ?? (await whichIsTaken(flags, names))?.message ?? null;
    if (problem === null) return names;
    await sayInPrompt(problem);
  }
}

/** @throws WatchwordError `invalid-identifier` for a name that cannot be one */
function parsed({ username, email }: Names): Names {
  return {
    ...(username !== undefined && { username: parseUsername(username) }),
    ...(email !== undefined && { email: parseEmail(email) }),
  };
}

/**
 * Which name somebody has already, before a password is typed for nothing; null where neither is, or where it cannot be
 * known: what keeps the database from opening is said when the user is to be made.
 */
async function whichIsTaken(
  flags: UserCreateFlags,
  { username, email }: Names,
): Promise<WatchwordError | null> {
  try {
    return await withSpace(
      flags,
      async (space) => {
        if (username !== undefined && (await space.users.find({ username })) !== null)
          return new WatchwordError("username-taken", "Another user has this username; choose another one.");
        if (email !== undefined && (await space.users.find({ email })) !== null)
          return new WatchwordError("email-taken", "Another user has this email address.");
        return null;
      },
      { logger: silentLogger },
    );
  } catch (error) {
    if (error instanceof WatchwordError) return null;
    throw error;
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

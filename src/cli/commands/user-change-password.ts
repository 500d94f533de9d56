import type { Invocation } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { askNewPassword, type PasswordFlags, passwordFromFlags } from "../passwords.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, wantedUser } from "../users.js";

export interface UserChangePasswordFlags extends PasswordFlags {
  readonly json?: boolean;
}

export async function run({ args, flags }: Invocation<UserChangePasswordFlags>): Promise<void> {
  const named = await wantedUser(args);
  const given = await passwordFromFlags(flags);
  await withSpace(flags, async (space) => {
    const user = await findUser(space, named);
    const review = async (password: string): Promise<string | null> => {
      const result = await space.passwords.review(password, user);
      return result.status === "accepted" ? null : result.message;
    };
    await space.passwords.set(user.id, given ?? (await askNewPassword(review)));
    if (flags.json) await printJson({ changed: user.id });
    else await printLine(`Changed the password of ${nameOf(user)} (${user.id}); every session has ended.`);
  });
}

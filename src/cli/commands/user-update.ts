import type { User, UserChangeInput } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { askNames, namesProblem, type TypedNames } from "../names.js";
import { note, printJson, printLine } from "../output.js";
import { askText, askYesNo, isInteractive, sayInPrompt } from "../prompts.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, wantedUser } from "../users.js";
import { parseFields, parseJsonObject } from "../values.js";

/** False stands for the `--no-…` form of a flag. */
export interface UserUpdateFlags extends JsonFlags {
  readonly username?: string | false;
  readonly email?: string | false;
  readonly verified?: boolean;
  readonly locale?: string | false;
  readonly data?: readonly string[];
  readonly replaceData?: string;
}

export async function run({ args, flags }: Invocation<UserUpdateFlags>): Promise<void> {
  const given: UserChangeInput = {
    ...(flags.username !== undefined && { username: flags.username || null }),
    ...(flags.email !== undefined && { email: flags.email || null }),
    ...(flags.verified !== undefined && { emailVerified: flags.verified }),
    ...(flags.locale !== undefined && { userLocale: flags.locale || null }),
  };
  const fields = flags.data === undefined ? null : parseFields("--data", flags.data);
  const whole = flags.replaceData === undefined ? null : parseJsonObject("--replace-data", flags.replaceData);
  const saysNothing = Object.keys(given).length === 0 && fields === null && whole === null;
  if (saysNothing && !isInteractive())
    throw new UsageError(
      "Say what to change: --username, --email, --verified, --locale, --data or --replace-data.",
    );
  refuseEmpty(flags);
  const named = await wantedUser(args);

  await withSpace(flags, async (space) => {
    let user = await findUser(space, named);
    const change = saysNothing ? await askChange(user) : given;
    const changesUser = Object.keys(change).length > 0;
    if (changesUser) user = await space.users.update(user.id, change);
    if (fields !== null || whole !== null) {
      try {
        if (whole !== null) await space.users.data.replace(user.id, whole);
        if (fields !== null) await space.users.data.merge(user.id, fields);
      } catch (error) {
        if (changesUser) note("The rest was changed; the data was not:");
        throw error;
      }
    }
    if (flags.json) await printJson(await space.users.get(user.id));
    else if (!changesUser && fields === null && whole === null) await printLine("Nothing to change.");
    else await printLine(`Changed ${nameOf(user)} (${user.id}).`);
  });
}

/** Asks for all but the data, with what there is as the answer of Enter; holds only what differs. */
async function askChange(user: User): Promise<UserChangeInput> {
  let names: TypedNames = { username: user.username ?? "", email: user.email ?? "" };
  for (;;) {
    names = await askNames(names);
    const problem = namesProblem(names);
    if (problem === null) break;
    await sayInPrompt(problem);
  }
  const username = names.username || null;
  const email = names.email || null;
  const wasVerified = email === user.email && user.emailVerifiedAt !== null;
  const verified =
    email !== null &&
    (await askYesNo({ message: `Is ${email} known to be this person's?`, flag: "--verified" }, wasVerified));
  const locale =
    (await askText({
      message: "Language, such as en (may be empty)",
      flag: "--locale",
      optional: true,
      initial: user.locale ?? "",
    })) || null;
  return {
    ...(username !== user.username && { username }),
    ...(email !== user.email && { email }),
    ...(verified !== wasVerified && { emailVerified: verified }),
    ...(locale !== user.locale && { userLocale: locale }),
  };
}

/** `--email ""` would otherwise read as "take the address away", which a script with an unset variable does not mean. */
function refuseEmpty(flags: UserUpdateFlags): void {
  for (const name of ["username", "email", "locale"] as const)
    if (flags[name] === "") throw new UsageError(`--${name} was given nothing; --no-${name} takes it away.`);
}

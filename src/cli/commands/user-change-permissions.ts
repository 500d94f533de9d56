import type { PermissionChange, User } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { askText, askYesNo, isInteractive } from "../prompts.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, noteLastSuperuser, rightsOf, stateOf, wantedUser } from "../users.js";

export interface UserChangePermissionsFlags extends JsonFlags {
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  /** False: `--no-role`. */
  readonly role?: readonly string[] | false;
}

export async function run({ args, flags }: Invocation<UserChangePermissionsFlags>): Promise<void> {
  const given: PermissionChange = {
    ...(flags.active !== undefined && { active: flags.active }),
    ...(flags.admin !== undefined && { admin: flags.admin }),
    ...(flags.superuser !== undefined && { superuser: flags.superuser }),
    ...(flags.role !== undefined && { roles: flags.role || [] }),
  };
  const saysNothing = Object.keys(given).length === 0;
  if (saysNothing && !isInteractive())
    throw new UsageError(
      "Say what to change: --active, --admin, --superuser, --role, or one of them with --no- before it.",
    );
  const named = await wantedUser(args);
  await withSpace(flags, async (space) => {
    const before = await findUser(space, named);
    const change = saysNothing ? await askChange(before) : given;
    const changes = Object.keys(change).length > 0;
    const user = changes ? await space.users.changePermissions(before.id, change) : before;
    if (flags.json) await printJson(user);
    else await printLine(`${nameOf(user)} (${user.id}) is ${stateOf(user)}; rights: ${rightsOf(user)}.`);
    if (changes) await noteLastSuperuser(space, before);
  });
}

/** Asks for everything, with what there is as the answer of Enter; holds only what differs. */
async function askChange(user: User): Promise<PermissionChange> {
  const active = await askYesNo({ message: "May sign in?", flag: "--active" }, user.active);
  const admin = await askYesNo({ message: "May look after users?", flag: "--admin" }, user.admin);
  const superuser = await askYesNo({ message: "May do everything?", flag: "--superuser" }, user.superuser);
  const before = user.roles.join(", ");
  const typed = await askText({
    message: "Roles of your application, with commas between (may be empty)",
    flag: "--role",
    optional: true,
    initial: before,
  });
  return {
    ...(active !== user.active && { active }),
    ...(admin !== user.admin && { admin }),
    ...(superuser !== user.superuser && { superuser }),
    ...(typed !== before && {
      roles: typed
        .split(",")
        .map((role) => role.trim())
        .filter((role) => role !== ""),
    }),
  };
}

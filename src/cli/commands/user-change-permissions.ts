import type { PermissionChange } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, rightsOf, stateOf, wantedUser } from "../users.js";

export interface UserChangePermissionsFlags extends JsonFlags {
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  /** False: `--no-role`. */
  readonly role?: readonly string[] | false;
}

export async function run({ args, flags }: Invocation<UserChangePermissionsFlags>): Promise<void> {
  const change: PermissionChange = {
    ...(flags.active !== undefined && { active: flags.active }),
    ...(flags.admin !== undefined && { admin: flags.admin }),
    ...(flags.superuser !== undefined && { superuser: flags.superuser }),
    ...(flags.role !== undefined && { roles: flags.role || [] }),
  };
  if (Object.keys(change).length === 0)
    throw new UsageError(
      "Say what to change: --active, --admin, --superuser, --role, or one of them with --no- before it.",
    );
  const named = await wantedUser(args);
  await withSpace(flags, async (space) => {
    const { id } = await findUser(space, named);
    const user = await space.users.changePermissions(id, change);
    if (flags.json) await printJson(user);
    else await printLine(`${nameOf(user)} (${user.id}) is ${stateOf(user)}; rights: ${rightsOf(user)}.`);
  });
}

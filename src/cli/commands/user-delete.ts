import type { Invocation, JsonFlags } from "../invocation.js";
import { note, printJson, printLine } from "../output.js";
import { confirmOrCancel } from "../prompts.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, noteLastSuperuser, wantedUser } from "../users.js";

export interface UserDeleteFlags extends JsonFlags {
  readonly yes?: boolean;
  readonly removeBlocks?: boolean;
}

export async function run({ args, flags }: Invocation<UserDeleteFlags>): Promise<void> {
  const named = await wantedUser(args);
  await withSpace(flags, async (space) => {
    const user = await findUser(space, named);
    if (!flags.yes)
      await confirmOrCancel({ message: `Delete ${nameOf(user)} (${user.id}) for good?`, flag: "--yes" });
    await space.users.delete(user.id, { blocks: flags.removeBlocks ? "remove" : "keep" });
    if (flags.json) await printJson({ deleted: user.id });
    else await printLine(`Deleted ${nameOf(user)} (${user.id}).`);
    if (user.blocked !== null && !flags.removeBlocks)
      note(
        "The names stay blocked; `watchword block list` prints them, `watchword block remove` frees them.",
      );
    await noteLastSuperuser(space, user);
  });
}

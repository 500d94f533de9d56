import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, wantedUser } from "../users.js";

export async function run({ args, flags }: Invocation<JsonFlags>): Promise<void> {
  const named = await wantedUser(args);
  await withSpace(flags, async (space) => {
    const { id } = await findUser(space, named);
    const user = await space.users.unlock(id);
    if (flags.json) await printJson(user);
    else await printLine(`Unlocked ${nameOf(user)} (${user.id}): failed passwords are forgotten.`);
  });
}

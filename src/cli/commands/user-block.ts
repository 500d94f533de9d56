import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, wantedUser } from "../users.js";
import { formatTime, parseUntil } from "../values.js";

export interface UserBlockFlags extends JsonFlags {
  readonly reason?: string;
  readonly until?: string;
}

export async function run({ args, flags }: Invocation<UserBlockFlags>): Promise<void> {
  const until = flags.until === undefined ? null : parseUntil("--until", flags.until, Date.now());
  const named = await wantedUser(args);
  await withSpace(flags, async (space) => {
    const { id } = await findUser(space, named);
    const user = await space.users.block(id, {
      ...(flags.reason !== undefined && { reason: flags.reason }),
      ...(until !== null && { until }),
    });
    if (flags.json) return printJson(user);
    const how = until === null ? "until unblocked" : `until ${formatTime(until)} UTC`;
    await printLine(`Blocked ${nameOf(user)} (${user.id}) ${how}; every session has ended.`);
  });
}
